#include "server/app/routes.hpp"

namespace tcds::app {

namespace {

constexpr std::string_view kServices = "/cds-services";
constexpr std::string_view kFeedback = "/feedback";
constexpr std::string_view kProfiles = "/p/";

Route serviceRoute(std::string_view rest)
{
    auto target = Target::Hook;
    if (rest.ends_with(kFeedback)) {
        target = Target::Feedback;
        rest.remove_suffix(kFeedback.size());
    }
    auto const* service = cds::findService(rest);
    if (service == nullptr) return {};
    return {target, service, std::nullopt, "POST, OPTIONS"};
}

/// Takes "/p/uscore" off the path.
/// @return false when no profile has that name
bool takeProfile(std::string_view& path, std::optional<cds::Profile>& profile)
{
    if (!path.starts_with(kProfiles)) return true;
    auto const rest = path.substr(kProfiles.size());
    auto const slash = rest.find('/');
    profile = cds::parseProfile(rest.substr(0, slash));
    if (!profile || slash == std::string_view::npos) return false;
    path = rest.substr(slash);
    return true;
}

Route servicesRoute(std::string_view path)
{
    constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
    if (!path.starts_with(kServices)) return {};
    auto rest = path.substr(kServices.size());
    if (rest.empty() || rest == "/") return {Target::Discovery, nullptr, std::nullopt, kRead};
    if (!rest.starts_with('/')) return {};
    rest.remove_prefix(1);
    if (rest.starts_with('/')) rest.remove_prefix(1);
    return serviceRoute(rest);
}

} // namespace

Route routeOf(std::string_view path)
{
    constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
    if (path == "/healthz/live") return {Target::Live, nullptr, std::nullopt, kRead};
    if (path == "/healthz/ready") return {Target::Ready, nullptr, std::nullopt, kRead};
    std::optional<cds::Profile> profile;
    if (!takeProfile(path, profile)) return {};
    auto route = servicesRoute(path);
    route.profile = profile;
    return route;
}

std::string pathOf(Route const& route)
{
    std::string path;
    if (route.profile) path.append(kProfiles).append(cds::toText(*route.profile));
    path += kServices;
    if (route.service != nullptr) path.append("/").append(route.service->id);
    if (route.target == Target::Feedback) path += kFeedback;
    return path;
}

} // namespace tcds::app
