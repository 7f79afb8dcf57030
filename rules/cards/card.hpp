#pragma once

#include "rules/eval/evaluation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// What a client entry may set about cards (decisions D11, D12, D19).
struct CardPolicy {
    std::size_t maxCards = 3;
    bool allowCritical = false;
    bool atMostOne = false; // selectionBehavior at-most-one
};

struct Suggestion {
    enum class Kind : std::uint8_t { Test, Review, Text };
    Kind kind = Kind::Test;
    std::string label;
    std::string_view system, code, display; // Test; of the rule set, as long as it
    FactId focus;                           // Review: the order that is to be reviewed
    bool recommended = false;
};

struct RuleOnCard {
    RuleIndex rule;
    Level level = Level::Info;
    Tier tier = Tier::None;
};

/// A part of a card that would be a card of its own: a composite has several, others one.
struct CardPart {
    std::size_t first = 0, count = 0; // places in Card::rules, its lead first
    Level level = Level::Info;
};

/// A rule whose card is not shown again, and why: "repeat" or "feedback" (decision D18).
struct HeldBack {
    RuleIndex rule;
    std::string_view why;
};

/// A card before it becomes JSON. Texts are final: placeholders filled, patient strings escaped.
struct Card {
    RuleIndex lead;                // unknown: the card says that a source could not be read
    std::vector<RuleOnCard> rules; // lead first, then by rank
    std::vector<CardPart> parts;   // cover `rules`; none on a card without rules
    Level level = Level::Info;
    Level indicator = Level::Info; // capped (decision D12)
    std::string summary;           // at most 139 characters and UTF-16 units
    std::string detail;            // Markdown, at most 1,200 characters
    std::vector<Suggestion> suggestions;
    std::vector<std::size_t> overrideReasons; // places in RuleSet::overrideReasons
    std::vector<std::string> missing;         // of this card (decision D52), sorted
    std::optional<Instant> newestData;
};

/// Fired rules -> cards: `show` bindings, merging by cluster, ranking, the limit, texts and
/// suggestions (rule language sections 6 and 7, clinical specification section D). Pure.
///
/// @return most urgent first; empty when there is nothing to say. A card without rules ("could not
///         read ...") stands alone (decision D26).
///
/// @param heldBack  gets the rules of cards that `recent` facts hold back, in the order of cards;
/// may
///                  be null
std::vector<Card> compose(Evaluation const& evaluation, CardPolicy const& policy,
                          std::vector<HeldBack>* heldBack = nullptr);

} // namespace tcds::rules
