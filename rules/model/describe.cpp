#include "rules/model/rule_set.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

/// "A", "A and B", "A, B and C"
std::string joined(std::vector<std::string> const& parts, std::string_view last)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += i + 1 == parts.size() ? ' ' + std::string{last} + ' ' : ", ";
        text += parts[i];
    }
    return text;
}

std::string routesOf(terms::RouteMask const& mask)
{
    if (mask == terms::RouteMask::any()) return "any route";
    if (mask == terms::RouteMask::systemic()) return "systemic route";
    static constexpr std::array<std::string_view, 15> kRoutes{
        "not stated", "oral",         "injected",   "inhaled",     "nebulised",
        "nasal",      "topical",      "eye",        "ear",         "rectal",
        "vaginal",    "into a joint", "skin patch", "intrathecal", "intravenous"};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kRoutes.size(); ++i)
        if (auto const route = static_cast<Route>(i);
            mask.has(route) && !(route == Route::Intravenous && mask.has(Route::Injected)))
            words.emplace_back(kRoutes[i]);
    return "route " + joined(words, "or");
}

std::string inWords(Duration const& duration)
{
    static constexpr std::array<std::string_view, 5> kUnits{"hour", "day", "week", "month", "year"};
    auto text = std::to_string(duration.count) + ' ' +
                std::string{kUnits[static_cast<std::size_t>(duration.unit)]};
    return duration.count == 1 ? text : text + 's';
}

std::string lastTime(std::optional<Duration> const& within)
{
    return within ? " in the last " + inWords(*within) : std::string{};
}

/// Is the name bound to a result by a clause of the condition?
bool bindsResult(Condition const& condition, Slot slot)
{
    auto const inside = [slot](std::vector<Condition> const& parts) {
        return std::ranges::any_of(
            parts, [slot](Condition const& part) { return bindsResult(part, slot); });
    };
    if (auto const* all = std::get_if<AllOf>(&condition.test)) return inside(all->of);
    if (auto const* any = std::get_if<AnyOf>(&condition.test)) return inside(any->of);
    if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) return inside(some->of);
    return condition.as == slot && (std::holds_alternative<LabTest>(condition.test) ||
                                    std::holds_alternative<TrendTest>(condition.test));
}

class Describer
{
public:
    Describer(Rule const* rule, RuleSet const& set, bool authored)
        : rule_{rule}, set_{set}, authored_{authored}
    {
    }

    std::string sentence(Condition const& condition) const
    {
        if (authored_ && !condition.says.empty()) return condition.says;
        return std::visit([this](auto const& test) { return of(test); }, condition.test);
    }

private:
    [[nodiscard]] std::string analyte(AnalyteId id) const { return set_.terms->analyte(id).title; }

    [[nodiscard]] std::string analytes(std::vector<AnalyteId> const& ids) const
    {
        std::vector<std::string> titles;
        for (auto const id : ids) titles.push_back(analyte(id));
        return joined(titles, "and");
    }

    [[nodiscard]] std::string sets(std::vector<SetId> const& ids,
                                   std::string_view last = "or") const
    {
        std::vector<std::string> titles;
        for (auto const id : ids) titles.push_back(set_.terms->set(id).title);
        return joined(titles, last);
    }

    [[nodiscard]] std::string sets(SetBits const& bits) const
    {
        std::vector<SetId> ids;
        bits.forEach([&](SetId id) { ids.push_back(id); });
        return sets(ids);
    }

    [[nodiscard]] std::string name(Slot slot) const
    {
        return rule_ == nullptr || !slot.known() ? "it" : '"' + rule_->names[slot.index()] + '"';
    }

    /// Clauses in a row, parted by semicolons: their own lists have the commas.
    [[nodiscard]] std::string parts(std::vector<Condition> const& conditions,
                                    std::string_view word) const
    {
        std::string text;
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            auto const& condition = conditions[i];
            auto const bare = !authored_ || condition.says.empty();
            auto const nested = std::holds_alternative<AllOf>(condition.test) ||
                                std::holds_alternative<AnyOf>(condition.test) ||
                                std::holds_alternative<AtLeastOf>(condition.test);
            if (i > 0) text += "; ";
            if (i > 0 && i + 1 == conditions.size()) text += std::string{word} + ' ';
            text += bare && nested ? '(' + sentence(condition) + ')' : sentence(condition);
        }
        return text;
    }

    [[nodiscard]] std::string threshold(Threshold const& limit) const
    {
        if (limit.multiple)
            return limit.multiple->text() + " times the " + (limit.ofUpper ? "upper" : "lower") +
                   " limit";
        if (limit.parameter < 0 || rule_ == nullptr) return limit.text;
        auto const& parameter = rule_->parameters[static_cast<std::size_t>(limit.parameter)];
        std::vector<std::string> rows;
        for (auto const& row : parameter.rows)
            rows.push_back(row.limit.front().text +
                           (row.population.known()
                                ? " (" + set_.conditions[row.population.index()].name + ')'
                                : std::string{}));
        return joined(rows, "or");
    }

    [[nodiscard]] std::string moment(After const& after) const
    {
        static constexpr std::array<std::string_view, 5> kEvents{"start or dose rise", "start",
                                                                 "change", "dose given", "stop"};
        std::vector<std::string> names;
        auto results = true;
        for (auto const slot : after.of) {
            names.push_back(name(slot));
            results = results && rule_ != nullptr && bindsResult(rule_->when, slot);
        }
        auto const event = std::string{kEvents[static_cast<std::size_t>(after.event)]};
        auto text = (results ? "the result " : "the last " + event + " of ") + joined(names, "and");
        if (!after.by) return text;
        auto by = *after.by;
        if (by.count >= 0) return inWords(by) + " after " + text;
        by.count = -by.count;
        return inWords(by) + " before " + text;
    }

    [[nodiscard]] std::string place(LabScope const& lab) const
    {
        std::string text;
        if (lab.near.known())
            text += " within " + inWords(lab.within.value_or(Duration{24, Duration::Unit::Hour})) +
                    " of " + name(lab.near);
        else
            text += lastTime(lab.within);
        if (lab.after) text += ", not before " + moment(*lab.after);
        return text;
    }

    [[nodiscard]] std::string of(AllOf const& test) const { return parts(test.of, "and"); }
    [[nodiscard]] std::string of(AnyOf const& test) const { return parts(test.of, "or"); }
    [[nodiscard]] std::string of(NotOf const& test) const
    {
        return "not (" + parts(test.of, "and") + ')';
    }
    [[nodiscard]] std::string of(AtLeastOf const& test) const
    {
        auto text = "at least " + std::to_string(test.n) + " of: " + parts(test.of, "and");
        if (test.together) text += ", together within " + inWords(*test.together);
        return text;
    }

    [[nodiscard]] std::string of(ComplaintTest const& test) const
    {
        auto text = test.anyKind ? std::string{"a complaint"} : "complaint of " + sets(test.kinds);
        if (!test.anySite) text += " at " + sets(test.sites);
        if (test.onsetBefore) text += ", begun at least " + inWords(*test.onsetBefore) + " ago";
        if (test.onsetWithin) text += ", begun in the last " + inWords(*test.onsetWithin);
        return text;
    }

    [[nodiscard]] std::string states(MedTest const& test) const
    {
        using State = std::pair<MedState, std::string_view>;
        static constexpr std::array kStates{
            State{MedState::Active, "active"}, State{MedState::Stopped, "stopped"},
            State{MedState::OnHold, "on hold"}, State{MedState::Given, "given"},
            State{MedState::Draft, "newly ordered"}};
        std::vector<std::string> words;
        for (auto const& [state, word] : kStates)
            if (test.asks(state)) words.emplace_back(word);
        return joined(words, "or");
    }

    [[nodiscard]] std::string of(MedTest const& test) const
    {
        std::vector<std::string> what;
        for (auto const id : test.classes) what.push_back(set_.terms->set(id).title);
        for (auto const id : test.ingredients) what.push_back(set_.terms->ingredient(id).name);
        auto text = states(test) + " medicine: " + joined(what, "or");
        if (test.minCount > 1)
            text = std::to_string(test.minCount) + " different ingredients, " + text;
        std::vector<std::string> except;
        for (auto const id : test.exceptClasses) except.push_back(set_.terms->set(id).title);
        for (auto const id : test.exceptIngredients)
            except.push_back(set_.terms->ingredient(id).name);
        if (!except.empty()) text += " except " + joined(except, "and");
        if (test.routes) text += ", " + routesOf(*test.routes);
        if (test.allDrafts) text += ", selected or not";
        if (test.asNeeded) text += *test.asNeeded ? ", as needed" : ", taken regularly";
        return text + timing(test);
    }

    [[nodiscard]] std::string timing(MedTest const& test) const
    {
        std::string text;
        auto const add = [&text](std::optional<Duration> const& window, std::string_view word) {
            if (window) text += ", " + std::string{word} + lastTime(window);
        };
        add(test.startedWithin, "started");
        add(test.raisedWithin, "dose raised");
        add(test.changedWithin, "started or dose raised");
        add(test.stoppedWithin, "stopped");
        add(test.givenWithin, "given");
        if (test.takenFor) text += ", taken for at least " + inWords(*test.takenFor);
        if (test.startedAfter.known())
            text += ", started or raised after the result " + name(test.startedAfter);
        return text;
    }

    [[nodiscard]] std::string of(LabTest const& test) const
    {
        static constexpr std::array<std::string_view, 4> kWords{"below", "at most", "above",
                                                                "at least"};
        std::vector<std::string> compared;
        for (auto const& comparison : test.all)
            compared.push_back(std::string{kWords[static_cast<std::size_t>(comparison.how)]} + ' ' +
                               threshold(comparison.threshold));
        if (test.outside)
            compared.push_back("outside " + threshold(test.outside->first) + " to " +
                               threshold(test.outside->second));
        if (test.belowReference) compared.emplace_back("below its lower limit");
        if (test.aboveReference) compared.emplace_back("above its upper limit");
        return "latest " + analyte(test.scope.analyte) + ' ' + joined(compared, "and") +
               place(test.scope);
    }

    [[nodiscard]] std::string of(TrendTest const& test) const
    {
        static constexpr std::array<std::string_view, 3> kWords{"fell", "rose", "changed"};
        auto text = analyte(test.analyte) + ' ' +
                    std::string{kWords[static_cast<std::size_t>(test.direction)]};
        if (test.factor)
            text += " by a factor of at least " + test.factor->text();
        else if (!test.by.empty())
            text += " by at least " + test.by.front().text;
        if (test.over) text += " within " + inWords(*test.over);
        if (test.since.known()) text += " since the start of " + name(test.since);
        return text;
    }

    [[nodiscard]] std::string of(NormalTest const& test) const
    {
        auto text = "latest " + analytes(test.labs) + " normal" + lastTime(test.within);
        if (test.after) text += ", not before " + moment(*test.after);
        return text;
    }

    [[nodiscard]] std::string of(MissingTest const& test) const
    {
        return "no usable result of " + analyte(test.scope.analyte) + place(test.scope);
    }

    [[nodiscard]] std::string of(NotedTest const& test) const
    {
        std::vector<std::string> notes;
        for (auto const note : test.any) notes.emplace_back(toText(note));
        return "latest " + analyte(test.analyte) + " noted as " + joined(notes, "or");
    }

    [[nodiscard]] std::string of(ProblemTest const& test) const
    {
        auto text = std::string{test.anyState ? "any" : "active"} + " problem: " + sets(test.sets);
        if (test.within) text += ", recorded" + lastTime(test.within);
        if (test.onsetWithin) text += ", begun" + lastTime(test.onsetWithin);
        return text;
    }

    [[nodiscard]] std::string of(FindingTest const& test) const
    {
        auto text = "recorded sign: " + sets(test.sets) + lastTime(test.within);
        if (test.inComplaint) text += ", in the complaint itself";
        if (test.onsetWithin) text += ", begun" + lastTime(test.onsetWithin);
        if (test.onsetBefore) text += ", begun at least " + inWords(*test.onsetBefore) + " ago";
        return text;
    }

    [[nodiscard]] std::string of(ProcedureTest const& test) const
    {
        return "procedure: " + sets(test.sets) + lastTime(test.within);
    }
    [[nodiscard]] std::string of(OrderTest const& test) const
    {
        constexpr std::array kStates{"", "active ", "draft "};
        return kStates[static_cast<std::size_t>(test.state)] + ("order: " + sets(test.sets)) +
               lastTime(test.within);
    }
    [[nodiscard]] std::string of(VisitTest const& test) const
    {
        return "visit: " + sets(test.sets) + lastTime(test.within);
    }

    [[nodiscard]] std::string of(EncounterTest const& test) const
    {
        static constexpr std::array<std::string_view, 6> kClasses{
            "unknown", "ambulatory", "inpatient", "emergency", "home", "virtual"};
        std::string text = "current encounter";
        if (test.cls) text += " is " + std::string{kClasses[static_cast<std::size_t>(*test.cls)]};
        if (test.icu) text += test.cls ? " and in intensive care" : " is in intensive care";
        return text;
    }

    [[nodiscard]] std::string of(PregnancyTest const& test) const
    {
        std::string text = "pregnancy on record";
        if (test.fromWeeks) text += " from week " + std::to_string(*test.fromWeeks);
        if (test.toWeeks) text += " to week " + std::to_string(*test.toWeeks);
        if (test.weeksUnknownCounts) text += " (weeks not on record count)";
        if (test.postpartum) text += ", or delivery" + lastTime(test.postpartum);
        return text;
    }

    [[nodiscard]] std::string of(RenalTest const& test) const
    {
        return "eGFR below " + test.below.text() +
               ", a matching stage of kidney disease, or dialysis";
    }

    [[nodiscard]] std::string of(NamedTest const& test) const
    {
        auto const& named = set_.conditions[test.named.index()];
        return named.condition.says.empty() ? named.name : named.condition.says;
    }

    [[nodiscard]] std::string of(AgeTest const& test) const
    {
        std::string text = "age";
        if (test.atLeast) text += " at least " + inWords(*test.atLeast);
        if (test.atLeast && test.below) text += " and";
        if (test.below) text += " below " + inWords(*test.below);
        return text;
    }

    [[nodiscard]] std::string of(SexTest const& test) const
    {
        static constexpr std::array<std::string_view, 4> kSexes{"unknown", "female", "male",
                                                                "other"};
        return "sex is " + std::string{kSexes[static_cast<std::size_t>(test.sex)]};
    }

    [[nodiscard]] std::string of(RuleTest const& test) const
    {
        auto const& id = set_.rule(test.rule).id;
        if (test.partWhen) return "the condition of " + id + " holds";
        if (test.level)
            return id + " fires at level " + std::string{toText(*test.level)} + " or higher";
        return id + " fires";
    }

    [[nodiscard]] static std::string groups(std::vector<Group> const& list)
    {
        std::vector<std::string> words;
        for (auto const group : list) words.emplace_back(toText(group));
        return joined(words, "or");
    }

    [[nodiscard]] std::string of(FiredInTest const& test) const
    {
        auto text = "some other rule of group " + groups(test.groups) + " fires";
        if (test.tier) text += ", " + std::string{toText(*test.tier)} + " or higher";
        if (test.level) text += ", level " + std::string{toText(*test.level)} + " or higher";
        return text;
    }

    [[nodiscard]] std::string of(ViaMissingTest const& test) const
    {
        auto const what =
            test.labs.empty() ? std::string{"a result"} : "a result of " + analytes(test.labs);
        return "a fired rule of group " + groups(test.groups) + " lacks " + what +
               " since its medicine started";
    }

    Rule const* rule_;
    RuleSet const& set_;
    bool authored_;
};

} // namespace

std::string describe(Condition const& condition, Rule const* rule, RuleSet const& set,
                     bool authored)
{
    return Describer{rule, set, authored}.sentence(condition);
}

} // namespace tcds::rules
