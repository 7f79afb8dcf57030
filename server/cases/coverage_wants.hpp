#pragma once

#include "server/cases/coverage.hpp"
#include "server/cases/coverage_mark.hpp"

#include <vector>

namespace tcds::cases {

/// A want and the mark that some case must leave for it.
struct MarkedWant {
    Want want;
    Mark mark;
};

/// All that the cases of a rule set must show; rules first, by id, then what several of them share:
/// limits of analytes, named conditions, drug classes.
/// @param only  this rule alone, "" = every active one
std::vector<MarkedWant> wantsOf(rules::RuleSet const& rules, std::string_view only);

} // namespace tcds::cases
