#pragma once

#include "fhir/base/result.hpp"
#include "server/http/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::app {

inline constexpr std::string_view kNoCards = R"({"cards":[]})";

/// 200 with a JSON body.
http::Response json(std::string body);

/// An OperationOutcome with the status of the error's kind.
/// @param wait  after which an answer may be had, where there is none now
http::Response outcome(Error const& error, std::chrono::seconds wait = std::chrono::seconds{1});

/// 405. @param allow  value of the field, "POST, OPTIONS"
http::Response methodNotAllowed(std::string_view allow);

/// 415
http::Response unsupportedMediaType();

/// application/json, application/fhir+json and application/json+fhir, with any parameters; none at
/// all is taken as JSON (TOL-17).
bool isJson(std::optional<std::string_view> contentType);

} // namespace tcds::app
