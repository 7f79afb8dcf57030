#pragma once

#include "rules/cards/card.hpp"
#include "rules/cards/fired_rule.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tcds::rules {

class Holds;

/// Which rules stand on a card, before any text.
struct CardPlan {
    std::vector<FiredRule const*> rules;   // lead first, then by rank (decision D24)
    std::vector<FiredRule const*> bullets; // those with a line of their own under Findings
    std::vector<CardPart> parts;           // places in `rules`
    std::size_t unnamed = 0;               // rules that are only counted (clinical section D)
    std::size_t composite = 0;             // stands for so many cards; 0: a card of its own

    [[nodiscard]] FiredRule const& lead() const { return *rules.front(); }
    [[nodiscard]] Level level() const;
};

/// Merging, ranking and the limit (rule language section 7, clinical specification section D,
/// decisions D24 and D56).
///
/// @param fired    rules with outcome Fired, in any order; must outlive the plans
/// @param maxCards at least 1; critical cards are shown even beyond it
/// @param holds    cards that these hold back are left out before the limit; null: none
/// @param heldBack gets their rules; may be null
/// @return most urgent first
std::vector<CardPlan> planCards(RuleSet const& rules, std::span<FiredRule const> fired,
                                std::size_t maxCards, Holds const* holds = nullptr,
                                std::vector<HeldBack>* heldBack = nullptr);

} // namespace tcds::rules
