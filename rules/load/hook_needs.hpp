#pragma once

#include "rules/model/rule_set.hpp"

namespace tcds::rules {

/// Fills RuleSet::needs: for each hook the analytes that its rules name anywhere (clauses, `via`,
/// `show`), each with the longest window that asks for it, and the prefetch keys that answer for an
/// absence (decisions D52, D53).
void collectNeeds(RuleSet& set);

} // namespace tcds::rules
