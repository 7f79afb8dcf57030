#pragma once

#include "fhir/base/result.hpp"
#include "server/http/message.hpp"

namespace tcds::app {

/// An error as the admin listener gives it: `{"where", "what", "fix"}`.
std::string errorBody(Error const& error);
http::Response refusal(Error const& error, int status);
/// With the status of its kind.
http::Response refusal(Error const& error);

} // namespace tcds::app
