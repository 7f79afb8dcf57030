#include "rules/eval/rank.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr auto kNoTime = Instant::min(); // undated, or later than the call

template <class T>
std::size_t placeOf(std::vector<T> const& order, T value)
{
    return static_cast<std::size_t>(std::ranges::find(order, value) - order.begin());
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

FactTimes::FactTimes(PatientContext const& context)
{
    at_.assign(context.factCount, kNoTime);
    auto const note = [&](FactId fact, std::optional<TimeSpan> const& date) {
        if (!fact.known() || !date || date->first() > context.asOf) return;
        if (fact.index() >= at_.size()) at_.resize(fact.index() + 1, kNoTime);
        at_[fact.index()] = date->first();
    };
    for (auto const& lab : context.labs) note(lab.id, lab.taken);
    for (auto const& use : context.medications)
        note(use.id, use.lastGiven ? use.lastGiven : use.start);
    for (auto const& problem : context.problems)
        note(problem.id, problem.recorded ? problem.recorded : problem.onset);
    for (auto const& finding : context.findings)
        note(finding.id, finding.at ? finding.at : finding.onset);
    for (auto const& complaint : context.complaints) note(complaint.id, complaint.onset);
    for (auto const& procedure : context.procedures)
        note(procedure.id, procedure.end ? procedure.end : procedure.start);
}

std::optional<Instant> FactTimes::newestOf(std::span<FactId const> facts) const
{
    auto newest = kNoTime;
    for (auto const fact : facts)
        if (fact.index() < at_.size()) newest = std::max(newest, at_[fact.index()]);
    return newest == kNoTime ? std::nullopt : std::optional{newest};
}

} // namespace tcds::rules
