#pragma once

#include <cstddef>

#include <optional>
#include <string>
#include <string_view>

namespace tcds::auth {

/// Decodes base64url as JOSE writes it (RFC 7515, 2): no padding, no white space, nothing outside
/// the alphabet, and no bits set behind the last byte, so that every value has one spelling.
///
/// @return the bytes; absent for every other text (JWT-12). Empty text is empty bytes.
std::optional<std::string> decodeBase64url(std::string_view text);

/// How many bytes a well-formed base64url text of that many characters stands for.
constexpr std::size_t decodedSize(std::size_t characters) { return characters * 3 / 4; }

} // namespace tcds::auth
