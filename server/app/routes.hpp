#pragma once

#include "server/cds/prefetch_profile.hpp"
#include "server/cds/services.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::app {

/// Where a request goes: the table of every path of the service.
enum class Target : std::uint8_t { Unknown, Discovery, Hook, Feedback, Live, Ready };

struct Route {
    Target target = Target::Unknown;
    cds::Service const* service = nullptr; // Hook and Feedback
    std::optional<cds::Profile> profile;   // of the base path; nothing: the client's own
    std::string_view allow;                // methods of the path, for 405
};

/// Finds the route of a path. Each prefetch profile has a base path of its own, such as
/// /p/uscore/cds-services. One slash too many after /cds-services is forgiven (trap T-02), as is
/// one at the end of the discovery path.
Route routeOf(std::string_view path);

/// The path of a route as discovery gives it, whatever spelling was forgiven: what the audience of
/// a token ends with (JWT-05).
std::string pathOf(Route const& route);

} // namespace tcds::app
