#include "rules/exchange/source_attributes.hpp"

#include "rules/load/walk.hpp"

#include <set>

namespace tcds::rules::exchange {

namespace {

/// What the clauses of a rule look at, named conditions and populations included.
class Seen
{
public:
    explicit Seen(RuleSet const& rules) : rules_{rules} {}

    void look(Condition const& root)
    {
        forEachClause(root, [this](Condition const& clause) {
            if (std::holds_alternative<SexTest>(clause.test)) sex = true;
            if (auto const* named = std::get_if<NamedTest>(&clause.test)) look(named->named);
            if (auto const* lab = std::get_if<LabTest>(&clause.test)) {
                auto limits = lab->belowReference || lab->aboveReference;
                for (auto const& comparison : lab->all)
                    limits = limits || comparison.threshold.multiple.has_value();
                look(lab->scope.analyte, limits);
            }
            if (auto const* trend = std::get_if<TrendTest>(&clause.test))
                look(trend->analyte, false);
            if (auto const* normal = std::get_if<NormalTest>(&clause.test))
                for (auto const analyte : normal->labs) look(analyte, true);
        });
    }
    void look(NamedIndex condition)
    {
        if (!condition.known() || !asked_.insert(condition.value).second) return;
        look(rules_.conditions[condition.index()].condition);
    }

    bool sex = false, assessment = false;

private:
    void look(AnalyteId analyte, bool limits)
    {
        auto const& known = rules_.terms->analyte(analyte);
        if (known.unit == "{score}") assessment = true;
        if (!limits) return;
        sex = true; // a laboratory may give a range for each sex
        for (auto const population : rules_.populations[analyte.index()].limits) look(population);
        for (auto const population : rules_.populations[analyte.index()].guards) look(population);
    }

    RuleSet const& rules_;
    std::set<std::uint16_t> asked_;
};

} // namespace

std::array<DataUse, 9> dataUseOf(Rule const& rule, RuleSet const& rules)
{
    Seen seen{rules};
    forEachRoot(rule, [&](RulePart part, Condition const& condition) {
        if (part != RulePart::Text) seen.look(condition);
    });
    for (auto const& parameter : rule.parameters)
        for (auto const& row : parameter.rows) seen.look(row.population);
    // The birth date is asked of every rule: under 28 days the service is silent.
    return {DataUse{"race", false},
            {"ethnicity", false},
            {"language", false},
            {"sexual-orientation", false},
            {"gender-identity", false},
            {"sex", seen.sex},
            {"date-of-birth", true},
            {"social-determinants-of-health", false},
            {"health-status-assessments", seen.assessment}};
}

} // namespace tcds::rules::exchange
