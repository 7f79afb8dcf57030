#include "rules/cards/card.hpp"
#include "rules/cards/detail.hpp"
#include "rules/cards/escape.hpp"
#include "rules/cards/fill.hpp"
#include "rules/cards/holds.hpp"
#include "rules/cards/plan.hpp"
#include "rules/cards/remarks.hpp"
#include "rules/cards/suggestions.hpp"
#include "rules/cards/unread.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tcds::rules {

namespace {

constexpr std::size_t kUsualBytes =
    16 * 1024; // of what a call with several cards looks up and writes

/// "Other possible contributors (2): Calcium, Thyroid"; the titles as far as they fit.
std::string compositeSummary(RuleSet const& rules, CardPlan const& plan)
{
    auto summary = "Other possible contributors (" + std::to_string(plan.composite) + ")";
    std::vector<std::size_t> named;
    for (auto const* fired : plan.rules) {
        auto const cluster = fired->rule->cluster;
        if (std::ranges::find(named, cluster) != named.end()) continue;
        auto const more = (named.empty() ? ": " : ", ") + rules.clusters[cluster].title;
        if (cardLength(summary + more) > rules.limits.summaryMax) break;
        summary += more;
        named.push_back(cluster);
    }
    return summary;
}

std::string summaryFor(Chart const& chart, CardPlan const& plan)
{
    if (plan.composite > 0) return compositeSummary(chart.rules(), plan);
    return summaryOf(chart, plan.lead(), plan.lead().rule->card.summary,
                     chart.rules().limits.summaryMax);
}

std::optional<Instant> newestData(CardPlan const& plan)
{
    std::optional<Instant> newest;
    for (auto const* fired : plan.rules) newest = std::max(newest, fired->judgement->newestData);
    return newest;
}

Card cardOf(Evaluation const& evaluation, CardPlan const& plan, CardPolicy const& policy,
            Arena& arena)
{
    auto const& limits = evaluation.chart.rules().limits;
    Card card;
    card.lead = plan.lead().rule->index;
    card.rules.reserve(plan.rules.size());
    for (auto const* fired : plan.rules)
        card.rules.push_back({fired->rule->index, fired->judgement->level, fired->judgement->tier});
    card.parts = plan.parts;
    card.level = plan.level();
    card.indicator = policy.allowCritical ? card.level : std::min(card.level, Level::Warning);
    card.summary = summaryFor(evaluation.chart, plan);
    card.missing = missingOnCard(evaluation, plan);
    auto const remarks = remarksOf(evaluation, plan, card.missing, arena);
    card.detail = detailOf(evaluation, plan, remarks, limits.detailMax, arena);
    card.suggestions =
        suggestionsOf(evaluation, plan, limits.suggestionsMax, policy.atMostOne, arena);
    card.overrideReasons = plan.lead().rule->overrideReasons;
    card.newestData = newestData(plan);
    return card;
}

} // namespace

std::vector<Card> compose(Evaluation const& evaluation, CardPolicy const& policy,
                          std::vector<HeldBack>* heldBack)
{
    if (!evaluation.complaint) return {}; // silence (clinical specification section D)
    auto const& chart = evaluation.chart;
    std::array<std::byte, kUsualBytes> room;
    Arena arena{room.data(), room.size()};
    auto const judgements = evaluation.fired();
    std::vector<FiredRule> fired;
    fired.reserve(judgements.size());
    for (auto const* judgement : judgements) fired.push_back(withShown(chart, *judgement, arena));

    auto const most = std::min(policy.maxCards, chart.rules().limits.maxCards);
    Holds const holds{chart.rules(), chart.context().recent, chart.now()};
    std::vector<HeldBack> held;
    std::vector<Card> cards;
    for (auto const& plan : planCards(chart.rules(), fired, most, &holds, &held))
        cards.push_back(cardOf(evaluation, plan, policy, arena));
    auto const said = !cards.empty() || !held.empty(); // now or before
    if (heldBack != nullptr) *heldBack = std::move(held);
    if (said) return cards;
    if (auto unread = unreadCard(evaluation)) cards.push_back(std::move(*unread));
    return cards;
}

} // namespace tcds::rules
