#include "rules/cards/news.hpp"

#include "rules/eval/reference.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace tcds::rules {

namespace {

/// How much further out of range is news, in the analyte's canonical unit (mmol/L).
struct Step {
    std::string_view analyte;
    Decimal step;
};
constexpr std::array kSteps{Step{"K", {3, 1}},      Step{"NA", {3, 0}},  Step{"CA", {1, 1}},
                            Step{"CA_ADJ", {1, 1}}, Step{"ICA", {1, 1}}, Step{"MG", {1, 1}}};

/// A rule that speaks of the cluster: of it, or by a medicine that bears on an analyte of it.
bool speaksOf(Rule const& rule, Cluster const& cluster, std::size_t place)
{
    if (rule.cluster == place) return true;
    return std::ranges::any_of(rule.via, [&](AnalyteId analyte) {
        return std::ranges::find(cluster.analytes, analyte) != cluster.analytes.end();
    });
}

template <class See>
void forEachDrug(Evaluation const& evaluation, std::size_t cluster, See const& see)
{
    auto const& chart = evaluation.chart;
    for (auto const* judgement : evaluation.fired()) {
        if (!speaksOf(chart.rules().rule(judgement->rule), chart.rules().clusters[cluster],
                      cluster))
            continue;
        for (auto const& binding : judgement->bound)
            for (auto const& match : binding.meds)
                if (match.use != nullptr) see(match);
    }
}

std::vector<std::string> redFlagsOf(Evaluation const& evaluation)
{
    std::vector<std::string> flags;
    for (auto const* judgement : evaluation.fired()) {
        auto const& rule = evaluation.chart.rules().rule(judgement->rule);
        if (rule.group == Group::RF) flags.push_back(rule.id);
    }
    return flags;
}

/// The analytes whose results bear on the card: of the cluster, of the results that the lead used,
/// of medicines it is about and of the tests that it offers.
std::vector<AnalyteId> analytesOf(Evaluation const& evaluation, std::size_t cluster, RuleIndex lead)
{
    auto const& rules = evaluation.chart.rules();
    std::set<AnalyteId> analytes{rules.clusters[cluster].analytes.begin(),
                                 rules.clusters[cluster].analytes.end()};
    auto const& rule = rules.rule(lead);
    analytes.insert(rule.via.begin(), rule.via.end());
    for (auto const& offer : rule.suggest)
        if (offer.kind == Suggest::Kind::Test) {
            auto const& tested = rules.suggestions[offer.test].analytes;
            analytes.insert(tested.begin(), tested.end());
        }
    if (auto const* judgement = evaluation.of(lead))
        for (auto const& lab : evaluation.chart.context().labs)
            if (lab.analyte.known() && std::ranges::binary_search(judgement->used, lab.id))
                analytes.insert(lab.analyte);
    return {analytes.begin(), analytes.end()};
}

Instant newestAt(Chart const& chart, AnalyteId analyte)
{
    auto newest = Instant{};
    for (auto const& result : chart.results(analyte)) newest = std::max(newest, result.at);
    return newest;
}

/// Populations of limits are not asked here: the laboratory's own range or the limit of adults is
/// near enough to tell which way a value went.
ReferenceLimit limitOf(Chart const& chart, Result const& result, Side side)
{
    return referenceLimit(chart, result, side, [](NamedIndex) { return Verdict::No; });
}

bool isFurtherOut(Chart const& chart, Result const& now, Result const& then, Decimal const& step)
{
    auto const fallen = then.canonical - now.canonical;
    auto const risen = now.canonical - then.canonical;
    auto const low = limitOf(chart, now, Side::Low);
    if (fallen >= step && beyond(now, low, Side::Low) == Verdict::Yes) return true;
    auto const high = limitOf(chart, now, Side::High);
    return risen >= step && beyond(now, high, Side::High) == Verdict::Yes;
}

bool hasWorsened(Chart const& chart, Step const& step, AnalyteId analyte, Instant then)
{
    auto const* now = chart.newest(analyte);
    if (now == nullptr || now->at <= then || then == Instant{}) return false;
    for (auto const& result : chart.results(analyte))
        if (result.usable && result.at <= then) return isFurtherOut(chart, *now, result, step.step);
    return true; // nothing to compare with: a newer result is shown rather than held back
}

} // namespace

Seen seenOf(Evaluation const& evaluation, std::size_t cluster, RuleIndex lead)
{
    Seen seen;
    auto const& chart = evaluation.chart;
    forEachDrug(evaluation, cluster,
                [&](MedMatch const& match) { seen.drugs.emplace_back(chart.nameOf(match)); });
    std::ranges::sort(seen.drugs);
    seen.drugs.erase(std::unique(seen.drugs.begin(), seen.drugs.end()), seen.drugs.end());
    seen.redFlags = redFlagsOf(evaluation);
    for (auto const analyte : analytesOf(evaluation, cluster, lead))
        seen.results.emplace_back(chart.terms().analyte(analyte).key, newestAt(chart, analyte));
    return seen;
}

bool isNews(Evaluation const& evaluation, std::size_t cluster, Seen const& then, Instant at)
{
    auto const& chart = evaluation.chart;
    auto news = false;
    forEachDrug(evaluation, cluster, [&](MedMatch const& match) {
        auto const known = std::ranges::find(then.drugs, chart.nameOf(match)) != then.drugs.end();
        auto const* course = match.course;
        auto const rose = course != nullptr && course->lastRise && course->lastRise->first() > at;
        news = news || !known || rose;
    });
    if (news) return true;
    for (auto const& flag : redFlagsOf(evaluation))
        if (std::ranges::find(then.redFlags, flag) == then.redFlags.end()) return true;
    for (auto const& [key, newest] : then.results) {
        auto const step = std::ranges::find(kSteps, key, &Step::analyte);
        auto const analyte = chart.terms().analyteNamed(key);
        if (step != kSteps.end() && analyte.known() && hasWorsened(chart, *step, analyte, newest))
            return true;
    }
    return false;
}

bool hasNewResult(Evaluation const& evaluation, Seen const& then)
{
    auto const& chart = evaluation.chart;
    return std::ranges::any_of(then.results, [&](auto const& seen) {
        auto const analyte = chart.terms().analyteNamed(seen.first);
        return analyte.known() && newestAt(chart, analyte) > seen.second;
    });
}

} // namespace tcds::rules
