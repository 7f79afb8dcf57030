#pragma once

#include "rules/eval/chart.hpp"

#include <span>
#include <vector>

namespace tcds::rules {

/// Computes the results of a derived analyte (rule language section 4, "Latest result" 7): the
/// formula of the unit system in which both inputs were reported, else the canonical one.
///
/// Albumin-adjusted calcium (clinical specification C.0.2): Ca + 0.02 x (40 - albumin g/L) in
/// mmol/L, Ca + 0.8 x (4.0 - albumin g/dL) in mg/dL; above 40 g/L the measured calcium counts,
/// below 20 g/L the note `low-albumin` is set, without an albumin within the stated time the
/// measured calcium counts with the note `no-albumin`. A calcium for which the laboratory itself
/// reported an adjusted value not more than that time older yields nothing.
///
/// @param numerators, denominators  results of the two inputs, any order, unusable ones included
/// @param reported  results of the same analyte that a laboratory sent
/// @return one result per numerator, any order; an unreadable numerator gives an unusable result,
/// so
///         that an older normal value does not reassure behind it (decision D13)
std::vector<Result> derive(terms::Analyte const& analyte, terms::Terminology const& terms,
                           std::span<Result const> numerators, std::span<Result const> denominators,
                           std::span<Result const> reported);

} // namespace tcds::rules
