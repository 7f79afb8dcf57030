#pragma once

#include "rules/cards/card.hpp"

#include <string>
#include <vector>

namespace tcds::cli {

/// Cards as a clinician would see them, for a terminal: wrapped at `width`, in colour if asked.
std::string cardsAsText(std::vector<rules::Card> const& cards, rules::RuleSet const& rules,
                        std::size_t width, bool colour);

/// The clauses of a rule as a tree: verdict, plain sentence, what was used, why not.
std::string traceAsText(rules::Evaluation const& evaluation, rules::RuleIndex rule, bool colour);

} // namespace tcds::cli
