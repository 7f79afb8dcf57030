#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tcds::json {

/// What stands for each byte between the quotes of a JSON string: 0 itself, 'u' \u00XX, else the
/// letter after a backslash (RFC 8259, section 7). Nothing but quotes, backslashes and controls is
/// escaped: texts are UTF-8 already.
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
inline constexpr auto kEscapes = escapes();

constexpr char escapeOf(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

/// The same byte eight times.
constexpr std::uint64_t eight(unsigned char byte) { return 0x0101010101010101U * byte; }

/// Not 0 when one of the eight bytes has to be escaped. A byte below what is taken from it borrows,
/// which sets its high bit; bytes with a high bit of their own need no escape. A borrow may mark
/// the next byte as well, so only yes or no can be told.
constexpr std::uint64_t escapeMarks(std::uint64_t bytes)
{
    auto const control = bytes - eight(0x20);
    auto const quote = (bytes ^ eight('"')) - eight(1);
    auto const backslash = (bytes ^ eight('\\')) - eight(1);
    return (control | quote | backslash) & ~bytes & eight(0x80);
}

} // namespace tcds::json
