#include "rules/cards/fired_rule.hpp"

#include "rules/eval/select.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool same(MedMatch const& a, MedMatch const& b)
{
    return a.use == b.use && a.ingredient == b.ingredient;
}

/// `started_after` looks at a result that another name stands for.
std::vector<Binding> boundFor(MedTest const& test, FiredRule const& fired)
{
    std::vector<Binding> bound;
    if (!test.startedAfter.known() || test.startedAfter.index() >= fired.names.size()) return bound;
    bound.resize(test.startedAfter.index() + 1);
    bound.back().result = fired.named(test.startedAfter).binding->result;
    return bound;
}

void addMedications(Chart const& chart, std::vector<MedTest> const& tests, FiredRule const& fired,
                    Binding& binding)
{
    for (auto const& test : tests)
        for (auto const& match : selectMedications(chart, test, boundFor(test, fired)))
            if (std::ranges::none_of(binding.meds,
                                     [&](MedMatch const& known) { return same(known, match); }))
                binding.meds.push_back(match);
    if (!binding.meds.empty()) binding.kind = Binding::Kind::Medications;
}

void lookUp(Chart const& chart, Show const& show, FiredRule const& fired, Binding& binding)
{
    switch (show.kind) {
    case Show::Kind::Lab: {
        auto const* before = show.before.known() ? fired.named(show.before).binding : nullptr;
        binding.result = resultForShow(chart, show.analyte, before);
        if (binding.result != nullptr) binding.kind = Binding::Kind::Result;
        return;
    }
    case Show::Kind::Med:
        return addMedications(chart, show.meds, fired, binding);
    case Show::Kind::Finding:
    case Show::Kind::Problem: {
        auto const facts = factsInSets(chart, show.sets, show.kind == Show::Kind::Problem);
        binding.facts.assign(facts.begin(), facts.end());
        if (!facts.empty()) binding.kind = Binding::Kind::Findings;
        return;
    }
    }
}

/// The distinct medications of a list, in its order.
std::span<Drug const> drugsOf(Chart const& chart, std::span<MedMatch const> matches, Arena& arena)
{
    if (matches.empty()) return {};
    auto* const drugs = roomFor<Drug>(arena, matches.size());
    auto* const sorted = roomFor<MedMatch>(arena, matches.size());
    std::size_t count = 0, done = 0;
    for (auto const& match : matches) {
        Drug drug{match.ingredient, chart.nameOf(match), {}};
        auto const isSame = [&](Drug const& each) {
            return each.ingredient == drug.ingredient && each.name == drug.name;
        };
        if (std::any_of(drugs, drugs + count, isSame)) continue;
        auto const from = done;
        for (auto const& each : matches)
            if (each.ingredient == drug.ingredient && chart.nameOf(each) == drug.name)
                std::construct_at(sorted + done++, each);
        drug.matches = {sorted + from, done - from};
        std::construct_at(drugs + count++, drug);
    }
    return {drugs, count};
}

/// The distinct medications of all names.
std::span<Drug const> drugsOfAll(Chart const& chart, std::span<Named const> names, Arena& arena)
{
    std::span<Drug const> drugs;
    std::size_t count = 0, having = 0;
    for (auto const& named : names) {
        count += named.meds.size();
        if (named.meds.empty()) continue;
        drugs = named.drugs;
        ++having;
    }
    if (having < 2) return drugs; // of the only name that has any
    auto* const all = roomFor<MedMatch>(arena, count);
    auto* end = all;
    for (auto const& named : names)
        end = std::uninitialized_copy(named.meds.begin(), named.meds.end(), end);
    return drugsOf(chart, {all, count}, arena);
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

FiredRule withShown(Chart const& chart, Judgement const& judgement, Arena& arena)
{
    static Binding const kNothing;
    auto const& rule = chart.rules().rule(judgement.rule);
    FiredRule fired{&judgement,
                    &rule,
                    std::pmr::vector<Binding>{&arena},
                    std::pmr::vector<Named>{rule.names.size(), &arena},
                    {}};
    for (std::size_t i = 0; i < fired.names.size(); ++i)
        fired.names[i].binding = i < judgement.bound.size() ? &judgement.bound[i] : &kNothing;

    fired.shown.reserve(rule.show.size()); // the names point into it
    for (auto const& show : rule.show) {
        auto& binding = fired.shown.emplace_back(&arena);
        lookUp(chart, show, fired, binding);
        fired.names[show.name.index()].binding = &binding;
        fired.names[show.name.index()].origin =
            show.before.known() ? NameOrigin::ShowBefore : NameOrigin::Show;
    }
    for (auto& named : fired.names) {
        named.meds = named.binding->meds;
        named.drugs = drugsOf(chart, named.meds, arena);
    }
    fired.drugs = drugsOfAll(chart, fired.names, arena);
    return fired;
}

FiredRule speakingOf(FiredRule const& fired, Slot name, Drug const& drug, Arena& arena)
{
    FiredRule one{fired.judgement, fired.rule, std::pmr::vector<Binding>{&arena},
                  std::pmr::vector<Named>{fired.names.begin(), fired.names.end(), &arena},
                  fired.drugs};
    one.names[name.index()].meds = drug.matches;
    one.names[name.index()].drugs = {&drug, 1};
    return one;
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

bool asksFor(Condition const& condition, RuleIndex rule)
{
    auto asks = false;
    walk(condition, [&](Condition const& each) {
        auto const* test = std::get_if<RuleTest>(&each.test);
        asks = asks || (test != nullptr && test->rule == rule);
    });
    return asks;
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
