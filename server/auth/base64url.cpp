#include "server/auth/base64url.hpp"

#include <array>
#include <cstdint>

namespace tcds::auth {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; // RFC 4648, table 2
constexpr std::uint8_t kForeign = 64;

constexpr std::array<std::uint8_t, 256> sextets()
{
    std::array<std::uint8_t, 256> table{};
    for (auto& sextet : table) sextet = kForeign;
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}

constexpr auto kSextets = sextets();

} // namespace

std::optional<std::string> decodeBase64url(std::string_view text)
{
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(decodedSize(text.size()));
    std::uint32_t bits = 0;
    unsigned held = 0; // bits that wait for the rest of their byte
    for (auto const character : text) {
        auto const sextet = kSextets[static_cast<unsigned char>(character)];
        if (sextet == kForeign) return std::nullopt;
        bits = bits << 6U | sextet;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xffU);
        bits &= (1U << held) - 1U;
    }
    if (bits != 0) return std::nullopt;
    return bytes;
}

} // namespace tcds::auth
