#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcds::http {

/// Which pages of other origins may read our answers in a browser (Fetch standard, CORS protocol).
/// Credentials are never allowed: the token travels in a header that the page sets itself.
struct CorsPolicy {
    enum class Mode { Off, Listed, AnyOrigin };
    Mode mode = Mode::Off;
    std::vector<std::string> origins; // Listed: compared byte by byte, as browsers send them
    std::string exposedHeaders = "X-Decision-Id"; // what a page may read besides the safe list

    [[nodiscard]] bool enabled() const { return mode != Mode::Off; }
    [[nodiscard]] bool allows(std::string_view origin) const;
};

/// Appends the CORS fields of any answer, errors included: `Vary: Origin`, and for an origin that
/// is allowed also the origin itself (never `*`) and the exposed headers. Nothing when off.
///
/// @param origin  value of the request's Origin field, empty without one
void appendCorsFields(std::string& head, CorsPolicy const& policy, std::string_view origin);

/// Appends what a preflight answer says besides: methods, headers and how long it may be kept.
void appendPreflightFields(std::string& head, CorsPolicy const& policy, std::string_view origin);

} // namespace tcds::http
