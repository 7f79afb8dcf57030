#pragma once

#include <cstdint>

#include <string>
#include <string_view>

namespace tcds::audit {

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

/// 48 bits of milliseconds since 1970 and random bits (RFC 9562, version 7), lower case.
std::string uuidV7(std::int64_t millisecondsSince1970);

} // namespace tcds::audit
