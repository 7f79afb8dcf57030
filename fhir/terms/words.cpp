#include "fhir/terms/words.hpp"

#include <algorithm>
#include <array>

namespace tcds::terms {
namespace {

struct CodePoint {
    char32_t value = 0xFFFD;
    std::size_t bytes = 1;
};

CodePoint decode(std::string_view text, std::size_t at)
{
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const lead = byte(at);
    if (lead < 0x80) return {lead, 1};
    std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length == 0 || lead > 0xF4 || at + length > text.size()) return {};
    char32_t value = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) return {};
        value = (value << 6U) | (byte(at + i) & 0x3FU);
    }
    return {value, length};
}

// U+00C0 to U+017F without accent, in lower case; "" is no letter.
constexpr std::array<std::string_view, 0x180 - 0xC0> kLatin = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  // C0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss", // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  // E0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",  // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",  // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",  // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",  // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",  // 130
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",  // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",  // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",  // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",  // 170
};

bool isDash(char32_t c) { return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }
bool isApostrophe(char32_t c) { return c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x02BC; }
/// Letters and digits of ASCII.
constexpr auto kWordBytes = [] {
    std::array<bool, 256> word{};
    for (unsigned char c = 'a'; c <= 'z'; ++c) word[c] = true;
    for (unsigned char c = 'A'; c <= 'Z'; ++c) word[c] = true;
    for (unsigned char c = '0'; c <= '9'; ++c) word[c] = true;
    return word;
}();
char lowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
/// Letters of other scripts make words as well; symbols and punctuation do not.
bool isOtherLetter(char32_t c)
{
    return c == 0xB5 || (c >= 0x180 && c < 0x2000 && c != 0x37E) || (c >= 0x3040 && c < 0xFE00);
}
bool isCombining(char32_t c) { return c >= 0x300 && c <= 0x36F; }

/// Abbreviations whose full stop ends no sentence.
constexpr std::array<std::string_view, 16> kAbbreviations = {
    "dr", "mr", "mrs", "ms", "st",   "vs", "approx", "pt",
    "hx", "e",  "g",   "i",  "prof", "wk", "mo",     "hr"};

class Splitter
{
public:
    Splitter(std::string_view text, Apostrophe apostrophe) : text_{text}, apostrophe_{apostrophe}
    {
        words_.folded.reserve(text.size());
        words_.list.reserve(text.size() / 6 + 1);
    }

    Words run()
    {
        for (std::size_t at = 0; at < text_.size();) {
            if (letterAt(at)) {
                at = letters(at);
                continue;
            }
            auto const point = decode(text_, at);
            auto const next = at + point.bytes;
            if (inWord_ && isApostrophe(point.value) && letterAt(next)) {
                at = next + (possessiveAt(next) ? 1 : 0);
                continue;
            }
            if (!letter(point.value)) separator(point.value, at, next);
            at = next;
        }
        endWord();
        words_.after = pending_;
        return std::move(words_);
    }

private:
    /// Takes the run of ASCII letters and digits that begins at `at`.
    /// @return offset behind it
    std::size_t letters(std::size_t at)
    {
        auto end = at + 1;
        while (letterAt(end)) ++end;
        capital_ = text_[at] >= 'A' && text_[at] <= 'Z';
        if (!inWord_) begin();
        auto const first = words_.folded.size();
        words_.folded.append(text_, at, end - at);
        for (auto i = first; i < words_.folded.size(); ++i)
            words_.folded[i] = lowerOf(words_.folded[i]);
        return end;
    }

    /// Any character but ASCII letters and digits.
    /// @return false when it separates words
    bool letter(char32_t c)
    {
        capital_ = c >= 0xC0 && c <= 0xDE;
        if (c >= 0xC0 && c < 0x180 && !kLatin[c - 0xC0].empty()) {
            for (char const letter : kLatin[c - 0xC0]) append(letter);
            return true;
        }
        if (isCombining(c)) return true; // an accent of its own
        if (isOtherLetter(c)) {
            appendUtf8(c);
            return true;
        }
        return false;
    }

    void append(char c)
    {
        if (!inWord_) begin();
        words_.folded.push_back(c);
    }

    void appendUtf8(char32_t c)
    {
        auto const tail = [&](unsigned shift) {
            append(static_cast<char>(0x80U | ((c >> shift) & 0x3FU)));
        };
        if (c < 0x800) {
            append(static_cast<char>(0xC0U | (c >> 6U)));
        } else {
            append(static_cast<char>(0xE0U | (c >> 12U)));
            tail(6);
        }
        tail(0);
    }

    void begin()
    {
        if (!words_.list.empty()) words_.folded.push_back(' ');
        words_.list.push_back(
            {static_cast<std::uint32_t>(words_.folded.size()), 0, pending_, capital_});
        pending_ = Marks{};
        inWord_ = true;
    }

    void endWord()
    {
        if (!inWord_) return;
        auto& word = words_.list.back();
        word.length = static_cast<std::uint32_t>(words_.folded.size()) - word.begin;
        inWord_ = false;
    }

    /// @param before  offset of the separator
    /// @param next    offset behind it
    void separator(char32_t c, std::size_t before, std::size_t next)
    {
        bool const wordEndsHere = inWord_;
        endWord();
        bool const blankBefore = before == 0 || isSpace(text_[before - 1]);
        bool const blankAfter = next >= text_.size() || isSpace(text_[next]);
        if (isDash(c)) {
            if (blankBefore && blankAfter) pending_.add(Mark::Dash);
            if (before > 0 && text_[before - 1] == '(' && next < text_.size() && text_[next] == ')')
                pending_.add(Mark::Minus);
            return;
        }
        switch (c) {
        case ',':
            pending_.add(Mark::Comma);
            return;
        case ';':
            pending_.add(Mark::Semicolon);
            return;
        case ':':
        case '=':
            pending_.add(Mark::Colon);
            return;
        case '/':
        case '+':
        case '&':
            pending_.add(Mark::Slash);
            return;
        case '(':
        case '[':
            pending_.add(Mark::Open);
            return;
        case ')':
        case ']':
            pending_.add(Mark::Close);
            return;
        case '?':
            pending_.add(Mark::Question);
            return;
        case '\n':
            lineBreak();
            return;
        case '!':
        case 0x2022: // bullet
            pending_.add(Mark::Stop);
            return;
        case '.':
            if (blankAfter && !(wordEndsHere && abbreviation())) pending_.add(Mark::Stop);
            return;
        default:
            return;
        }
    }

    static bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    void lineBreak()
    {
        // A second break, or one behind a full stop, always parts sentences.
        if (pending_.has(Mark::Line)) pending_.add(Mark::Stop);
        pending_.add(Mark::Line);
    }

    [[nodiscard]] bool abbreviation() const
    {
        auto const& word = words_.list.back();
        auto const text = std::string_view{words_.folded}.substr(word.begin, word.length);
        return std::find(kAbbreviations.begin(), kAbbreviations.end(), text) !=
               kAbbreviations.end();
    }

    [[nodiscard]] bool letterAt(std::size_t at) const
    {
        return at < text_.size() && kWordBytes[static_cast<unsigned char>(text_[at])];
    }

    /// The s of "father's" stands at `at`, and the word ends behind it.
    [[nodiscard]] bool possessiveAt(std::size_t at) const
    {
        return apostrophe_ == Apostrophe::Possessive && (text_[at] == 's' || text_[at] == 'S') &&
               !letterAt(at + 1);
    }

    std::string_view text_;
    Apostrophe apostrophe_;
    Words words_;
    Marks pending_;
    bool inWord_ = false;
    bool capital_ = false; // the letter at hand
};

} // namespace

Words splitWords(std::string_view text, Apostrophe apostrophe)
{
    return Splitter{text, apostrophe}.run();
}

std::string foldedName(std::string_view text)
{
    return splitWords(text, Apostrophe::Joined).folded;
}

std::string lowerAscii(std::string_view text)
{
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(), lowerOf);
    return lower;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n";
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

} // namespace tcds::terms
