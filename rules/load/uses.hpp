#pragma once

#include "rules/model/rule_set.hpp"

#include <vector>

namespace tcds::rules {

/// Sets, ingredients and analytes: what a code means, or what a rule names.
struct Uses {
    SetBits sets;
    std::vector<IngredientId> ingredients;
    std::vector<AnalyteId> analytes;
};

/// True when the rule names one of these anywhere - in its conditions, its gate, its named
/// conditions, its `via` or its texts - directly or as a member of a class.
bool usesAny(Rule const& rule, RuleSet const& rules, Uses const& wanted);

} // namespace tcds::rules
