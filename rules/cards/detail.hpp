#pragma once

#include "rules/cards/basis.hpp"
#include "rules/cards/plan.hpp"
#include "rules/cards/remarks.hpp"

#include <string>

namespace tcds::rules {

/// The detail of a card: Findings, Why, Options, Not checked, Basis (rule language section 6,
/// decision D56), at most `most` characters of Markdown without HTML. Lists of names shrink first,
/// then sentences of the later sections are left out, least important first; each rule keeps its
/// line under Findings, and Basis keeps rules, versions and the lead's evidence.
std::string detailOf(Evaluation const& evaluation, CardPlan const& plan, Remarks const& remarks,
                     std::size_t most, Arena& arena);

} // namespace tcds::rules
