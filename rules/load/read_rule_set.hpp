#pragma once

#include "rules/load/content.hpp"
#include "rules/load/read_rule.hpp"

namespace tcds::rules {

/// Reads what is the same for all packs: ruleset.yaml, suggestions.yaml and override-reasons.yaml.
/// Named conditions come later (readConditions), because they may ask for rules.
/// @pre set.terms is there
RuleDefaults readRuleSet(Content const& content, RuleSet& set, Problems& problems);

/// The conditions of ruleset.yaml, whose names readRuleSet() has entered.
void readConditions(Content const& content, RuleSet& set, Dictionary const& words, bool positions,
                    Problems& problems);

/// Populations that analytes name must be named conditions (L03).
void checkPopulations(Content const& content, RuleSet const& set, Problems& problems);

/// Reads pack.yaml.
PackDefaults readPack(Content::Pack const& pack, Dictionary const& words, Problems& problems);

} // namespace tcds::rules
