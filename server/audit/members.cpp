#include "server/audit/members.hpp"

#include <algorithm>
#include <array>

namespace tcds::audit {

namespace {

/// What stands for each byte: 0 itself, 'u' \u00XX, else the letter after a backslash (RFC 8259,
/// section 7).
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

void appendEscaped(std::string& text, char c)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    auto const escape = escapeOf(c);
    text += '\\';
    text += escape;
    if (escape != 'u') return;
    auto const code = static_cast<unsigned char>(c);
    text += "00";
    text += kDigits[code >> 4U];
    text += kDigits[code & 15U];
}

} // namespace

void Members::openObject(std::string_view name)
{
    key(name);
    open('{', '}');
}

void Members::openObject()
{
    separate();
    open('{', '}');
}

void Members::openArray(std::string_view name)
{
    key(name);
    open('[', ']');
}

void Members::openArray()
{
    separate();
    open('[', ']');
}

void Members::close()
{
    text_ += open_.back();
    open_.pop_back();
}

void Members::text(std::string_view value)
{
    separate();
    quoted(value);
}

void Members::open(char begin, char end)
{
    text_ += begin;
    open_ += end;
}

/// A comma, unless nothing stands before this in its object or array.
void Members::separate()
{
    if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
}

void Members::key(std::string_view name)
{
    separate();
    text_ += '"';
    text_ += name;
    text_ += "\":";
}

void Members::quoted(std::string_view value)
{
    text_ += '"';
    while (!value.empty()) {
        auto const plain = static_cast<std::size_t>(
            std::find_if(value.begin(), value.end(), [](char c) { return escapeOf(c) != 0; }) -
            value.begin());
        text_.append(value, 0, plain);
        value.remove_prefix(plain);
        if (value.empty()) break;
        appendEscaped(text_, value.front());
        value.remove_prefix(1);
    }
    text_ += '"';
}

} // namespace tcds::audit
