#pragma once

#include "rules/model/rule_set.hpp"

#include <array>
#include <string>
#include <vector>

namespace tcds::rulebook {

/// One use-of-data attribute of an evidence-based intervention (45 CFR 170.315(b)(11)(iv)(A)).
struct DataUse {
    std::string what;              // "Race"
    std::vector<std::string> from; // what of the rule uses it, in plain words; empty: not used

    [[nodiscard]] bool used() const { return !from.empty(); }
};

/// The nine attributes in the order of the regulation - race, ethnicity, language, sexual
/// orientation, gender identity, sex, date of birth, social determinants of health, health status
/// assessments - computed from everything that decides whether and how the rule fires: its clauses,
/// the named conditions, limits for populations and rules that it refers to.
std::array<DataUse, 9> dataUseOf(rules::Rule const& rule, rules::RuleSet const& set);

} // namespace tcds::rulebook
