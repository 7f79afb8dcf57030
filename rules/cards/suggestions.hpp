#pragma once

#include "rules/cards/card.hpp"
#include "rules/cards/plan.hpp"

#include <vector>

namespace tcds::rules {

/// Suggestions of a card (clinical specification C.0.5, decisions D45 and D56): in the order of its
/// rules, then of the file, equal ones once, the first `most`. A test that is on order or freshly
/// resulted is left out; a review names one order of each drug, the newest.
std::vector<Suggestion> suggestionsOf(Evaluation const& evaluation, CardPlan const& plan,
                                      std::size_t most, bool atMostOne, Arena& arena);

} // namespace tcds::rules
