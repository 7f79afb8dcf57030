#pragma once

#include "rules/eval/evaluation.hpp"
#include "server/cases/coverage_mark.hpp"

#include <map>

namespace tcds::cases {

/// Gathers what the evaluations of cases show of a rule set.
class Seen
{
public:
    explicit Seen(rules::RuleSet const& rules);

    /// @param evaluation  of one case, traced, of every rule
    void look(rules::Evaluation& evaluation);

    [[nodiscard]] Marks const& marks() const { return marks_; }

private:
    class Case;

    rules::RuleSet const& rules_;
    std::map<rules::Condition const*, rules::Rule const*> ruleOf_; // of a clause
    Marks marks_;
};

} // namespace tcds::cases
