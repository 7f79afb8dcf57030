#pragma once

#include <array>
#include <string_view>

namespace tcds::audit {

/// Lower-case hexadecimal digits of a SHA-256.
using HexDigest = std::array<char, 64>;

inline std::string_view view(HexDigest const& digest) { return {digest.data(), digest.size()}; }

/// The 32 bytes of a SHA-256.
using Digest = std::array<unsigned char, 32>;

inline std::string_view view(Digest const& digest)
{
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

/// @param hex  64 lower-case hexadecimal digits; any other character counts as some digit
Digest bytesOf(std::string_view hex);
HexDigest hexOf(Digest const& digest);

} // namespace tcds::audit
