#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcds {

// Base64 of RFC 4648. Reading takes the one spelling of each value that writing gives: no white
// space, nothing outside the alphabet, no bits set behind the last byte. Empty text is no bytes.

/// With padding, in one line (section 4).
std::string toBase64(std::string_view bytes);
/// @return nothing for every other text
std::optional<std::string> fromBase64(std::string_view text);

/// In the alphabet of section 5 and without padding, as JOSE writes it (RFC 7515, 2).
std::string toBase64Url(std::string_view bytes);
std::string toBase64Url(std::span<unsigned char const> bytes);
void appendBase64Url(std::string& out, std::span<unsigned char const> bytes);
/// @return nothing for every other text (JWT-12)
std::optional<std::string> fromBase64Url(std::string_view text);

/// How many bytes a well-formed text without padding of that many characters stands for.
constexpr std::size_t base64Bytes(std::size_t characters) { return characters * 3 / 4; }

} // namespace tcds
