#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

Answer Evaluator::on(NamedTest const& test, Scope const& scope, TraceNode* trace)
{
    auto& named = named_[test.named.index()];
    if (!named.asked || trace != nullptr) {
        std::pmr::vector<FactId> used{&evaluation_.arena};
        Scope const own{nullptr, nullptr, &used};
        auto* child = trace == nullptr ? nullptr : &trace->children.emplace_back();
        named.answer = ask(rules_.conditions[test.named.index()].condition, own, child);
        named.answer.decider = nullptr; // the rule's own clause is named, not one inside
        named.used.assign(used.begin(), used.end());
        named.asked = true;
    }
    for (auto const fact : named.used) use(scope, fact);
    return named.answer;
}

Verdict Evaluator::population(NamedIndex condition)
{
    auto const& named = named_[condition.index()];
    return named.asked ? named.answer.verdict : on(NamedTest{condition}, Scope{}, nullptr).verdict;
}

Answer Evaluator::on(RuleTest const& test, Scope const& scope)
{
    auto const& other = judge(test.rule);
    for (auto const fact : other.used) use(scope, fact);
    if (test.partWhen) {
        if (other.whenTrue) return Answer::yes();
        if (other.outcome == Outcome::Unknown) return Answer::unknown(other.reason, other.what);
        return Answer::no();
    }
    if (other.firedAlone || isSwitchedOff(other))
        return Answer::of(!test.level || other.level >= *test.level);
    if (other.outcome == Outcome::Unknown) return Answer::unknown(other.reason, other.what);
    return Answer::no();
}

Answer Evaluator::on(FiredInTest const& test, Scope const& scope)
{
    for (auto const index : candidates_) { // no other rule can fire
        auto const& rule = rules_.rule(index);
        if (scope.rule != nullptr && rule.index == scope.rule->index) continue;
        if (std::ranges::find(test.groups, rule.group) == test.groups.end()) continue;
        auto const& other = judge(index);
        if (!other.firedAlone) continue;
        if (test.tier && other.tier < *test.tier) continue;
        if (test.level && other.level < *test.level) continue;
        for (auto const fact : other.used) use(scope, fact);
        return Answer::yes();
    }
    return Answer::no();
}

Answer Evaluator::on(ViaMissingTest const& test, Slot as, Scope const& scope)
{
    std::pmr::vector<AnalyteId> missing{&evaluation_.arena};
    std::pmr::vector<MedMatch> drugs{&evaluation_.arena};
    auto failed = Answer::no();

    auto const metIn = [&](AnalyteId analyte, std::optional<Instant> const& since) {
        auto const* result = chart_.newest(analyte);
        return result != nullptr &&
               result->at >= chart_.now() - chart_.window(analyte, std::nullopt) &&
               (!since || result->at >= *since);
    };
    for (auto const index : candidates_) { // no other rule can fire
        auto const& rule = rules_.rule(index);
        if (rule.via.empty() || std::ranges::find(test.groups, rule.group) == test.groups.end())
            continue;
        auto const& other = judge(index);
        if (!other.firedAlone || !rule.exposure.known()) continue;
        auto const& exposed = other.bound[rule.exposure.index()].meds;

        // Not before the last start or rise of any of its drugs, where that is known.
        std::optional<Instant> since;
        for (auto const& match : exposed) {
            auto const times = timesOf(match);
            if (times.startCertain && (!since || *times.start > *since)) since = times.start;
            if (times.rise && (!since || *times.rise > *since)) since = times.rise;
        }
        for (auto analyte : rule.via) {
            auto const& known = rules_.known;
            auto const total = analyte == known.calcium;
            auto const asked =
                test.labs.empty() || std::ranges::find(test.labs, analyte) != test.labs.end();
            if (!asked) continue;
            auto const met =
                total ? metIn(known.adjustedCalcium, since) || metIn(known.ionisedCalcium, since)
                      : metIn(analyte, since);
            if (met) continue;
            auto const source = absenceBySource(chart_, "labs");
            if (source.verdict == Verdict::Unknown && chart_.newest(analyte) == nullptr) {
                if (failed.verdict == Verdict::No) failed = source;
                continue;
            }
            if (total) analyte = known.adjustedCalcium;
            if (std::ranges::find(missing, analyte) == missing.end()) missing.push_back(analyte);
            for (auto const& match : exposed) {
                auto const listed = std::ranges::any_of(drugs, [&](MedMatch const& drug) {
                    return drug.use == match.use && drug.ingredient == match.ingredient;
                });
                if (!listed) drugs.push_back(match);
            }
        }
    }
    if (missing.empty()) return failed;
    std::ranges::sort(missing);
    for (auto const& match : drugs) use(scope, match.use->id);
    if (auto* binding = bind(scope, as)) {
        binding->kind = Binding::Kind::Missing;
        binding->analytes = missing;
        binding->meds = drugs;
    }
    return Answer::yes();
}

} // namespace tcds::rules
