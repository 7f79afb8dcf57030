#pragma once

#include "rules/exchange/exported_file.hpp"
#include "rules/model/rule_set.hpp"

#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// One PlanDefinition (eca-rule) for each rule: metadata as in section 9 of the rule language, the
/// hooks as triggers, "ID fires" of the rules library as its condition, suggestions as nested
/// actions.
/// @param base  canonical URLs begin with it; no slash at its end
std::vector<ExportedFile> ruleFiles(RuleSet const& rules, std::string_view base);

/// One ActivityDefinition for each test of the catalogue, and one for the review of a medicine.
std::vector<ExportedFile> activityFiles(RuleSet const& rules, std::string_view base);

} // namespace tcds::rules::exchange
