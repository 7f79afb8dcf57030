#pragma once

#include "rules/eval/evaluation.hpp"

#include <string>

namespace tcds::cases {

/// The clause that decided about a rule: "FILE:LINE:COLUMN when: latest potassium below 3.5 mmol/L
/// is unknown (stale)"; "" when no clause did. The evaluation must have been traced.
std::string decidingClause(rules::Evaluation const& evaluation, rules::RuleIndex rule,
                           rules::RuleSet const& rules);

/// The whole trace of a rule, one clause a line, indented.
std::string traceText(rules::Evaluation const& evaluation, rules::RuleIndex rule,
                      rules::RuleSet const& rules);

} // namespace tcds::cases
