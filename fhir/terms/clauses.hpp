#pragma once

#include "fhir/terms/words.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// How a segment hangs on the one before it.
enum class Join : std::uint8_t {
    Sentence, // a new sentence
    Hard,     // "but", "however", ";": nothing reaches over it
    Comma,    // comma, dash or bracket
    And,
    Or,   // "or", "nor"
    Label // behind a colon: "fasciculations: no"
};

/// The part of a sentence between two commas, conjunctions or the like.
struct Segment {
    std::uint32_t begin = 0, end = 0; // words
    Join join = Join::Sentence;
    bool opens = false, closes = false; // a bracket opens or closes in front of it
    bool question = false;              // Sentence: the one before ends with a question mark
};

/// Takes a text apart into segments, in order, covering every word.
std::vector<Segment> segmentsOf(Words const& words);

/// Words without a finding of their own: pronouns, articles, auxiliaries, "now", "reported".
bool isFiller(std::string_view word);
/// Words that say that something new is stated: "has", "reports", "since", "daily".
bool isStatement(std::string_view word);
/// Verbs that end the reach of a negation even without a comma: "no weakness reports twitching".
bool isStatingVerb(std::string_view word);
/// Allergies, medicines, travel, ...: a list of symptoms does not go on behind them.
bool isOtherTopic(std::string_view word);
/// The patient: ends what is said about a relative.
bool isSelf(std::string_view word);

} // namespace tcds::terms
