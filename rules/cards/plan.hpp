#pragma once

#include "rules/cards/fired_rule.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tcds::rules {

/// Which rules stand on a card, before any text.
struct CardPlan {
    std::vector<FiredRule const*> rules;   // lead first, then by rank (decision D24)
    std::vector<FiredRule const*> bullets; // those with a line of their own under Findings
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
/// @return most urgent first
std::vector<CardPlan> planCards(RuleSet const& rules, std::span<FiredRule const> fired,
                                std::size_t maxCards);

} // namespace tcds::rules
