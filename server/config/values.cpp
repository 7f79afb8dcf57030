#include "server/config/values.hpp"

#include <algorithm>
#include <cstdint>

namespace tcds::config {

bool readYesNo(std::string_view text, bool& value)
{
    if (text == "true" || text == "yes")
        value = true;
    else if (text == "false" || text == "no")
        value = false;
    else
        return false;
    return true;
}

std::optional<std::chrono::seconds> readTime(std::string_view text, std::chrono::seconds most)
{
    if (text.empty() || !isAnyOf("sm", text.back())) return std::nullopt;
    std::int64_t const unit = text.back() == 'm' ? 60 : 1;
    std::int64_t count = 0;
    if (!readNumber<std::int64_t>(text.substr(0, text.size() - 1), 0, most.count() / unit, count))
        return std::nullopt;
    return std::chrono::seconds{count * unit};
}

std::optional<std::string_view> afterScheme(std::string_view url)
{
    for (std::string_view const scheme : {"https://", "http://"})
        if (url.starts_with(scheme)) return url.substr(scheme.size());
    return std::nullopt;
}

bool isPlainUrl(std::string_view url)
{
    auto const rest = afterScheme(url);
    if (!rest) return false;
    auto const authority = rest->substr(0, rest->find_first_of("/?"));
    if (authority.empty() || authority.front() == ':') return false;
    if (authority.find('@') != std::string_view::npos) return false;
    return std::ranges::none_of(
        *rest, [](char c) { return c <= ' ' || c == 0x7F || isAnyOf("#\"<>\\^`{|}", c); });
}

bool isBaseUrl(std::string_view url)
{
    return isPlainUrl(url) && url.find_first_of("?$") == std::string_view::npos;
}

bool isOrigin(std::string_view origin)
{
    auto const rest = afterScheme(origin);
    return rest && !rest->empty() &&
           std::ranges::none_of(*rest, [](char c) { return c <= ' ' || isAnyOf("/,?#\"", c); });
}

bool isName(std::string_view text)
{
    auto const isSign = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               isAnyOf("._-", c);
    };
    return !text.empty() && text.size() <= 64 && text.front() != '.' && text.front() != '-' &&
           std::ranges::all_of(text, isSign);
}

std::optional<std::string> readCertificateName(std::string_view text)
{
    // A name with * stands for many hosts in server certificates; a client has one of its own.
    auto const bad = [](char c) { return c <= ' ' || c >= 0x7F || isAnyOf("*,\"\\", c); };
    if (text.empty() || text.size() > 2048 || std::ranges::any_of(text, bad)) return std::nullopt;
    std::string name{text};
    if (text.find_first_of(":/@") != std::string_view::npos) return name;
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name;
}

bool isAnyOf(std::string_view signs, char c) { return signs.find(c) != std::string_view::npos; }

bool holdsPassword(std::string_view connection)
{
    // "password", also "sslpassword"; in a URL it may stand behind the user as well.
    for (auto at = connection.find("password"); at != std::string_view::npos;
         at = connection.find("password", at + 1)) {
        auto const rest = connection.substr(at + std::string_view{"password"}.size());
        auto const next = rest.find_first_not_of(" \t");
        if (next != std::string_view::npos && rest[next] == '=') return true;
    }
    auto const authority = connection.find("://");
    if (authority == std::string_view::npos) return false;
    auto const user = connection.substr(authority + 3);
    return user.substr(0, user.find('@')).find(':') != std::string_view::npos &&
           user.find('@') != std::string_view::npos;
}

} // namespace tcds::config
