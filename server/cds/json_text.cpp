#include "server/cds/json_text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace tcds::cds {

namespace {

/// What stands for each byte: 0 itself, 'u' \u00XX, else the letter after a backslash.
constexpr std::array<char, 256> escapes()
{
    std::array<char, 256> table{};
    for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
    table['\b'] = 'b';
    table['\t'] = 't';
    table['\n'] = 'n';
    table['\f'] = 'f';
    table['\r'] = 'r';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}
constexpr auto kEscapes = escapes();

char escapeOf(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

/// The same byte eight times.
constexpr std::uint64_t eight(unsigned char byte) { return 0x0101010101010101U * byte; }

/// Is one of the eight bytes a control, a quote or a backslash? A byte below n is one that borrows
/// when n is taken from it; bytes from 0x80 on belong to letters.
bool needsEscape(std::uint64_t bytes)
{
    auto const controls = bytes - eight(0x20);
    auto const quotes = (bytes ^ eight('"')) - eight(1);
    auto const backslashes = (bytes ^ eight('\\')) - eight(1);
    return ((controls | quotes | backslashes) & ~bytes & eight(0x80)) != 0;
}

constexpr std::size_t kStride = sizeof(std::uint64_t);

std::uint64_t eightAt(char const* text)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, kStride);
    return bytes;
}

/// Where the bytes end that stand for themselves; eight at a time, as nearly all do.
std::size_t plainEnd(std::string_view text, std::size_t at)
{
    while (at + kStride <= text.size() && !needsEscape(eightAt(text.data() + at))) at += kStride;
    auto const rest = text.size() - at;
    // The end together with some bytes before it.
    if (rest < kStride && text.size() >= kStride &&
        !needsEscape(eightAt(text.data() + text.size() - kStride)))
        return text.size();
    while (at < text.size() && escapeOf(text[at]) == 0) ++at;
    return at;
}

void appendEscape(std::string& json, char c)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    auto const escape = escapeOf(c);
    json += '\\';
    json += escape;
    if (escape != 'u') return;
    auto const code = static_cast<unsigned char>(c);
    json += "00";
    json += kDigits[code >> 4U];
    json += kDigits[code & 15U];
}

} // namespace

void appendEscaped(std::string& json, std::string_view text)
{
    for (std::size_t at = 0;;) {
        auto const end = plainEnd(text, at);
        json.append(text.data() + at, end - at);
        if (end == text.size()) return;
        appendEscape(json, text[end]);
        at = end + 1;
    }
}

} // namespace tcds::cds
