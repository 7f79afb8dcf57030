#include "rules/eval/rank.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

template <class T>
std::size_t placeOf(std::vector<T> const& order, T value)
{
    return static_cast<std::size_t>(std::ranges::find(order, value) - order.begin());
}

/// Calls take(time) for each dated fact of a list that the judgement used.
template <class Facts, class Date>
void dates(Facts const& facts, Judgement const& judgement, Date&& date,
           std::optional<Instant>& newest, Instant now)
{
    for (auto const& fact : facts) {
        if (!std::ranges::binary_search(judgement.used, fact.id)) continue;
        std::optional<TimeSpan> const& span = date(fact);
        if (!span || span->first() > now) continue;
        if (!newest || span->first() > *newest) newest = span->first();
    }
}

} // namespace

bool ranksBefore(RuleSet const& rules, Judgement const& a, Judgement const& b)
{
    auto const& ruleA = rules.rule(a.rule);
    auto const& ruleB = rules.rule(b.rule);
    if (a.level != b.level) return a.level > b.level;
    auto const groupA = placeOf(rules.groupRank, ruleA.group);
    auto const groupB = placeOf(rules.groupRank, ruleB.group);
    if (groupA != groupB) return groupA < groupB;
    auto const tierA = placeOf(rules.tierRank, a.tier);
    auto const tierB = placeOf(rules.tierRank, b.tier);
    if (tierA != tierB) return tierA < tierB;
    if (a.newestData != b.newestData) return a.newestData > b.newestData;
    return ruleA.id < ruleB.id;
}

std::optional<Instant> newestDataOf(PatientContext const& context, Judgement const& judgement)
{
    std::optional<Instant> newest;
    auto const now = context.asOf;
    auto const& used = judgement;
    dates(
        context.labs, used, [](LabResult const& f) -> auto const& { return f.taken; }, newest, now);
    dates(
        context.medications, used,
        [](MedicationUse const& f) -> auto const& { return f.lastGiven ? f.lastGiven : f.start; },
        newest, now);
    dates(
        context.problems, used,
        [](Problem const& f) -> auto const& { return f.recorded ? f.recorded : f.onset; }, newest,
        now);
    dates(
        context.findings, used,
        [](Finding const& f) -> auto const& { return f.at ? f.at : f.onset; }, newest, now);
    dates(
        context.complaints, used, [](Complaint const& f) -> auto const& { return f.onset; }, newest,
        now);
    dates(
        context.procedures, used,
        [](ProcedureFact const& f) -> auto const& { return f.end ? f.end : f.start; }, newest, now);
    return newest;
}

} // namespace tcds::rules
