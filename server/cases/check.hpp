#pragma once

#include "rules/cards/card.hpp"
#include "server/cases/case_file.hpp"

#include <string>
#include <vector>

namespace tcds::cases {

/// One expectation that does not hold.
struct Mismatch {
    std::string what;      // "EL-K-LOW", "cards", "detail"
    std::string expected;  // "fired warning"
    std::string got;       // "not-met (when: lab)"
    rules::RuleIndex rule; // unknown when it is about no single rule
};

/// Compares an answer with what its case expects. Texts of cards are compared as a reader sees
/// them, without the backslashes of Markdown.
std::vector<Mismatch> check(Expectation const& expect, rules::Evaluation const& evaluation,
                            std::vector<rules::Card> const& cards, rules::RuleSet const& rules);

/// What became of a rule, in one line: "fired warning probable (band mild)", "unknown (no-result
/// lab:K)".
std::string describeOutcome(rules::Judgement const* judgement, rules::RuleSet const& rules);

} // namespace tcds::cases
