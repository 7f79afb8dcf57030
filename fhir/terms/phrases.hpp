#pragma once

#include "fhir/facts/identifiers.hpp"
#include "fhir/terms/words.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// One word of a phrase: `twitch*` is a prefix, `twitching` the whole word.
struct WordForm {
    std::string text;
    bool prefix = false;

    [[nodiscard]] bool fits(std::string_view word) const
    {
        return prefix ? word.starts_with(text) : word == text;
    }
};

/// Consecutive words, each with its alternatives.
struct Phrase {
    std::vector<std::vector<WordForm>> words;
};

/// Reads `muscle|muscles jump*`: blanks part the words, bars the alternatives of one word.
/// @return nothing when a word is empty or a lone `*`
std::optional<Phrase> parsePhrase(std::string_view authored);

/// A phrase alternative made of several groups that must all occur in one sentence.
using PhraseGroups = std::vector<std::vector<Phrase>>;

/// The phrases of one set as authored.
struct SetPhrases {
    std::vector<Phrase> stating;
    std::vector<PhraseGroups> allOf;
    std::vector<Phrase> unless;
};

/// What a phrase means when it is met.
enum class PhraseRole : std::uint8_t {
    States,   // its set
    Group,    // one group of an `all_of`
    Unless,   // cancels its set in this sentence
    Negation, // cues from here on
    NegationAfter,
    Experiencer,
    Past,
    Hypothetical,
    Pseudo // a cue inside it is none
};

struct PhraseOwner {
    PhraseRole role = PhraseRole::States;
    SetId set;
    std::uint16_t allOf = 0; // Group: which alternative of the set (numbered over all sets) ...
    std::uint16_t group = 0; // ... and which of its groups
};

/// A phrase met in a text: words [begin, end).
struct Hit {
    std::uint32_t begin = 0, end = 0;
    PhraseOwner owner;
};

/// All phrases of a terminology, found by their first word in one pass over a text.
class PhraseIndex
{
public:
    void add(Phrase const& phrase, PhraseOwner owner);

    /// Hits by their first word, ascending; of each entry every place where it stands.
    [[nodiscard]] std::vector<Hit> find(Words const& words) const;

private:
    struct Entry {
        std::uint32_t firstRest = 0; // into rest_
        std::uint16_t restCount = 0; // words behind the first
        PhraseOwner owner;
    };
    struct First {
        std::vector<std::uint32_t> exact, prefix; // into entries_
    };
    /// A first word that only begins the word of the text.
    struct Prefix {
        std::uint16_t beginning = 0; // of a word that it may begin
        std::string text;
    };
    void noteBeginning(std::size_t beginning, WordForm const& form);
    void collect(std::vector<std::uint32_t> const& candidates, Words const& words, std::size_t at,
                 std::vector<Hit>& hits) const;

    TextMap<First> firstWords_;
    std::bitset<1U << 15U> beginnings_; // by the first three letters: most words begin no phrase
    std::vector<Prefix> prefixes_;      // by beginning, then length
    std::vector<Entry> entries_;
    std::vector<std::vector<WordForm>> rest_;
};

/// True when one of the phrases stands anywhere in the text.
bool occurs(std::span<Phrase const> phrases, Words const& words);

} // namespace tcds::terms
