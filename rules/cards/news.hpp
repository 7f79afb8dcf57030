#pragma once

#include "rules/eval/evaluation.hpp"

#include <string>
#include <utility>
#include <vector>

// What ends a hold before its time (clinical specification section D): more is known than when the
// card was shown. A level rise needs nothing of this: a hold reaches up to its level.

namespace tcds::rules {

/// What was known about a cluster when a card about it was shown. Times and names alone: values
/// are compared with the results that the call itself brings.
struct Seen {
    std::vector<std::string> drugs;                       // sorted
    std::vector<std::string> redFlags;                    // rules that fired, by id
    std::vector<std::pair<std::string, Instant>> results; // newest of each analyte; epoch: none
    bool operator==(Seen const&) const = default;
};

/// @param cluster  place in RuleSet::clusters
/// @param lead     rule that leads the card
Seen seenOf(Evaluation const& evaluation, std::size_t cluster, RuleIndex lead);

/// A causal drug that was not there, a dose that rose since, a red flag that is new, or a newer
/// result further out of range: potassium by 0.3 mmol/L, sodium by 3, calcium and magnesium by 0.1.
/// When an older result to compare with was not delivered, the newer one counts as news.
///
/// @param then  what was seen at `at`
bool isNews(Evaluation const& evaluation, std::size_t cluster, Seen const& then, Instant at);

/// A result, usable or not, that is newer than what was seen.
bool hasNewResult(Evaluation const& evaluation, Seen const& then);

} // namespace tcds::rules
