#include "rules/load/hook_needs.hpp"

#include "rules/load/walk.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr Duration kRenalWindow{90, Duration::Unit::Day}; // clinical specification C.0.4, `renal`

/// For comparing windows only.
double hoursOf(Duration const& duration)
{
    switch (duration.unit) {
    case Duration::Unit::Hour:
        return duration.count;
    case Duration::Unit::Day:
        return duration.count * 24.0;
    case Duration::Unit::Week:
        return duration.count * 168.0;
    case Duration::Unit::Month:
        return duration.count * 730.5;
    case Duration::Unit::Year:
        return duration.count * 8766.0;
    }
    return 0;
}

class NeedsOfHook
{
public:
    NeedsOfHook(RuleSet const& set, HookNeeds& needs)
        : set_{set}, needs_{needs}, seen_(set.conditions.size(), false)
    {
    }

    void add(Rule const& rule)
    {
        forEachRoot(rule, [this](RulePart, Condition const& root) { add(root); });
        for (auto const analyte : rule.via) addLab(analyte, std::nullopt);
        for (auto const& show : rule.show)
            if (show.kind == Show::Kind::Lab) addLab(show.analyte, std::nullopt);
    }

    void finish()
    {
        std::ranges::sort(needs_.labs, {}, [this](HookNeeds::Lab const& lab) {
            return set_.labSubject(lab.analyte);
        });
        std::ranges::sort(needs_.sources);
    }

private:
    void add(Condition const& root)
    {
        forEachClause(root, [this](Condition const& clause) {
            std::visit([this](auto const& test) { need(test); }, clause.test);
        });
    }

    void addLab(AnalyteId analyte, std::optional<Duration> const& within)
    {
        auto const& known = set_.terms->analyte(analyte);
        addSource(known.vital ? "vitals" : "labs");
        auto const window = within.value_or(known.window);
        auto const at = std::ranges::find(needs_.labs, analyte, &HookNeeds::Lab::analyte);
        if (at == needs_.labs.end())
            needs_.labs.push_back({analyte, window});
        else if (hoursOf(window) > hoursOf(at->longestWindow))
            at->longestWindow = window;
    }

    void addLab(LabScope const& lab)
    {
        // Beside `near` the window counts from another result, not from now.
        addLab(lab.analyte, lab.near.known() ? std::nullopt : lab.within);
    }

    void addSource(std::string_view key)
    {
        if (std::ranges::find(needs_.sources, key) == needs_.sources.end())
            needs_.sources.push_back(key);
    }

    /// Clauses that name no result and whose absence has no source of its own: complaint and
    /// finding are answered by any complaint source, visit by nobody.
    template <class Test>
    void need(Test const&)
    {
    }

    void need(MedTest const& test)
    {
        if (test.asks(MedState::Active)) addSource("medications");
        if (test.asks(MedState::Stopped) || test.asks(MedState::OnHold)) addSource("stopped");
        if (test.asks(MedState::Given)) addSource("administrations");
    }
    void need(LabTest const& test) { addLab(test.scope); }
    void need(TrendTest const& test) { addLab(test.analyte, test.within); }
    void need(NormalTest const& test)
    {
        for (auto const analyte : test.labs) addLab(analyte, test.within);
    }
    void need(MissingTest const& test) { addLab(test.scope); }
    void need(NotedTest const& test) { addLab(test.analyte, std::nullopt); }
    void need(ProblemTest const&) { addSource("conditions"); }
    void need(ProcedureTest const&) { addSource("procedures"); }
    void need(PregnancyTest const&) { addSource("conditions"); }
    void need(OrderTest const& test)
    {
        if (test.state != OrderState::Draft) addSource("serviceRequests");
    }
    void need(RenalTest const&)
    {
        if (set_.known.egfr.known()) addLab(set_.known.egfr, kRenalWindow);
        addSource("conditions");
        need(NamedTest{set_.known.dialysis});
    }
    void need(NamedTest const& test)
    {
        if (!test.named.known() || seen_[test.named.index()]) return;
        seen_[test.named.index()] = true;
        add(set_.conditions[test.named.index()].condition);
    }

    RuleSet const& set_;
    HookNeeds& needs_;
    std::vector<bool> seen_;
};

} // namespace

void collectNeeds(RuleSet& set)
{
    for (std::size_t hook = 0; hook < set.needs.size(); ++hook) {
        NeedsOfHook needs{set, set.needs[hook]};
        for (auto const& rule : set.rules)
            if (rule.runsOn(hookBit(static_cast<Hook>(hook)))) needs.add(rule);
        needs.finish();
    }
}

} // namespace tcds::rules
