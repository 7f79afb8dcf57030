#include "server/audit/base64_url.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tcds::audit {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> valuesOf(std::string_view alphabet)
{
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = kNone;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr auto kValues = valuesOf(kAlphabet);

} // namespace

std::string toBase64Url(std::span<unsigned char const> bytes)
{
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        auto const bits =
            std::uint32_t{bytes[at]} << 16U | std::uint32_t{bytes[at + 1]} << 8U | bytes[at + 2];
        text += kAlphabet[bits >> 18U];
        text += kAlphabet[bits >> 12U & 63U];
        text += kAlphabet[bits >> 6U & 63U];
        text += kAlphabet[bits & 63U];
    }
    if (at == bytes.size()) return text;
    auto const two = at + 2 == bytes.size();
    auto const bits =
        std::uint32_t{bytes[at]} << 16U | (two ? std::uint32_t{bytes[at + 1]} << 8U : 0U);
    text += kAlphabet[bits >> 18U];
    text += kAlphabet[bits >> 12U & 63U];
    if (two) text += kAlphabet[bits >> 6U & 63U];
    return text;
}

std::string toBase64Url(std::string_view bytes)
{
    return toBase64Url(
        std::span{reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()});
}

std::optional<std::string> fromBase64Url(std::string_view text)
{
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0; // bits that wait
    for (auto const c : text) {
        auto const value = kValues[static_cast<unsigned char>(c)];
        if (value == kNone) return std::nullopt;
        bits = bits << 6U | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xffU);
    }
    // What is left over stands for no byte and must be zero: one spelling for each value.
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return bytes;
}

} // namespace tcds::audit
