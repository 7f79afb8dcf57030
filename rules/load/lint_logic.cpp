#include "rules/load/interval.hpp"
#include "rules/load/lint.hpp"
#include "rules/load/walk.hpp"

#include <algorithm>
#include <set>

namespace tcds::rules {

namespace {

class LogicLinter
{
public:
    LogicLinter(Rule const& rule, RuleSet const& set, Problems& problems)
        : rule_{rule}, set_{set}, problems_{problems}
    {
    }

    void look(Condition const& root)
    {
        forEachClause(root, [this](Condition const& clause) { lookAt(clause); });
    }

    /// L33: `not` over what is unknown for want of a result silences the whole rule.
    void lookForSilence(Condition const& root)
    {
        std::vector<Condition const*> together;
        flatten(root, together);
        for (auto const* condition : together) {
            auto const* no = std::get_if<NotOf>(&condition->test);
            if (no == nullptr || no->of.empty()) continue;
            auto const& inner = no->of.front();
            auto const* lab = std::get_if<LabTest>(&inner.test);
            auto const unknownRule = std::holds_alternative<RuleTest>(inner.test);
            if (!unknownRule && (lab == nullptr || isAsked(together, lab->scope.analyte))) continue;
            problems_.warning("L33", whereOf(*condition, rule_),
                              "without a result this \"not\" is unknown and the rule stays silent",
                              "use unless, or let the stronger rule suppress this one");
        }
    }

    /// L16 through named conditions; the direct case is found when the clause is read.
    void lookForReassurance(Condition const& root)
    {
        forEachClause(root, [this](Condition const& clause) {
            auto const* no = std::get_if<NotOf>(&clause.test);
            if (no == nullptr || no->of.empty()) return;
            seen_.clear();
            if (namesNormal(no->of.front()))
                problems_.error("L16", whereOf(clause, rule_),
                                "\"not\" over a named condition that asks for a normal result",
                                "put it into unless");
        });
    }

private:
    static bool isAsked(std::vector<Condition const*> const& together, AnalyteId analyte)
    {
        return std::ranges::any_of(together, [analyte](Condition const* condition) {
            if (auto const* lab = std::get_if<LabTest>(&condition->test))
                return lab->scope.analyte == analyte;
            if (auto const* noted = std::get_if<NotedTest>(&condition->test))
                return noted->analyte == analyte;
            return false;
        });
    }

    bool namesNormal(Condition const& condition)
    {
        auto found = false;
        forEachClause(condition, [&](Condition const& clause) {
            auto const* named = std::get_if<NamedTest>(&clause.test);
            if (named == nullptr || !seen_.insert(named->named.index()).second) return;
            auto const& inner = set_.conditions[named->named.index()].condition;
            forEachClause(inner, [&](Condition const& each) {
                found = found || std::holds_alternative<NormalTest>(each.test);
            });
            found = found || namesNormal(inner);
        });
        return found;
    }

    void lookAt(Condition const& clause)
    {
        if (auto const* lab = std::get_if<LabTest>(&clause.test)) lookAtLab(clause, *lab);
        if (auto const* age = std::get_if<AgeTest>(&clause.test)) lookAtAge(clause, *age);
        if (std::holds_alternative<AllOf>(clause.test)) lookAtAll(clause);
        if (auto const* any = std::get_if<AnyOf>(&clause.test)) lookAtAny(clause, any->of);
    }

    void fail(Condition const& clause, std::string what)
    {
        problems_.error("L08", whereOf(clause, rule_), std::move(what),
                        "correct the limits, or remove the clause");
    }

    void lookAtLab(Condition const& clause, LabTest const& test)
    {
        auto const range = rangeOf(test, &rule_, set_);
        auto const& analyte = set_.terms->analyte(test.scope.analyte);
        if (range.widest.empty())
            return fail(clause, "no value of " + analyte.key + " can make this clause true");
        if (!analyte.plausibleLow || !analyte.plausibleHigh || test.all.empty() || !range.surest)
            return;
        Interval const every{Interval::End{analyte.plausibleLow->value, true},
                             Interval::End{analyte.plausibleHigh->value, true}};
        if (range.surest->contains(every))
            fail(clause, "every value of " + analyte.key + " makes this clause true");
    }

    void lookAtAge(Condition const& clause, AgeTest const& test)
    {
        Instant const now{};
        if (test.atLeast && test.below && now - *test.below >= now - *test.atLeast)
            fail(clause, "no age makes this clause true");
    }

    [[nodiscard]] std::string keyOf(Condition const& condition) const
    {
        return describe(condition, &rule_, set_, false);
    }

    /// A clause and its own negation side by side.
    bool hasOpposites(std::vector<Condition const*> const& conditions) const
    {
        std::set<std::string> plain;
        for (auto const* condition : conditions)
            if (!std::holds_alternative<NotOf>(condition->test)) plain.insert(keyOf(*condition));
        return std::ranges::any_of(conditions, [&](Condition const* condition) {
            auto const* no = std::get_if<NotOf>(&condition->test);
            return no != nullptr && !no->of.empty() && plain.contains(keyOf(no->of.front()));
        });
    }

    void lookAtAll(Condition const& clause)
    {
        std::vector<Condition const*> together;
        flatten(clause, together);
        if (auto const analyte = contradiction(together, &rule_, set_))
            fail(clause, "these clauses can never be true together: " +
                             set_.terms->analyte(*analyte).key + " cannot be both");
        else if (hasOpposites(together))
            fail(clause, "a clause and its own negation can never be true together");
    }

    void lookAtAny(Condition const& clause, std::vector<Condition> const& parts)
    {
        std::vector<Condition const*> each;
        for (auto const& part : parts) each.push_back(&part);
        if (hasOpposites(each)) return fail(clause, "a clause or its own negation is always true");
        for (auto const* low : each)
            for (auto const* high : each)
                if (coversAll(*low, *high))
                    return fail(clause, "every result makes one of these clauses true");
    }

    /// Below something or above what lies no higher.
    bool coversAll(Condition const& a, Condition const& b) const
    {
        auto const* low = std::get_if<LabTest>(&a.test);
        auto const* high = std::get_if<LabTest>(&b.test);
        if (low == nullptr || high == nullptr || low->scope.analyte != high->scope.analyte ||
            low->scope.near.known() || high->scope.near.known())
            return false;
        auto const below = rangeOf(*low, &rule_, set_).surest;
        auto const above = rangeOf(*high, &rule_, set_).surest;
        if (!below || !above || below->low || above->high || !below->high || !above->low)
            return false;
        return below->high->value > above->low->value ||
               (below->high->value == above->low->value &&
                (below->high->included || above->low->included));
    }

    Rule const& rule_;
    RuleSet const& set_;
    Problems& problems_;
    std::set<std::size_t> seen_;
};

} // namespace

void lintLogic(RuleSet const& set, Problems& problems)
{
    for (auto const& rule : set.rules) {
        LogicLinter linter{rule, set, problems};
        forEachRoot(rule, [&](RulePart part, Condition const& root) {
            linter.look(root);
            linter.lookForReassurance(root);
            if (part == RulePart::When) linter.lookForSilence(root);
        });
    }
}

} // namespace tcds::rules
