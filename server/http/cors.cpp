#include "server/http/cors.hpp"

#include <algorithm>

namespace tcds::http {

bool CorsPolicy::allows(std::string_view origin) const
{
    if (origin.empty()) return false;
    switch (mode) {
    case Mode::Off:
        return false;
    case Mode::Listed:
        return std::ranges::find(origins, origin) != origins.end();
    case Mode::AnyOrigin:
        return true;
    }
    return false;
}

void appendCorsFields(std::string& head, CorsPolicy const& policy, std::string_view origin)
{
    if (!policy.enabled()) return;
    head +=
        "Vary: Origin\r\n"; // also without an origin: a cache must not serve that answer to a page
    if (!policy.allows(origin)) return;
    head.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
    if (!policy.exposedHeaders.empty()) {
        head.append("Access-Control-Expose-Headers: ").append(policy.exposedHeaders).append("\r\n");
    }
}

void appendPreflightFields(std::string& head, CorsPolicy const& policy, std::string_view origin)
{
    if (!policy.allows(origin)) return;
    head += "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
            "Access-Control-Allow-Headers: Authorization, Content-Type\r\n"
            "Access-Control-Max-Age: 600\r\n";
}

} // namespace tcds::http
