#include "fhir/base/base64.hpp"

#include <array>
#include <cstdint>

namespace tcds {

namespace {

constexpr std::uint8_t kForeign = 64;

struct Alphabet {
    std::string_view characters;
    std::array<std::uint8_t, 256> values{};

    explicit constexpr Alphabet(std::string_view given) : characters{given}
    {
        for (auto& value : values) value = kForeign;
        for (std::size_t i = 0; i < given.size(); ++i)
            values[static_cast<unsigned char>(given[i])] = static_cast<std::uint8_t>(i);
    }
};

constexpr Alphabet kStandard{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
constexpr Alphabet kUrl{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

std::span<unsigned char const> bytesOf(std::string_view text)
{
    return {reinterpret_cast<unsigned char const*>(text.data()), text.size()};
}

/// Four characters for three bytes; of what is missing at the end there are none.
void append(std::string& out, std::span<unsigned char const> bytes, Alphabet const& alphabet)
{
    auto const start = out.size();
    out.resize(start + (bytes.size() * 4 + 2) / 3);
    auto* at = out.data() + start;
    auto const put = [&](std::uint32_t bits, unsigned characters) {
        for (unsigned i = 0; i < characters; ++i)
            *at++ = alphabet.characters[bits >> (18U - 6U * i) & 63U];
    };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3)
        put(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U | bytes[i + 2], 4);
    auto const left = bytes.size() - i;
    if (left == 1) put(std::uint32_t{bytes[i]} << 16U, 2);
    if (left == 2) put(std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U, 3);
}

std::optional<std::string> read(std::string_view text, Alphabet const& alphabet)
{
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(base64Bytes(text.size()));
    std::uint32_t bits = 0;
    unsigned held = 0; // bits that wait for the rest of their byte
    for (auto const character : text) {
        auto const value = alphabet.values[static_cast<unsigned char>(character)];
        if (value == kForeign) return std::nullopt;
        bits = bits << 6U | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xffU);
        bits &= (1U << held) - 1U;
    }
    if (bits != 0) return std::nullopt;
    return bytes;
}

} // namespace

std::string toBase64(std::string_view bytes)
{
    std::string text;
    append(text, bytesOf(bytes), kStandard);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return read(text, kStandard);
}

std::string toBase64Url(std::string_view bytes) { return toBase64Url(bytesOf(bytes)); }

std::string toBase64Url(std::span<unsigned char const> bytes)
{
    std::string text;
    appendBase64Url(text, bytes);
    return text;
}

void appendBase64Url(std::string& out, std::span<unsigned char const> bytes)
{
    append(out, bytes, kUrl);
}

std::optional<std::string> fromBase64Url(std::string_view text) { return read(text, kUrl); }

} // namespace tcds
