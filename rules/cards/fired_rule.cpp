#include "rules/cards/fired_rule.hpp"

#include "rules/eval/select.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool same(MedMatch const& a, MedMatch const& b)
{
    return a.use == b.use && a.ingredient == b.ingredient;
}

std::vector<MedMatch> unionOf(Chart const& chart, std::vector<MedTest> const& tests,
                              std::span<Binding const> bound)
{
    std::vector<MedMatch> matches;
    for (auto const& test : tests)
        for (auto const& match : selectMedications(chart, test, bound))
            if (std::ranges::none_of(matches,
                                     [&](MedMatch const& known) { return same(known, match); }))
                matches.push_back(match);
    return matches;
}

void lookUp(Chart const& chart, Show const& show, FiredRule& fired)
{
    auto& binding = fired.bound[show.name.index()];
    fired.origins[show.name.index()] =
        show.before.known() ? NameOrigin::ShowBefore : NameOrigin::Show;
    switch (show.kind) {
    case Show::Kind::Lab: {
        auto const* before = show.before.known() ? &fired.named(show.before) : nullptr;
        binding.result = resultForShow(chart, show.analyte, before);
        if (binding.result != nullptr) binding.kind = Binding::Kind::Result;
        return;
    }
    case Show::Kind::Med: {
        auto const matches = unionOf(chart, show.meds, fired.bound);
        binding.meds.assign(matches.begin(), matches.end());
        if (!matches.empty()) binding.kind = Binding::Kind::Medications;
        return;
    }
    case Show::Kind::Finding:
    case Show::Kind::Problem: {
        auto const facts = factsInSets(chart, show.sets, show.kind == Show::Kind::Problem);
        binding.facts.assign(facts.begin(), facts.end());
        if (!facts.empty()) binding.kind = Binding::Kind::Findings;
        return;
    }
    }
}

/// Calls visit(condition) for a condition and everything below it.
template <class Visit>
void walk(Condition const& condition, Visit const& visit)
{
    visit(condition);
    auto const descend = [&](std::vector<Condition> const& children) {
        for (auto const& child : children) walk(child, visit);
    };
    if (auto const* all = std::get_if<AllOf>(&condition.test)) descend(all->of);
    if (auto const* any = std::get_if<AnyOf>(&condition.test)) descend(any->of);
    if (auto const* inverse = std::get_if<NotOf>(&condition.test)) descend(inverse->of);
    if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) descend(some->of);
}

} // namespace

FiredRule withShown(Chart const& chart, Judgement const& judgement)
{
    FiredRule fired;
    fired.judgement = &judgement;
    fired.rule = &chart.rules().rule(judgement.rule);
    fired.bound.assign(judgement.bound.begin(), judgement.bound.end());
    fired.bound.resize(fired.rule->names.size());
    fired.origins.assign(fired.rule->names.size(), NameOrigin::Clause);
    for (auto const& show : fired.rule->show) lookUp(chart, show, fired);
    return fired;
}

std::vector<SetId> setsBehind(Rule const& rule, Slot name)
{
    std::vector<SetId> sets;
    auto const take = [&sets](std::vector<SetId> const& more) {
        sets.insert(sets.end(), more.begin(), more.end());
    };
    for (auto const& show : rule.show)
        if (show.name == name) take(show.sets);
    auto const visit = [&](Condition const& condition) {
        if (condition.as != name) return;
        if (auto const* finding = std::get_if<FindingTest>(&condition.test)) take(finding->sets);
        if (auto const* problem = std::get_if<ProblemTest>(&condition.test)) take(problem->sets);
    };
    walk(rule.when, visit);
    for (auto const& band : rule.bands)
        if (band.when) walk(*band.when, visit);
    return sets;
}

void collectRules(Condition const& condition, std::vector<RuleIndex>& rules)
{
    walk(condition, [&](Condition const& each) {
        if (auto const* test = std::get_if<RuleTest>(&each.test)) rules.push_back(test->rule);
    });
}

std::vector<Drug> drugsOf(Chart const& chart, std::span<MedMatch const> matches)
{
    std::vector<Drug> drugs;
    for (auto const& match : matches) {
        auto const name = chart.nameOf(match);
        auto const known = std::ranges::find_if(drugs, [&](Drug const& drug) {
            return drug.ingredient == match.ingredient && drug.name == name;
        });
        if (known == drugs.end())
            drugs.push_back({match.ingredient, name, {match}});
        else
            known->matches.push_back(match);
    }
    return drugs;
}

std::vector<Drug> drugsOf(Chart const& chart, FiredRule const& rule)
{
    std::vector<MedMatch> matches;
    for (auto const& binding : rule.bound)
        matches.insert(matches.end(), binding.meds.begin(), binding.meds.end());
    return drugsOf(chart, matches);
}

bool sharesDrug(std::span<Drug const> a, std::span<Drug const> b)
{
    return std::ranges::any_of(a, [&](Drug const& drug) {
        return std::ranges::any_of(b, [&](Drug const& other) {
            return drug.ingredient == other.ingredient && drug.name == other.name;
        });
    });
}

} // namespace tcds::rules
