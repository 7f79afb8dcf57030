#pragma once

#include "rules/cards/plan.hpp"

#include <string_view>
#include <vector>

namespace tcds::rules {

/// What a card rests on, as parts of one sentence.
struct Basis {
    std::string_view rules;        // "EL-K-LOW 1.0.0, MED-LOOP 1.0.0; evidence E11": never left out
    Texts limits;                  // "potassium limit 3.5 mmol/L (default)"
    std::string_view moreEvidence; // of the rules behind the lead, "" = none
    std::string_view sources;      // "from medication list, laboratory results"
    std::string_view citation;     // the lead's first citation
};

/// @param arena  keeps the texts
Basis basisOf(Evaluation const& evaluation, CardPlan const& plan, Arena& arena);

} // namespace tcds::rules
