#pragma once

#include "server/app/app.hpp"

#include <string_view>

namespace tcds::app {

/// Where a request goes: the table of every path of the service.
enum class Target : std::uint8_t { Unknown, Discovery, Hook, Feedback, Live, Ready };

struct Route {
    Target target = Target::Unknown;
    cds::Service const* service = nullptr; // Hook and Feedback
    std::string_view allow;                // methods of the path, for 405
};

/// Finds the route of a path. One slash too many after /cds-services is forgiven (trap T-02), as is
/// one at the end of the discovery path.
Route routeOf(std::string_view path);

} // namespace tcds::app
