#pragma once

#include "rules/eval/chart.hpp"
#include "rules/model/condition.hpp"

namespace tcds::rules {

/// Compares a value, perhaps with a comparator, with a limit: certain or unknown, never a guess
/// (rule language section 4, "Latest result" 4). `<2.5` is below 3.5; `<5` against 3.5 is unknown.
Verdict compare(Compare how, Decimal const& value, Comparator comparator, Decimal const& limit);

/// The alternative of a limit that is written in the unit in which the result was reported, else
/// the canonical one (the first).
terms::Measure const& alternativeFor(terms::Limit const& limit, Result const& result);

/// Compares a result with a limit in the unit chosen by alternativeFor.
Verdict compare(Compare how, Result const& result, terms::Limit const& limit);

} // namespace tcds::rules
