#pragma once

#include "rules/eval/evaluation.hpp"

namespace tcds::rules {

/// The total order of decision D24, most urgent first: level, group, tier, newest data, rule id.
bool ranksBefore(RuleSet const& rules, Judgement const& a, Judgement const& b);

/// When the facts behind a judgement were newest: result times, starts, record dates; not later
/// than now.
std::optional<Instant> newestDataOf(PatientContext const& context, Judgement const& judgement);

} // namespace tcds::rules
