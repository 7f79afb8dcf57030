#include "server/app/routes.hpp"

namespace tcds::app {

namespace {

constexpr std::string_view kServices = "/cds-services";
constexpr std::string_view kFeedback = "/feedback";

Route serviceRoute(std::string_view rest)
{
    auto target = Target::Hook;
    if (rest.ends_with(kFeedback)) {
        target = Target::Feedback;
        rest.remove_suffix(kFeedback.size());
    }
    auto const* service = cds::findService(rest);
    if (service == nullptr) return {};
    return {target, service, "POST, OPTIONS"};
}

} // namespace

Route routeOf(std::string_view path)
{
    constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
    if (path == "/healthz/live") return {Target::Live, nullptr, kRead};
    if (path == "/healthz/ready") return {Target::Ready, nullptr, kRead};
    if (!path.starts_with(kServices)) return {};
    auto rest = path.substr(kServices.size());
    if (rest.empty() || rest == "/") return {Target::Discovery, nullptr, kRead};
    if (!rest.starts_with('/')) return {};
    rest.remove_prefix(1);
    if (rest.starts_with('/')) rest.remove_prefix(1);
    return serviceRoute(rest);
}

} // namespace tcds::app
