#include "server/audit/hash.hpp"

#include <cstddef>

namespace tcds::audit {

namespace {

/// '0'..'9' and 'a'..'f' without a branch: bit 6 is set in letters alone.
unsigned nibble(char digit)
{
    auto const code = static_cast<unsigned char>(digit);
    return (code & 15U) + 9U * (code >> 6U & 1U);
}

} // namespace

Digest bytesOf(std::string_view hex)
{
    Digest bytes{};
    for (std::size_t i = 0; i < bytes.size() && 2 * i + 1 < hex.size(); ++i)
        bytes[i] =
            static_cast<unsigned char>((nibble(hex[2 * i]) << 4U | nibble(hex[2 * i + 1])) & 255U);
    return bytes;
}

HexDigest hexOf(Digest const& digest)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    HexDigest text{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        text[2 * i] = kDigits[digest[i] >> 4U];
        text[2 * i + 1] = kDigits[digest[i] & 15U];
    }
    return text;
}

} // namespace tcds::audit
