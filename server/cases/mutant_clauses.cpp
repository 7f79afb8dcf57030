#include "server/cases/mutant_sites.hpp"

#include <array>
#include <functional>

namespace tcds::cases {

namespace {

using namespace rules;

constexpr std::array kLevels{Level::Info, Level::Warning, Level::Critical};

std::string_view toText(Compare how)
{
    switch (how) {
    case Compare::Below:
        return "below";
    case Compare::AtMost:
        return "at_most";
    case Compare::Above:
        return "above";
    case Compare::AtLeast:
        return "at_least";
    }
    return {};
}

Compare flipped(Compare how)
{
    switch (how) {
    case Compare::Below:
        return Compare::AtMost;
    case Compare::AtMost:
        return Compare::Below;
    case Compare::Above:
        return Compare::AtLeast;
    case Compare::AtLeast:
        return Compare::Above;
    }
    return how;
}

/// Each bit of a set taken away, as long as one stays.
void bits(Sites& sites, std::string const& what, SetBits& set)
{
    std::vector<SetId> ids;
    set.forEach([&ids](SetId id) { ids.push_back(id); });
    if (ids.size() < 2) return;
    for (auto const id : ids)
        sites.offer(what + sites.rules().terms->set(id).name + " removed", [&] {
            SetBits gone;
            gone.add(id);
            set.removeAll(gone);
        });
}

/// Offers what one construct can be changed to; composites first change themselves.
class ClauseChanges
{
public:
    ClauseChanges(Sites& sites, std::string_view part, Condition& condition)
        : sites_{sites}, part_{part}, condition_{condition}
    {
    }

    void run()
    {
        std::visit([this](auto& test) { on(test); }, condition_.test);
    }

private:
    void on(AllOf& test)
    {
        connective(test, "all -> any", [&] { condition_.test = AnyOf{std::move(test.of)}; });
    }
    void on(AnyOf& test)
    {
        connective(test, "any -> all", [&] { condition_.test = AllOf{std::move(test.of)}; });
    }
    template <class Test, class Change>
    void connective(Test& test, std::string const& text, Change change)
    {
        if (test.of.size() > 1) sites_.offer(text, change);
        if (!sites_.made()) parts(test.of, 1); // the change has put another construct here
    }
    void on(NotOf& test)
    {
        sites_.offer("not dropped", [&] {
            auto inner = std::move(test.of.front());
            condition_ = std::move(inner);
        });
        if (!sites_.made()) parts(test.of, 1);
    }
    void on(AtLeastOf& test)
    {
        if (test.n < test.of.size()) sites_.offer("n + 1", [&] { ++test.n; });
        if (test.n > 1) sites_.offer("n - 1", [&] { --test.n; });
        sites_.lengths("together ", test.together);
        parts(test.of, test.n);
    }

    void on(ComplaintTest& test)
    {
        if (!test.anyKind) bits(sites_, "kind ", test.kinds);
        if (!test.anySite) {
            bits(sites_, "site ", test.sites);
            sites_.offer("site removed", [&] { test.anySite = true; });
        }
        sites_.lengths("onset_before ", test.onsetBefore);
        sites_.lengths("onset_within ", test.onsetWithin);
    }

    void on(MedTest& test)
    {
        sites_.removals("class ", test.classes, setName(), test.ingredients.empty() ? 1 : 0);
        sites_.removals("ingredient ", test.ingredients, ingredientName(),
                        test.classes.empty() ? 1 : 0);
        sites_.removals("except ", test.exceptClasses, setName(), 0);
        sites_.removals("except ", test.exceptIngredients, ingredientName(), 0);
        sites_.offer("min_count + 1", [&] { ++test.minCount; });
        if (test.minCount > 1) sites_.offer("min_count - 1", [&] { --test.minCount; });
        states(test);
        if (test.asks(MedState::Draft)) sites_.flips("drafts: all ", test.allDrafts);
        if (test.routes && !isDefaultScope(test))
            sites_.offer("route removed", [&] { test.routes.reset(); });
        if (test.asNeeded) {
            sites_.flips("as_needed ", *test.asNeeded);
            sites_.offer("as_needed removed", [&] { test.asNeeded.reset(); });
        }
        sites_.lengths("started_within ", test.startedWithin);
        sites_.lengths("raised_within ", test.raisedWithin);
        sites_.lengths("changed_within ", test.changedWithin);
        sites_.lengths("taken_for ", test.takenFor);
        sites_.lengths("stopped_within ", test.stoppedWithin);
        sites_.lengths("given_within ", test.givenWithin);
        if (test.startedAfter.known())
            sites_.offer("started_after removed", [&] { test.startedAfter = {}; });
    }

    /// A route that each class has anyway: leaving it out changes nothing.
    [[nodiscard]] bool isDefaultScope(MedTest const& test) const
    {
        return std::ranges::all_of(test.classes, [&](SetId id) {
            auto const& set = sites_.rules().terms->set(id);
            return set.routes == *test.routes &&
                   std::ranges::all_of(set.ingredients, [&](terms::ClassMember const& member) {
                       return member.routes == *test.routes;
                   });
        });
    }

    void states(MedTest& test)
    {
        constexpr std::array<std::pair<MedState, std::string_view>, 5> kStates{
            {{MedState::Active, "active"},
             {MedState::Stopped, "stopped"},
             {MedState::OnHold, "on-hold"},
             {MedState::Given, "given"},
             {MedState::Draft, "draft"}}};
        for (auto const& [state, name] : kStates) {
            auto const rest =
                static_cast<std::uint8_t>(test.states & ~static_cast<unsigned>(state));
            if (test.asks(state) && rest != 0)
                sites_.offer("state " + std::string{name} + " removed",
                             [&] { test.states = rest; });
        }
    }

    void on(LabTest& test)
    {
        scope(test.scope);
        for (auto& comparison : test.all) {
            auto const next = flipped(comparison.how);
            sites_.offer(std::string{toText(comparison.how)} + " -> " + std::string{toText(next)},
                         [&] { comparison.how = next; });
            threshold(comparison.threshold);
        }
        if (test.all.size() > 1)
            sites_.removals("", test.all,
                            [](Comparison const& comparison) { return toText(comparison.how); });
        if (test.outside) {
            threshold(test.outside->first);
            threshold(test.outside->second);
        }
        if (test.belowReference != test.aboveReference)
            sites_.offer(test.belowReference ? "below_reference -> above_reference"
                                             : "above_reference -> below_reference",
                         [&] { std::swap(test.belowReference, test.aboveReference); });
    }

    void threshold(Threshold& threshold)
    {
        sites_.limits("", threshold.limit);
        if (threshold.multiple) sites_.numbers("multiple ", *threshold.multiple);
    }

    /// The window that an analyte has anyway: leaving it out changes nothing.
    [[nodiscard]] bool isDefaultWindow(AnalyteId analyte,
                                       std::optional<Duration> const& within) const
    {
        return within == sites_.rules().terms->analyte(analyte).window;
    }

    void scope(LabScope& scope)
    {
        sites_.lengths("within ", scope.within,
                       !scope.near.known() && !isDefaultWindow(scope.analyte, scope.within));
        if (scope.near.known()) sites_.offer("near removed", [&] { scope.near = {}; });
        after(scope.after);
    }

    void after(std::optional<After>& after)
    {
        if (!after) return;
        sites_.offer("after removed", [&] { after.reset(); });
        if (!after) return;
        sites_.removals("after ", after->of, [this](Slot slot) { return sites_.nameOf(slot); });
        sites_.lengths("after by ", after->by);
    }

    void on(TrendTest& test)
    {
        if (test.direction != Direction::Either)
            sites_.offer("direction turned", [&] {
                test.direction =
                    test.direction == Direction::Fall ? Direction::Rise : Direction::Fall;
            });
        sites_.limits("by ", test.by);
        if (test.factor) sites_.numbers("factor ", *test.factor);
        sites_.lengths("over ", test.over, false);
        sites_.lengths("within ", test.within);
    }

    void on(NormalTest& test)
    {
        sites_.removals("", test.labs, analyteName());
        sites_.lengths("within ", test.within, !std::ranges::all_of(test.labs, [&](AnalyteId lab) {
                           return isDefaultWindow(lab, test.within);
                       }));
        after(test.after);
    }
    void on(MissingTest& test) { scope(test.scope); }
    void on(NotedTest& test)
    {
        sites_.removals("note ", test.any, [](Note note) { return tcds::toText(note); });
    }
    void on(ProblemTest& test)
    {
        sites_.removals("", test.sets, setName());
        sites_.flips("state: any ", test.anyState);
        sites_.lengths("within ", test.within);
        sites_.lengths("onset_within ", test.onsetWithin);
    }
    void on(FindingTest& test)
    {
        sites_.removals("", test.sets, setName());
        sites_.lengths("within ", test.within, !std::ranges::all_of(test.sets, [&](SetId id) {
                           return sites_.rules().terms->set(id).window == test.within;
                       }));
        sites_.lengths("onset_within ", test.onsetWithin);
        sites_.lengths("onset_before ", test.onsetBefore);
        if (test.inComplaint) sites_.flips("in complaint ", test.inComplaint);
    }
    template <class Test>
    void setsWithin(Test& test)
    {
        sites_.removals("", test.sets, setName());
        sites_.lengths("within ", test.within);
    }
    void on(ProcedureTest& test) { setsWithin(test); }
    void on(VisitTest& test) { setsWithin(test); }
    void on(OrderTest& test)
    {
        setsWithin(test);
        for (auto const other :
             {rules::OrderState::Placed, rules::OrderState::Active, rules::OrderState::Draft})
            if (other != test.state)
                sites_.offer("state changed", [&test, other] { test.state = other; });
    }
    void on(EncounterTest& test)
    {
        sites_.flips("icu ", test.icu);
        if (test.cls && test.icu) sites_.offer("class removed", [&] { test.cls.reset(); });
    }
    void on(PregnancyTest& test)
    {
        weeks("from ", test.fromWeeks);
        weeks("to ", test.toWeeks);
        sites_.lengths("postpartum ", test.postpartum);
        if (test.fromWeeks || test.toWeeks)
            sites_.flips("weeks_unknown counts ", test.weeksUnknownCounts);
    }
    void weeks(std::string const& what, std::optional<int>& weeks)
    {
        if (!weeks) return;
        for (auto const step : {1, -1})
            sites_.offer(what + std::to_string(*weeks) + " -> " + std::to_string(*weeks + step),
                         [&] { *weeks += step; });
    }
    void on(RenalTest& test) { sites_.numbers("below ", test.below); }
    void on(NamedTest& /*test*/) {}
    void on(AgeTest& test)
    {
        sites_.lengths("at_least ", test.atLeast, test.below.has_value());
        sites_.lengths("below ", test.below, test.atLeast.has_value());
    }
    void on(SexTest& test)
    {
        sites_.offer("sex turned",
                     [&] { test.sex = test.sex == Sex::Female ? Sex::Male : Sex::Female; });
    }
    void on(RuleTest& test)
    {
        levels(test.level);
        sites_.flips("part: when ", test.partWhen);
    }
    void levels(std::optional<Level>& level)
    {
        if (!level) return;
        for (auto const other : kLevels)
            if (other != *level)
                sites_.offer("level " + std::string{rules::toText(*level)} + " -> " +
                                 std::string{rules::toText(other)},
                             [&, other] { level = other; });
    }
    void on(FiredInTest& test)
    {
        sites_.removals("group ", test.groups, [](Group group) { return rules::toText(group); });
        levels(test.level);
        if (!test.tier) return;
        for (auto const other : {Tier::Possible, Tier::Probable, Tier::Definite})
            if (other != *test.tier)
                sites_.offer("tier " + std::string{rules::toText(*test.tier)} + " -> " +
                                 std::string{rules::toText(other)},
                             [&, other] { test.tier = other; });
    }
    void on(ViaMissingTest& test)
    {
        sites_.removals("group ", test.groups, [](Group group) { return rules::toText(group); });
        sites_.removals("lab ", test.labs, analyteName());
    }

    /// Parts taken away one at a time, then what they offer themselves.
    void parts(std::vector<Condition>& of, std::size_t least)
    {
        if (of.size() > least)
            for (std::size_t i = 0; i < of.size() && !sites_.made(); ++i)
                sites_.offer(sites_.describe(of[i]) + ": removed",
                             [&] { of.erase(of.begin() + static_cast<std::ptrdiff_t>(i)); });
        for (std::size_t i = 0; i < of.size() && !sites_.made(); ++i)
            offerClause(sites_, part_, of[i]);
    }

    [[nodiscard]] std::function<std::string(SetId)> setName() const
    {
        return [this](SetId id) { return sites_.rules().terms->set(id).name; };
    }
    [[nodiscard]] std::function<std::string(IngredientId)> ingredientName() const
    {
        return [this](IngredientId id) { return sites_.rules().terms->ingredient(id).name; };
    }
    [[nodiscard]] std::function<std::string(AnalyteId)> analyteName() const
    {
        return [this](AnalyteId id) { return sites_.rules().terms->analyte(id).key; };
    }

    Sites& sites_;
    std::string_view part_;
    Condition& condition_;
};

} // namespace

void offerClause(Sites& sites, std::string_view part, rules::Condition& condition)
{
    if (sites.made()) return;
    sites.about(std::string{part} + ": " + sites.describe(condition) + ": ", condition.where);
    ClauseChanges{sites, part, condition}.run();
}

} // namespace tcds::cases
