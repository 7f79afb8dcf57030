#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tcds::terms {

/// Hash for maps that are asked with views: no allocation on a look-up.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept
    {
        return std::hash<std::string_view>{}(text);
    }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;
/// Keys live in a table that outlives the map.
template <class T>
using ViewMap = std::unordered_map<std::string_view, T, TextHash, std::equal_to<>>;

/// What stands between a word and the word before it.
enum class Mark : std::uint16_t {
    Comma = 1U << 0U,
    Semicolon = 1U << 1U,
    Colon = 1U << 2U,    // also `=`
    Dash = 1U << 3U,     // a dash with a blank on both sides
    Stop = 1U << 4U,     // end of a sentence
    Open = 1U << 5U,     // ( or [
    Close = 1U << 6U,    // ) or ]
    Question = 1U << 7U, // ?
    Slash = 1U << 8U,    // / + &
    Minus = 1U << 9U,    // "(-)": a template's "absent"
    Line = 1U << 10U     // line break
};
class Marks
{
public:
    constexpr void add(Mark mark) { bits_ = static_cast<std::uint16_t>(bits_ | bit(mark)); }
    [[nodiscard]] constexpr bool has(Mark mark) const { return (bits_ & bit(mark)) != 0; }

private:
    static constexpr std::uint16_t bit(Mark mark) { return static_cast<std::uint16_t>(mark); }
    std::uint16_t bits_ = 0;
};

/// A word of a folded text.
struct Word {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
    Marks before;
    bool capital = false; // begins with a capital letter
};

/// A text taken apart: letters and digits in lower case without accents, and what stood between.
struct Words {
    std::string folded;
    std::vector<Word> list;
    Marks after; // behind the last word

    [[nodiscard]] std::size_t size() const { return list.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const
    {
        return std::string_view{folded}.substr(list[i].begin, list[i].length);
    }
};

/// Possessive: "father's" is read as "father". Joined: as "fathers" (drug names).
enum class Apostrophe : std::uint8_t { Possessive, Joined };

/// Takes UTF-8 text apart in one pass; bytes that are no valid UTF-8 separate words.
Words splitWords(std::string_view text, Apostrophe apostrophe = Apostrophe::Possessive);

/// The words alone, joined by single blanks: a key for comparing names.
std::string foldedName(std::string_view text);

/// Lower case of ASCII letters; other bytes as they are.
std::string lowerAscii(std::string_view text);

std::string_view trimmed(std::string_view text);

} // namespace tcds::terms
