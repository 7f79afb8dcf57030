#pragma once

#include "fhir/base/result.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cases/case_file.hpp"

#include <span>
#include <string>

namespace tcds::cases {

/// The cases as a second engine needs them: for each the facts as FHIR resources, the parameters of
/// the exported CQL, and what our evaluator says of every rule. One JSON object:
/// `{"rules": {ID: version}, "cases": [{"rule", "name", "now", "hook", "notAnswered": [..],
/// "bundle": {..}, "outcomes": {ID: {"outcome", "level", "tier"}}}]}`. Rules whose outcome is
/// `not-met` are left out of `outcomes`; level and tier stand with those that fired or were
/// suppressed. Cases that are answered by an error (decision D26) are left out.
/// @error BadRequest for the first case whose request cannot be made
Result<std::string> exchangeCases(std::span<CaseFile const> files, rules::RuleSet const& rules);

} // namespace tcds::cases
