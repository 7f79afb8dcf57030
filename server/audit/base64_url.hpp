#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Base64url without padding (RFC 4648, section 5).
std::string toBase64Url(std::span<unsigned char const> bytes);
std::string toBase64Url(std::string_view bytes);
/// @return nothing for other characters, padding, or a length that cannot be
std::optional<std::string> fromBase64Url(std::string_view text);

} // namespace tcds::audit
