#include "fhir/base/utf8.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace tcds {

namespace {

constexpr std::size_t kStride = 64;

bool isAscii(char const* bytes)
{
    std::array<std::uint64_t, kStride / sizeof(std::uint64_t)> words{};
    std::memcpy(words.data(), bytes, kStride);
    std::uint64_t all = 0;
    for (auto const word : words) all |= word;
    return (all & 0x8080808080808080U) == 0;
}

bool within(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

/// Length of the well-formed sequence of two to four bytes at `bytes`, 0 when there is none.
/// The range of the second byte depends on the first: that excludes overlong forms (E0, F0),
/// surrogates (ED) and code points beyond the last one (F4).
std::size_t sequenceLength(unsigned char const* bytes, std::size_t available)
{
    auto const lead = bytes[0];
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (within(lead, 0xC2, 0xDF)) {
        length = 2;
    } else if (within(lead, 0xE0, 0xEF)) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (within(lead, 0xF0, 0xF4)) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    }
    if (length == 0 || length > available || !within(bytes[1], low, high)) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (!within(bytes[i], 0x80, 0xBF)) return 0;
    return length;
}

} // namespace

std::size_t wellFormedUtf8(std::string_view text)
{
    auto const* const bytes = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t at = 0;
    while (at < text.size()) {
        if (at + kStride <= text.size() && isAscii(text.data() + at)) {
            at += kStride;
        } else if (bytes[at] < 0x80) {
            ++at;
        } else {
            auto const length = sequenceLength(bytes + at, text.size() - at);
            if (length == 0) return at;
            at += length;
        }
    }
    return at;
}

} // namespace tcds
