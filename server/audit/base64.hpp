#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Base64 with padding, in one line (RFC 4648, section 4).
std::string toBase64(std::string_view bytes);

/// @return nothing when the text is not exactly what toBase64 writes for some bytes
std::optional<std::string> fromBase64(std::string_view text);

} // namespace tcds::audit
