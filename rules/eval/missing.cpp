#include "rules/eval/missing.hpp"

#include "rules/eval/medications.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool hasResult(Chart const& chart, HookNeeds::Lab const& need)
{
    auto const* newest = chart.newest(need.analyte);
    return newest != nullptr &&
           newest->at >= chart.now() - chart.window(need.analyte, need.longestWindow);
}

bool isOfPatientOrMedication(Subject subject)
{
    return subject.starts_with("med:") || subject.starts_with("patient:");
}

} // namespace

std::vector<Subject> missingOf(Evaluation const& evaluation)
{
    auto const& chart = evaluation.chart;
    auto const& rules = chart.rules();
    auto const& needs = rules.needs[static_cast<std::size_t>(chart.context().hook)];
    // Sorted and unique: "lab:" comes before "med:", "patient:" and "source:", and the needs of a
    // hook are in the order of their names.
    std::vector<Subject> missing;
    missing.reserve(needs.labs.size() + needs.sources.size());
    for (auto const& need : needs.labs)
        if (!hasResult(chart, need)) missing.push_back(rules.labSubject(need.analyte));
    auto const afterLabs = static_cast<std::ptrdiff_t>(missing.size());
    for (auto const& judgement : evaluation.judged) {
        if (!judgement.candidate) continue;
        for (auto const subject : judgement.missing)
            if (isOfPatientOrMedication(subject)) missing.push_back(subject);
    }
    std::sort(missing.begin() + afterLabs, missing.end());
    missing.erase(std::unique(missing.begin() + afterLabs, missing.end()), missing.end());
    for (auto const key : needs.sources)
        if (absenceBySource(chart, key).verdict == Verdict::Unknown)
            missing.push_back(RuleSet::sourceSubject(key));
    return missing;
}

} // namespace tcds::rules
