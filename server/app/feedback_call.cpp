#include "server/app/feedback_call.hpp"

#include "server/app/kept_text.hpp"
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

/// What a record says of a reference under the key of the tenant.
std::string pseudonymOf(FeedbackCall const& call, std::string const& reference)
{
    if (reference.empty()) return {};
    return call.tenant.keys->on("", call.now).of(reference); // feedback names no server
}

std::string recordOf(FeedbackCall const& call, cds::Feedback const& item,
                     std::optional<state::ShownCard> const& card)
{
    auto const user = call.hidesUser ? pseudonymOf(call, item.user) : item.user;
    auto const location = pseudonymOf(call, item.location);
    auto const sealed = call.tenant.seal == nullptr
                            ? std::nullopt
                            : sealFeedback(*call.tenant.seal, call.tenant.name, item, call.now);
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
    record.reasonText = !item.comment.empty();
    record.outcomeTimestamp = item.outcomeTimestamp;
    record.acceptedSuggestions = item.acceptedSuggestions;
    record.receivedAt = call.now;
    record.user = user;
    record.location = location;
    record.sealed = sealed ? &*sealed : nullptr;
    return audit::writeFeedback(record);
}

} // namespace

bool keepFeedback(FeedbackCall const& call, std::span<cds::Feedback const> items)
{
    auto* const repeats = call.tenant.repeats.get();
    std::vector<std::optional<state::ShownCard>> cards(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (repeats != nullptr) cards[i] = repeats->cardOf(items[i], call.client, call.now);
        if (!call.tenant.journal.keep("feedback", recordOf(call, items[i], cards[i]))) return false;
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
