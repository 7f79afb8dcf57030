#include "rules/cards/escape.hpp"

#include "fhir/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tcds::rules {

namespace {

constexpr std::size_t kMostOfAValue = 80; // rule language section 6
constexpr std::size_t kLongestUnit = 20;

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The code point at the start of a text that is not empty.
CodePoint firstOf(std::string_view text)
{
    auto const lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80U) return {lead, 1, true};
    auto const bytes = lead < 0xE0U ? 2U : lead < 0xF0U ? 3U : 4U;
    if (bytes > text.size() || wellFormedUtf8(text.substr(0, bytes)) != bytes) return {};
    std::uint32_t value = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
        value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    return {value, bytes, true};
}

/// How many ASCII characters the text begins with.
std::size_t asciiBefore(std::string_view text)
{
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::size_t at = 0;
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & kHighBits) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80U) ++at;
    return at;
}

std::size_t unitsOf(CodePoint const& point) { return point.value > 0xFFFFU ? 2 : 1; }

bool isBlank(std::uint32_t point)
{
    return point == ' ' || (point >= 0x09 && point <= 0x0D) || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

/// Characters that show nothing and can reorder or hide what stands around them.
bool isHidden(std::uint32_t point)
{
    struct Range {
        std::uint32_t from, to;
    };
    static constexpr std::array kHidden{
        Range{0x00, 0x1F},       Range{0x7F, 0x9F},       Range{0xAD, 0xAD},
        Range{0x034F, 0x034F},   Range{0x061C, 0x061C},   Range{0x115F, 0x1160},
        Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},   Range{0x200B, 0x200F},
        Range{0x202A, 0x202E},   Range{0x2060, 0x206F},   Range{0x3164, 0x3164},
        Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},
        Range{0xFFF0, 0xFFFB},   Range{0xFFFE, 0xFFFF},   Range{0x1D173, 0x1D17A},
        Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF}};
    return std::ranges::any_of(
        kHidden, [point](Range const& range) { return point >= range.from && point <= range.to; });
}

bool isPunctuation(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

/// Short ASCII words with single blanks between them, as nearly every name and unit is.
bool isPlain(std::string_view text)
{
    if (text.empty() || text.size() > kMostOfAValue || text.front() == ' ' || text.back() == ' ')
        return false;
    auto const shows = [](char c) { return c >= ' ' && c <= '~'; };
    return std::ranges::all_of(text, shows) && text.find("  ") == std::string_view::npos;
}

bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isDecimalPoint(std::string_view text, std::size_t at)
{
    return text[at] == '.' && at > 0 && at + 1 < text.size() && isDigit(text[at - 1]) &&
           isDigit(text[at + 1]);
}

/// Letters, digits, blanks and the signs of units; letters outside ASCII are the micro sign and the
/// like. Nothing that could open markup, HTML or an address.
bool looksLikeAUnit(std::string_view unit)
{
    constexpr std::string_view kSigns = "/% {}[]_^()";
    for (std::size_t at = 0; at < unit.size();) {
        auto const point = firstOf(unit.substr(at));
        auto const c = unit[at];
        auto const known = point.bytes == 1 ? isUpper(c) || isLower(c) || isDigit(c) ||
                                                  isDecimalPoint(unit, at) ||
                                                  kSigns.find(c) != std::string_view::npos
                                            : point.value == 0xB5 || point.value == 0x3BC ||
                                                  point.value == 0xB0; // micro, mu, degree
        if (!point.valid || !known) return false;
        at += point.bytes;
    }
    return true;
}

} // namespace

std::size_t cardLength(std::string_view text)
{
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto const ascii = asciiBefore(text.substr(at));
        length += ascii;
        at += ascii;
        if (at == text.size()) break;
        auto const point = firstOf(text.substr(at));
        length += unitsOf(point);
        at += point.bytes;
    }
    return length;
}

std::string_view cutTo(std::string_view text, std::size_t most)
{
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto const point = firstOf(text.substr(at));
        length += unitsOf(point);
        if (length > most) return text.substr(0, at);
        at += point.bytes;
    }
    return text;
}

std::string cleaned(std::string_view text)
{
    if (isPlain(text)) return std::string{text};
    std::string clean;
    std::size_t count = 0;
    auto blankBefore = true; // none at the start
    while (!text.empty()) {
        auto const point = firstOf(text);
        auto const bytes = text.substr(0, point.bytes);
        text.remove_prefix(point.bytes);
        if (point.valid && isBlank(point.value)) {
            if (!blankBefore) clean += ' ', ++count;
            blankBefore = true;
            continue;
        }
        if (!point.valid || isHidden(point.value)) continue;
        if (count >= kMostOfAValue) {
            auto const kept = std::string{cutTo(clean, cardLength(clean) - 1)};
            return kept + "\u2026";
        }
        clean += bytes;
        ++count;
        blankBefore = false;
    }
    if (!clean.empty() && clean.back() == ' ') clean.pop_back();
    return clean;
}

namespace {

std::string escapedBut(std::string_view text, std::string_view kept)
{
    std::string safe;
    safe.reserve(text.size() + 8);
    for (auto const c : text) {
        if (isPunctuation(c) && kept.find(c) == std::string_view::npos) safe += '\\';
        safe += c;
    }
    return safe;
}

} // namespace

std::string escaped(std::string_view text) { return escapedBut(text, {}); }

std::string escapedName(std::string_view name) { return escapedBut(name, "-,()'/%"); }

std::string escapedUnit(std::string_view unit)
{
    std::string safe;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        auto const c = unit[i];
        if (isPunctuation(c) && c != '/' && c != '%' && !isDecimalPoint(unit, i)) safe += '\\';
        safe += c;
    }
    return safe;
}

std::string shownUnit(std::string_view asSent, std::string_view ucum)
{
    auto const unit = asSent == ucum ? std::string{} : cleaned(asSent);
    if (!unit.empty() && cardLength(unit) <= kLongestUnit && looksLikeAUnit(unit)) return unit;
    auto const annotation = ucum == "1" || ucum.starts_with('{') || ucum.starts_with('[');
    return annotation ? std::string{} : cleaned(ucum); // "{score}", "[pH]": no words for a reader
}

std::string withCapital(std::string text)
{
    if (!text.empty() && isLower(text.front())) text.front() = static_cast<char>(text.front() - 32);
    return text;
}

std::string withoutCapital(std::string text)
{
    auto const abbreviation = text.size() > 1 && !isLower(text[1]) && text[1] != ' ';
    if (!text.empty() && isUpper(text.front()) && !abbreviation)
        text.front() = static_cast<char>(text.front() + 32);
    return text;
}

} // namespace tcds::rules
