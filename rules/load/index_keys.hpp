#pragma once

#include "rules/model/rule_set.hpp"

namespace tcds::rules {

/// Fills RuleSet::keys (decision D40): which rules a present class, ingredient, analyte, value set
/// or complaint kind makes candidates.
///
/// Keys are what `when` names, named conditions and referenced rules included, but for what stands
/// only below `not`, `missing` or `normal`. A rule whose `when` can be true without any of its keys
/// is always a candidate, so an idle rule can never be one that would fire.
/// @pre RuleSet::order is there and free of cycles
void indexRules(RuleSet& set);

} // namespace tcds::rules
