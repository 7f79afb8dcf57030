#pragma once

#include "rules/model/rule_set.hpp"

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Rule sets for tests: the shipped one, or the shipped analytes and value sets with rules written
// in the test.

namespace tcds::test {

/// The rule set of this checkout, read once a process. Throws when it has faults.
std::shared_ptr<rules::RuleSet const> shippedRules();

/// The YAML of a rule: `body` with whatever it leaves out of group (from the id), cluster `drug`,
/// gate `open`, tier `possible`, indicator `info`, title, version, meta and card.
std::string ruleText(std::string_view id, std::string_view body);

/// The shipped frame (analytes, value sets, gates, named conditions) with only these rules.
/// Throws with every fault when they do not compile.
std::shared_ptr<rules::RuleSet const> rulesOf(std::span<std::string const> texts);
std::shared_ptr<rules::RuleSet const> rulesOf(std::initializer_list<std::string> texts);

} // namespace tcds::test
