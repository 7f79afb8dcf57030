#include "fhir/client/url.hpp"

#include "fhir/client/ip_address.hpp"

#include <boost/url/host_type.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace tcds::client {
namespace {

constexpr std::size_t kLongestUrl = 8192;
constexpr std::size_t kLongestName = 253; // RFC 1035, 2.3.4, without the final dot
constexpr std::size_t kLongestLabel = 63;
constexpr std::string_view kFix = "use https://host[:port]/path, spelled plainly";

Error fault(std::string what)
{
    return {Error::Kind::BadRequest, "", std::move(what), std::string{kFix}};
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isVisible(char c) { return c > ' ' && c < '\x7F'; }
bool isUnreserved(char c)
{
    return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string lowerCase(std::string_view text)
{
    std::string lower{text};
    for (auto& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return lower;
}

/// A number to inet_aton(3) and to browsers: they read a name that ends with one as an address.
bool isNumeric(std::string_view label)
{
    auto const digits = label.starts_with("0x") ? label.substr(2) : label;
    bool const hex = digits.size() != label.size();
    return std::ranges::all_of(digits,
                               [&](char c) { return isDigit(c) || (hex && c >= 'a' && c <= 'f'); });
}

bool isLabel(std::string_view label)
{
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char c) {
               return isLetter(c) || isDigit(c) || c == '-' || c == '_';
           });
}

/// @param name  lower case
Result<void> checkName(std::string_view name)
{
    if (name.empty()) return fault("the host is empty");
    if (name.size() > kLongestName) return fault("the host has more than 253 characters");
    if (name.back() == '.') return fault("the host ends with a dot");
    for (std::size_t from = 0;;) {
        auto const dot = name.find('.', from);
        auto const label = name.substr(from, dot - from);
        if (!isLabel(label)) return fault("the host is no name of letters, digits, - and _");
        if (dot == std::string_view::npos) {
            if (isNumeric(label)) return fault("the host is an address in no usual form");
            return {};
        }
        from = dot + 1;
    }
}

Result<std::string> readHost(boost::urls::url_view const& url)
{
    auto const encoded = url.encoded_host();
    std::string_view const text{encoded.data(), encoded.size()};
    auto const host = lowerCase(text);
    switch (url.host_type()) {
    case boost::urls::host_type::ipv4:
        return host;
    case boost::urls::host_type::ipv6: {
        auto const inner = host.substr(1, host.size() - 2);
        if (!readAddress(inner)) return fault("the host is no IPv6 address without a zone");
        return inner;
    }
    case boost::urls::host_type::name: {
        if (host.find('%') != std::string::npos) return fault("the host is percent-encoded");
        if (auto const named = checkName(host); !named) return named.error();
        return host;
    }
    case boost::urls::host_type::none:
    case boost::urls::host_type::ipvfuture:
        break;
    }
    return fault("the host is neither a name nor an address");
}

Result<std::uint16_t> readPort(boost::urls::url_view const& url, bool tls)
{
    if (!url.has_port()) return static_cast<std::uint16_t>(tls ? 443 : 80);
    auto const digits = url.port();
    std::uint16_t port = 0;
    auto const* const end = digits.data() + digits.size();
    auto const [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || rest != end || port == 0 || digits.front() == '0')
        return fault("the port is none from 1 to 65535");
    return port;
}

Result<Origin> readOrigin(boost::urls::url_view const& url)
{
    auto const scheme = url.scheme();
    auto const name = lowerCase({scheme.data(), scheme.size()});
    if (name != "https" && name != "http") return fault("the scheme is not https");
    if (url.has_userinfo()) return fault("there is a user part before the host");
    bool const tls = name == "https";
    auto host = readHost(url);
    if (!host) return host.error();
    auto const port = readPort(url, tls);
    if (!port) return port.error();
    return Origin{tls, *std::move(host), *port};
}

int hexValue(char c)
{
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool isHarmlessEncoding(std::string_view rest)
{
    if (rest.size() < 3 || hexValue(rest[1]) < 0 || hexValue(rest[2]) < 0) return false;
    auto const byte = static_cast<char>(hexValue(rest[1]) * 16 + hexValue(rest[2]));
    bool const splits = byte == '/' || byte == '\\' || byte == '%';
    return (isVisible(byte) || byte == ' ') && !isUnreserved(byte) && !splits;
}

std::string_view textOf(boost::urls::url_view const& url)
{
    auto const path = url.encoded_path();
    return {path.data(), path.size()};
}

} // namespace

bool Origin::isLiteral() const { return readAddress(host).has_value(); }

std::string authority(Origin const& origin)
{
    bool const bracketed = origin.host.find(':') != std::string::npos;
    auto text = bracketed ? "[" + origin.host + "]" : origin.host;
    if (origin.port != (origin.tls ? 443 : 80)) text += ":" + std::to_string(origin.port);
    return text;
}

std::string toText(Origin const& origin)
{
    return (origin.tls ? "https://" : "http://") + authority(origin);
}

std::string toText(Url const& url) { return toText(url.origin) + url.path + url.query; }

// Visible characters that RFC 3986 allows in no path: what one program writes as they are, another
// encodes or refuses.
constexpr std::string_view kNotInPaths = "\\?#\"<>[]^`{|}";

Result<void> checkPath(std::string_view path)
{
    if (path.empty()) return {};
    if (path.front() != '/') return fault("the path does not begin with /");
    for (std::size_t i = 0; i < path.size(); ++i) {
        auto const c = path[i];
        if (!isVisible(c) || kNotInPaths.find(c) != std::string_view::npos)
            return fault("the path has a character that no path may have");
        if (c == '%' && !isHarmlessEncoding(path.substr(i)))
            return fault("the path encodes what needs no encoding, or what splits paths");
    }
    if (path.find("//") != std::string_view::npos) return fault("the path has an empty segment");
    for (std::size_t from = 1; from != 0;) {
        auto const slash = path.find('/', from);
        auto const segment = path.substr(from, slash - from);
        if (segment == "." || segment == "..") return fault("the path has a dot segment");
        from = slash == std::string_view::npos ? 0 : slash + 1;
    }
    return {};
}

Result<void> checkQuery(std::string_view query)
{
    bool const clean = std::ranges::all_of(query, [](char c) { return isVisible(c) && c != '#'; });
    if (!clean) return fault("the query has a character that no query may have");
    return {};
}

Result<Url> readUrl(std::string_view text)
{
    if (text.empty()) return fault("the URL is empty");
    if (text.size() > kLongestUrl) return fault("the URL has more than 8192 characters");
    if (!std::ranges::all_of(text, isVisible))
        return fault("the URL has a space, a control character or one beyond ASCII");
    auto const mark = text.find('?');
    auto const query = mark == std::string_view::npos ? std::string_view{} : text.substr(mark);
    if (auto const good = checkQuery(query); !good) return good.error();

    // Servers write queries that RFC 3986 does not allow ("code=http://loinc.org|2823-3"), so only
    // what stands before is parsed.
    auto const head = text.substr(0, mark);
    auto const colon = head.find(':');
    if (colon == std::string_view::npos) return fault("this is no absolute URL");
    // Boost.URL 1.81 must not see one without: it asserts on a scheme with nothing behind it.
    if (!head.substr(colon + 1).starts_with("//")) return fault("there is no host");
    auto const parsed = boost::urls::parse_uri({head.data(), head.size()});
    if (!parsed) return fault("this is no absolute URL");
    auto const& view = parsed.value();
    if (view.has_fragment()) return fault("there is a fragment");
    auto origin = readOrigin(view);
    if (!origin) return origin.error();
    auto const path = textOf(view);
    if (auto const good = checkPath(path); !good) return good.error();
    return Url{*std::move(origin), std::string{path}, std::string{query}};
}

} // namespace tcds::client
