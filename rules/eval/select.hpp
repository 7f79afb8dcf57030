#pragma once

#include "rules/eval/evaluation.hpp"

#include <vector>

namespace tcds::rules {

/// The medications that meet a selection for certain, in the order of the chart; what `show` uses.
/// Clauses use the three-valued form inside the evaluator.
/// @param bound  bindings of the rule, for `started_after`; may be empty
std::vector<MedMatch> selectMedications(Chart const& chart, MedTest const& test,
                                        std::span<Binding const> bound);

/// The newest usable result, or the newest one earlier than `before` (at most 365 d earlier).
Result const* resultForShow(Chart const& chart, AnalyteId analyte, Binding const* before);

/// Findings or problems in one of the sets, ascending.
std::vector<FactId> factsInSets(Chart const& chart, std::vector<SetId> const& sets, bool problems);

} // namespace tcds::rules
