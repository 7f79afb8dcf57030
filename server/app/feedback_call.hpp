#pragma once

#include "rules/model/rule_set.hpp"
#include "server/app/repeats.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenants.hpp"
#include "server/cds/feedback.hpp"

#include <span>
#include <string_view>

namespace tcds::app {

/// Who gave feedback, where and when.
struct FeedbackCall {
    std::string_view client, service;
    Instant now;
    rules::RuleSet const& rules;
    Tally const& tally;
    Tenant& tenant;
    bool hidesUser = false; // in records
};

/// Writes one record an item, linked to the decision and the rules of its card where this node
/// knows it, and then remembers what the answers hold back. A comment goes nowhere (FB-09), but
/// sealed into the record of a tenant at level `full`.
///
/// @return false when a record could not be kept; nothing is remembered then
bool keepFeedback(FeedbackCall const& call, std::span<cds::Feedback const> items);

} // namespace tcds::app
