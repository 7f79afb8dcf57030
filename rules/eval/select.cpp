#include "rules/eval/select.hpp"

#include "rules/eval/medications.hpp"

#include <algorithm>

namespace tcds::rules {

std::vector<MedMatch> selectMedications(Chart const& chart, MedTest const& test,
                                        std::span<Binding const> bound)
{
    std::optional<Instant> after;
    if (test.startedAfter.known()) {
        auto const index = test.startedAfter.index();
        if (index >= bound.size() || bound[index].result == nullptr) return {};
        after = bound[index].result->at;
    }
    std::pmr::vector<UseAnswer> answers;
    askAll(chart, test, after, answers);
    std::vector<MedMatch> matches;
    for (auto const& use : answers)
        if (use.answer.verdict == Verdict::Yes) matches.push_back(use.match);
    return matches;
}

Result const* resultForShow(Chart const& chart, AnalyteId analyte, Binding const* before)
{
    if (before == nullptr) return chart.newest(analyte);
    std::optional<Instant> limit;
    if (before->kind == Binding::Kind::Result) limit = before->result->at;
    for (auto const& match : before->meds) {
        auto const times = timesOf(match);
        if (times.start && (!limit || *times.start < *limit)) limit = times.start;
    }
    if (!limit) return nullptr;
    constexpr Duration kFarthest{365, Duration::Unit::Day};
    for (auto const& result : chart.results(analyte))
        if (result.usable && result.at < *limit && result.at >= *limit - kFarthest) return &result;
    return nullptr;
}

std::vector<FactId> factsInSets(Chart const& chart, std::vector<SetId> const& sets, bool problems)
{
    auto const inAny = [&](SetBits const& bits) {
        return std::ranges::any_of(sets, [&](SetId id) { return bits.has(id); });
    };
    std::vector<FactId> facts;
    if (problems) {
        for (auto const& problem : chart.context().problems)
            if (inAny(problem.sets)) facts.push_back(problem.id);
    } else {
        for (auto const& finding : chart.context().findings)
            if (inAny(finding.sets)) facts.push_back(finding.id);
    }
    return facts;
}

} // namespace tcds::rules
