#pragma once

#include "rules/cards/plan.hpp"

#include <string>
#include <vector>

namespace tcds::rules {

/// What a card rests on, as parts of one sentence.
struct Basis {
    std::string rules; // "EL-K-LOW 1.0.0, MED-LOOP 1.0.0; evidence E11": never left out
    std::vector<std::string> limits; // "potassium limit 3.5 mmol/L (default)"
    std::string moreEvidence;        // of the rules behind the lead, "" = none
    std::string sources;             // "from medication list, laboratory results"
    std::string citation;            // the lead's first citation
};

Basis basisOf(Evaluation const& evaluation, CardPlan const& plan);

} // namespace tcds::rules
