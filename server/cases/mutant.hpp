#pragma once

#include "rules/model/rule_set.hpp"

#include <optional>
#include <string>

namespace tcds::cases {

/// One small change of a rule.
struct Mutant {
    std::string text;  // "latest K below 3.5 mmol/L: below -> at_most"
    std::string where; // FILE:LINE:COLUMN, the file alone where the place is not known
};

/// Applies the change number `number` (from 0) that a rule offers: one operator, limit, connective,
/// negation, window, class, suppression, adjustment, band, gate and so on flipped, moved by one
/// step or taken away. The numbers are dense and always mean the same change of the same rule.
/// @return nothing, and the rule as it was, when it offers no such change
std::optional<Mutant> mutate(rules::Rule& rule, rules::RuleSet const& rules, std::size_t number);

/// As above, for a condition of ruleset.yaml that has a name of its own.
std::optional<Mutant> mutate(rules::NamedCondition& named, rules::RuleSet const& rules,
                             std::size_t number);

} // namespace tcds::cases
