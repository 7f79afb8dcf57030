#pragma once

#include "rules/model/rule_set.hpp"
#include "server/rulebook/document.hpp"

#include <string>

namespace tcds::rulebook {

/// A condition as a nested list in plain English: "all of these:" with its parts below it, down to
/// the clauses as rules::describe() says them. Ids of rules lead to their sections; a clause that
/// binds a name ends in `called "k"`.
/// @param rule  whose condition it is; nullptr for a named condition of the rule set
Item statementOf(rules::Condition const& condition, rules::Rule const* rule,
                 rules::RuleSet const& set);

/// A text in which each id of a rule leads to the rule.
Inline withLinks(std::string_view text, rules::RuleSet const& set);

/// The text with a capital first letter (ASCII).
std::string capital(std::string text);

/// "A", "A and B", "A, B and C"
std::string joined(std::vector<std::string> const& words, std::string_view last = "and");

/// Whom a population of limits is: "under 1 year"; an unknown id: "everybody else".
std::string populationText(rules::NamedIndex population, rules::RuleSet const& set);

/// Several populations: "everybody else", "1 to 17 years or pregnancy on record"; ages that follow
/// each other become one.
std::string populationsText(std::vector<rules::NamedIndex> const& populations,
                            rules::RuleSet const& set);

/// "30 days"
std::string durationText(Duration const& duration);

} // namespace tcds::rulebook
