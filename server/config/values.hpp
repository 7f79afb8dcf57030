#pragma once

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::config {

// How the text of a setting becomes a value. Each takes the whole text or refuses it; a refused
// text leaves the value as it was.

inline constexpr unsigned kMostCalls = 1'000'000; // a second

/// @return false when the text is no number from low to high
template <class Number>
bool readNumber(std::string_view text, Number low, Number high, Number& value)
{
    Number read{};
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (failure != std::errc{} || end != text.data() + text.size()) return false;
    if (read < low || read > high) return false;
    value = read;
    return true;
}

/// true, yes, false or no
bool readYesNo(std::string_view text, bool& value);

/// A count of seconds or minutes with its unit: "0s", "30s", "15m".
/// @return nothing for another form, or for more than `most`
std::optional<std::chrono::seconds> readTime(std::string_view text, std::chrono::seconds most);

/// What stands behind the scheme of an http(s) URL; nothing for another scheme.
std::optional<std::string_view> afterScheme(std::string_view url);

/// An absolute http(s) URL that can be compared as text: with a host, without credentials,
/// fragment, blanks or characters that have to be escaped.
bool isPlainUrl(std::string_view url);

/// A plain URL without query, to which paths are appended; nothing in it means anything to a shell
/// within double quotes.
bool isBaseUrl(std::string_view url);

/// scheme://host[:port] as browsers send it; anything more would never match.
bool isOrigin(std::string_view origin);

/// A name that may stand in records, metrics and paths: letters, digits, '.', '_' and '-', at most
/// 64, neither '.' nor '-' first.
bool isName(std::string_view text);

/// An alternative name as it is compared with those of a certificate: a DNS name in lower case, a
/// URI, e-mail or IP address as it is.
/// @return nothing for a text that no such name can be
std::optional<std::string> readCertificateName(std::string_view text);

bool isAnyOf(std::string_view signs, char c);

/// Whether a connection string of PostgreSQL, `key=value ..` or URL, looks as if it held a password.
bool holdsPassword(std::string_view connection);

} // namespace tcds::config
