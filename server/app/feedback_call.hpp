#pragma once

#include "rules/model/rule_set.hpp"
#include "server/app/repeats.hpp"
#include "server/app/tally.hpp"
#include "server/cds/feedback.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::app {

/// Who gave feedback, where and when.
struct FeedbackCall {
    std::string_view client, service;
    Instant now;
    rules::RuleSet const& rules;
    Tally const& tally;
};

/// Writes one record an item, linked to the decision and the rules of its card where this node
/// knows it, and then remembers what the answers hold back. A comment goes nowhere (FB-09).
///
/// @param repeats  null: nothing is remembered and nothing is linked
/// @param keep     hands the members of a record to the log; false: not kept
/// @return false when a record could not be kept; nothing is remembered then
bool keepFeedback(FeedbackCall const& call, std::span<cds::Feedback const> items, Repeats* repeats,
                  std::function<bool(std::string const& members)> const& keep);

} // namespace tcds::app
