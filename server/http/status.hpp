#pragma once

#include "fhir/base/result.hpp"

#include <string_view>

namespace tcds::http {

/// The status that an error of this kind is answered with. The only place where a kind becomes a
/// number: routes and handlers return errors.
[[nodiscard]] int statusOf(Error::Kind kind);

/// Reason phrase of RFC 9110 section 15; "Status" for a number that is not in the table.
[[nodiscard]] std::string_view reasonOf(int status);

/// Statuses of the protocol itself, which no error kind stands for.
namespace status {
inline constexpr int kOk = 200;
inline constexpr int kNoContent = 204;
inline constexpr int kNotModified = 304;
inline constexpr int kBadRequest = 400;
inline constexpr int kMethodNotAllowed = 405;
inline constexpr int kRequestTimeout = 408;
inline constexpr int kConflict = 409;
inline constexpr int kContentTooLarge = 413;
inline constexpr int kUriTooLong = 414;
inline constexpr int kUnsupportedMediaType = 415;
inline constexpr int kExpectationFailed = 417;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kHeaderTooLarge = 431;
inline constexpr int kInternal = 500;
inline constexpr int kNotImplemented = 501;
inline constexpr int kUnavailable = 503;
} // namespace status

} // namespace tcds::http
