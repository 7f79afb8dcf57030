#pragma once

#include "rules/model/rule.hpp"

#include <string>

namespace tcds::cli {

/// Who answers for a rule: status and period, author, reviewers and approval, when it is to be
/// looked at again, and what a hospital's overlay made of it. Lines that begin with two blanks.
/// @param day  YYYY-MM-DD of asking, for reviews that are overdue
std::string ruleFacts(rules::Rule const& rule, std::string const& day);

} // namespace tcds::cli
