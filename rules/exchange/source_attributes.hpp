#pragma once

#include "rules/model/rule_set.hpp"

#include <array>
#include <string_view>

namespace tcds::rules::exchange {

/// Whether a rule uses one of the kinds of data that ONC's HTI-1 final rule asks about for an
/// evidence-based decision support intervention (45 CFR 170.315(b)(11)(iv)(A)(5) to (13)).
struct DataUse {
    std::string_view attribute;
    bool used = false;
};

/// The nine attributes, computed from the clauses of the rule, of the named conditions that it asks
/// and of the populations of its limits. Nothing in the language can ask for race, ethnicity,
/// language, sexual orientation, gender identity or social determinants.
std::array<DataUse, 9> dataUseOf(Rule const& rule, RuleSet const& rules);

} // namespace tcds::rules::exchange
