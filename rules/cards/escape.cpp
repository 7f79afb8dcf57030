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

/// What a character means to the texts of a card, as bits.
enum Trait : std::uint8_t {
    Punctuation = 1, // ASCII signs: each can mean something to Markdown
    OfNames = 2,     // signs that names are written with
    OfUnits = 4,     // letters, digits and signs that units are written with
    Shows = 8        // printable ASCII
};

constexpr std::array<std::uint8_t, 256> traits()
{
    constexpr std::string_view kOfNames = "-,()'/%";
    constexpr std::string_view kOfUnits = "/% {}[]_^()";
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = ' '; i <= '~'; ++i) {
        auto const c = static_cast<char>(i);
        auto const letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        auto const alphanumeric = letter || (c >= '0' && c <= '9');
        auto bits = static_cast<unsigned>(Shows);
        if (!alphanumeric && c != ' ') bits |= Punctuation;
        if (kOfNames.find(c) != std::string_view::npos) bits |= OfNames;
        if (alphanumeric || kOfUnits.find(c) != std::string_view::npos) bits |= OfUnits;
        table[i] = static_cast<std::uint8_t>(bits);
    }
    return table;
}
constexpr auto kTraits = traits();

unsigned traitsOf(char c) { return kTraits[static_cast<unsigned char>(c)]; }

/// Short ASCII words with single blanks between them, as nearly every name and unit is.
bool isPlain(std::string_view text)
{
    if (text.empty() || text.size() > kMostOfAValue || text.back() == ' ') return false;
    auto before = ' '; // none at the start
    for (auto const c : text) {
        if ((traitsOf(c) & Shows) == 0 || (c == ' ' && before == ' ')) return false;
        before = c;
    }
    return true;
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
    for (std::size_t at = 0; at < unit.size();) {
        auto const point = firstOf(unit.substr(at));
        auto const known = point.bytes == 1
                               ? (traitsOf(unit[at]) & OfUnits) != 0 || isDecimalPoint(unit, at)
                               : point.value == 0xB5 || point.value == 0x3BC ||
                                     point.value == 0xB0; // micro, mu, degree
        if (!point.valid || !known) return false;
        at += point.bytes;
    }
    return true;
}

struct Spelling {
    std::string_view ucum, written;
};

/// Codes of units that clinicians write otherwise.
constexpr std::array kSpellings{
    Spelling{"Cel", "\u00B0C"},     Spelling{"[degF]", "\u00B0F"},
    Spelling{"mm[Hg]", "mmHg"},     Spelling{"mL/min/{1.73_m2}", "mL/min/1.73 m2"},
    Spelling{"[IU]/L", "IU/L"},     Spelling{"m[IU]/L", "mIU/L"},
    Spelling{"u[IU]/mL", "uIU/mL"}, Spelling{"meq/L", "mEq/L"},
    Spelling{"ug", "mcg"}, // a dose: "ug" is easily read as "mg"
};

std::string_view asWritten(std::string_view unit)
{
    auto const* const at = std::ranges::find(kSpellings, unit, &Spelling::ucum);
    return at == kSpellings.end() ? unit : at->written;
}

/// Appends a value with a backslash before each sign for which isActive(place) holds.
template <class IsActive>
void appendWithBackslashes(std::string& text, std::string_view value, IsActive const& isActive)
{
    std::size_t done = 0;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (!isActive(at)) continue;
        text.append(value, done, at - done);
        text += '\\';
        done = at;
    }
    text.append(value, done);
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

std::string_view cleaned(std::string_view text, std::string& made)
{
    if (isPlain(text)) return text;
    made.clear();
    std::size_t count = 0;
    auto blankBefore = true; // none at the start
    while (!text.empty()) {
        auto const point = firstOf(text);
        auto const bytes = text.substr(0, point.bytes);
        text.remove_prefix(point.bytes);
        if (point.valid && isBlank(point.value)) {
            if (!blankBefore) made += ' ', ++count;
            blankBefore = true;
            continue;
        }
        if (!point.valid || isHidden(point.value)) continue;
        if (count >= kMostOfAValue) {
            made.resize(cutTo(made, cardLength(made) - 1).size());
            made += "\u2026";
            return made;
        }
        made += bytes;
        ++count;
        blankBefore = false;
    }
    if (!made.empty() && made.back() == ' ') made.pop_back();
    return made;
}

void appendEscaped(std::string& text, std::string_view value)
{
    appendWithBackslashes(
        text, value, [value](std::size_t at) { return (traitsOf(value[at]) & Punctuation) != 0; });
}

void appendEscapedName(std::string& text, std::string_view name)
{
    appendWithBackslashes(text, name, [name](std::size_t at) {
        return (traitsOf(name[at]) & (Punctuation | OfNames)) == Punctuation;
    });
}

void appendEscapedUnit(std::string& text, std::string_view unit)
{
    appendWithBackslashes(text, unit, [unit](std::size_t at) {
        auto const c = unit[at];
        return (traitsOf(c) & Punctuation) != 0 && c != '/' && c != '%' &&
               !isDecimalPoint(unit, at);
    });
}

std::string_view shownUnit(std::string_view asSent, std::string_view ucum, std::string& made)
{
    if (asSent != ucum) {
        auto const unit = cleaned(asSent, made);
        if (!unit.empty() && cardLength(unit) <= kLongestUnit && looksLikeAUnit(unit))
            return asWritten(unit);
    }
    if (auto const written = asWritten(ucum); written != ucum) return written;
    auto const annotation = ucum == "1" || ucum.starts_with('{') || ucum.starts_with('[');
    return annotation ? std::string_view{} : cleaned(ucum, made); // "{score}", "[pH]": no words
}

void raiseFirst(std::string& text, std::size_t at)
{
    if (at < text.size() && isLower(text[at])) text[at] = static_cast<char>(text[at] - 32);
}

void lowerFirst(std::string& text, std::size_t at)
{
    auto const abbreviation = at + 1 < text.size() && !isLower(text[at + 1]) && text[at + 1] != ' ';
    if (at < text.size() && isUpper(text[at]) && !abbreviation)
        text[at] = static_cast<char>(text[at] + 32);
}

} // namespace tcds::rules
