#include "server/app/feedback_call.hpp"

#include "server/audit/decision.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace tcds::app {

namespace {

std::string_view displayOf(rules::RuleSet const& rules, cds::Feedback const& item)
{
    if (item.reasonSystem != cds::kOverrideSystem) return {};
    auto const at =
        std::ranges::find(rules.overrideReasons, item.reasonCode, &rules::OverrideReason::code);
    return at == rules.overrideReasons.end() ? std::string_view{} : std::string_view{at->display};
}

std::string recordOf(FeedbackCall const& call, cds::Feedback const& item,
                     std::optional<state::ShownCard> const& card)
{
    audit::FeedbackRecord record;
    record.client = call.client;
    record.service = call.service;
    record.card = item.card;
    if (card) {
        record.decisionId = card->decision;
        record.rules = card->rules;
    }
    record.outcome = item.accepted ? "accepted" : "overridden";
    record.reasonSystem = item.reasonSystem;
    record.reasonCode = item.reasonCode;
    record.reasonDisplay = displayOf(call.rules, item);
    record.reasonText = item.hasComment;
    record.outcomeTimestamp = item.outcomeTimestamp;
    record.acceptedSuggestions = item.acceptedSuggestions;
    record.receivedAt = call.now;
    return audit::writeFeedback(record);
}

} // namespace

bool keepFeedback(FeedbackCall const& call, std::span<cds::Feedback const> items, Repeats* repeats,
                  std::function<bool(std::string const& members)> const& keep)
{
    std::vector<std::optional<state::ShownCard>> cards(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (repeats != nullptr) cards[i] = repeats->cardOf(items[i], call.client, call.now);
        if (!keep(recordOf(call, items[i], cards[i]))) return false;
        call.tally.feedback(items[i], cards[i] && !cards[i]->rules.empty() ? cards[i]->rules.front()
                                                                           : std::string_view{});
    }
    if (repeats == nullptr) return true;
    std::vector<Repeats::Answered> answers;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (cards[i]) answers.push_back({*cards[i], items[i]});
    if (!answers.empty()) repeats->answered(answers, call.rules, call.now);
    return true;
}

} // namespace tcds::app
