#include "fhir/base/plain_text.hpp"

#include <cstdio>

namespace tcds {

namespace {

struct Character {
    unsigned code = 0;
    std::size_t bytes = 1;
};

/// Of characters that UTF-8 writes with up to three bytes; there is no control among the others.
Character firstOf(std::string_view text)
{
    auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    auto const follows = [&](std::size_t at) {
        return at < text.size() && (byte(at) & 0xC0U) == 0x80U;
    };
    if ((byte(0) & 0xE0U) == 0xC0U && follows(1))
        return {(byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU), 2};
    if ((byte(0) & 0xF0U) == 0xE0U && follows(1) && follows(2))
        return {(byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU), 3};
    return {byte(0), 1};
}

/// Source: Unicode 15, 23.1 (control codes) and UAX #9, 2.1 to 2.5 (explicit directional
/// formatting)
bool isControl(Character const& character)
{
    auto const code = character.code;
    if (character.bytes == 1) return code < 0x20 || code == 0x7F;
    return (code >= 0x80 && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

std::string plain(std::string_view text, bool keepLines)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        auto const character = firstOf(text);
        if (isControl(character) && !(keepLines && text.front() == '\n')) {
            char escape[8];
            (void)std::snprintf(escape, sizeof escape, "\\u%04x", character.code);
            clean += escape;
        } else {
            clean += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return clean;
}

} // namespace

std::string plainLine(std::string_view text) { return plain(text, false); }

std::string plainLines(std::string_view text) { return plain(text, true); }

} // namespace tcds
