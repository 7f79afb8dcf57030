#include "server/http/target.hpp"

#include "server/http/message.hpp"

#include <array>
#include <optional>

namespace tcds::http {
namespace {

Error refusal(std::string_view what, std::string_view fix)
{
    return {Error::Kind::BadRequest, "request target", std::string{what}, std::string{fix}};
}

std::optional<unsigned> hexDigit(char c)
{
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

bool isPrintable(char c) { return c >= 0x20 && c < 0x7F; }

/// `http://host/path` -> `/path`; anything else is returned as it is.
std::string_view withoutAuthority(std::string_view target)
{
    for (std::string_view const scheme : std::array{"http://", "https://"}) {
        if (!equalsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
        auto const slash = target.find_first_of("/?", scheme.size());
        return slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    return target;
}

/// One path character, an escape counting as one; advances `at` past it.
Result<char> decodeOne(std::string_view encoded, std::size_t& at)
{
    char const c = encoded[at++];
    if (c != '%') return c;
    auto const high = at < encoded.size() ? hexDigit(encoded[at]) : std::nullopt;
    auto const low = at + 1 < encoded.size() ? hexDigit(encoded[at + 1]) : std::nullopt;
    if (!high || !low) {
        return refusal("a percent sign without two hexadecimal digits",
                       "write %25 for a percent sign");
    }
    at += 2;
    auto const decoded = static_cast<char>(*high * 16U + *low);
    // Decoded, it would be taken for a separator: two readers of one path could then disagree.
    if (decoded == '/') return refusal("an encoded slash", "name the service by its id");
    return decoded;
}

bool hasDotSegment(std::string_view path)
{
    for (std::size_t begin = 1; begin <= path.size();) {
        auto const end = std::min(path.find('/', begin), path.size());
        auto const segment = path.substr(begin, end - begin);
        if (segment == "." || segment == "..") return true;
        begin = end + 1;
    }
    return false;
}

Result<void> decodePath(std::string_view encoded, std::string& path)
{
    path.clear();
    for (std::size_t at = 0; at < encoded.size();) {
        auto const c = decodeOne(encoded, at);
        if (!c) return c.error();
        if (!isPrintable(*c)) {
            return refusal("a character outside printable ASCII in the path",
                           "send one of the paths that /cds-services names");
        }
        path += *c;
    }
    if (hasDotSegment(path)) {
        return refusal("a \".\" or \"..\" segment in the path",
                       "send the path without dot segments");
    }
    return {};
}

} // namespace

Result<void> readTarget(std::string_view method, std::string_view target, std::string& path,
                        std::string& query)
{
    query.clear();
    if (target == "*" && method == "OPTIONS") {
        path.assign(1, '*'); // not "*": GCC 12 at -O3 warns of an overlap (its bug 105651)
        return {};
    }
    target = withoutAuthority(target);
    if (target.find('#') != std::string_view::npos) {
        return refusal("a fragment", "leave out \"#\" and what follows it");
    }
    auto const mark = target.find('?');
    if (mark != std::string_view::npos) query = target.substr(mark + 1);
    auto encoded = target.substr(0, mark);
    if (encoded.empty() && mark != std::string_view::npos) encoded = "/"; // http://host?query
    if (!encoded.starts_with('/')) {
        return refusal("neither a path nor an http URL", "begin the target with \"/\"");
    }
    return decodePath(encoded, path);
}

} // namespace tcds::http
