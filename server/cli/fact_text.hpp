#pragma once

#include "rules/eval/evaluation.hpp"

#include <string>

namespace tcds::cli {

/// The facts behind the trace of a rule, one a line in the order of their numbers: what each is,
/// its code, the value as sent (and in the analyte's unit where that differs), time, state and
/// where it was read; then what was seen of the rule's results and not used, with the reason. Holds
/// patient data: for a terminal, never for a log.
std::string factsAsText(rules::Evaluation const& evaluation, rules::RuleIndex rule);

} // namespace tcds::cli
