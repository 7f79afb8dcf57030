#include "rules/load/uses.hpp"

#include "rules/load/walk.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

class Search
{
public:
    Search(RuleSet const& rules, Uses const& wanted) : rules_{rules}, wanted_{wanted} {}

    bool inRule(Rule const& rule)
    {
        if (rules_.gates[rule.gate].kinds.meets(wanted_.sets)) return true;
        auto found = std::ranges::any_of(rule.via, [&](AnalyteId id) { return analyte(id); });
        forEachRoot(rule,
                    [&](RulePart, Condition const& root) { found = found || inCondition(root); });
        for (auto const& show : rule.show) {
            found = found || (show.kind == Show::Kind::Lab && analyte(show.analyte)) ||
                    anySet(show.sets);
            for (auto const& med : show.meds) found = found || medication(med);
        }
        return found || anyClass(rule.treatedBy);
    }

private:
    bool inCondition(Condition const& root)
    {
        auto found = false;
        forEachClause(root, [&](Condition const& clause) {
            if (!found)
                found = std::visit([this](auto const& test) { return inTest(test); }, clause.test);
        });
        return found;
    }

    bool analyte(AnalyteId id) const
    {
        return std::ranges::any_of(wanted_.analytes, [&](AnalyteId wanted) {
            if (!id.known()) return false;
            auto const& of = rules_.terms->analyte(id).of;
            return wanted == id || std::ranges::find(of, wanted) != of.end();
        });
    }
    bool anyAnalyte(std::vector<AnalyteId> const& ids) const
    {
        return std::ranges::any_of(ids, [this](AnalyteId id) { return analyte(id); });
    }
    bool anySet(std::vector<SetId> const& ids) const
    {
        return std::ranges::any_of(ids, [this](SetId id) { return wanted_.sets.has(id); });
    }
    bool anyClass(std::vector<SetId> const& ids) const
    {
        return anySet(ids) || std::ranges::any_of(ids, [this](SetId id) {
                   auto const& members = rules_.terms->set(id).ingredients;
                   return std::ranges::any_of(members, [this](terms::ClassMember const& member) {
                       return ingredient(member.ingredient);
                   });
               });
    }
    bool ingredient(IngredientId id) const
    {
        return std::ranges::find(wanted_.ingredients, id) != wanted_.ingredients.end();
    }
    bool medication(MedTest const& test) const
    {
        return anyClass(test.classes) ||
               std::ranges::any_of(test.ingredients,
                                   [this](IngredientId id) { return ingredient(id); });
    }

    bool inTest(MedTest const& test) const { return medication(test); }
    bool inTest(LabTest const& test) const { return analyte(test.scope.analyte); }
    bool inTest(TrendTest const& test) const { return analyte(test.analyte); }
    bool inTest(NormalTest const& test) const { return anyAnalyte(test.labs); }
    bool inTest(MissingTest const& test) const { return analyte(test.scope.analyte); }
    bool inTest(NotedTest const& test) const { return analyte(test.analyte); }
    bool inTest(RenalTest const&) const { return analyte(rules_.known.egfr); }
    bool inTest(ViaMissingTest const& test) const { return anyAnalyte(test.labs); }
    bool inTest(ProblemTest const& test) const { return anySet(test.sets); }
    bool inTest(FindingTest const& test) const { return anySet(test.sets); }
    bool inTest(ProcedureTest const& test) const { return anySet(test.sets); }
    bool inTest(OrderTest const& test) const { return anySet(test.sets); }
    bool inTest(VisitTest const& test) const { return anySet(test.sets); }
    bool inTest(PregnancyTest const&) const { return wanted_.sets.has(rules_.known.pregnancy); }
    bool inTest(ComplaintTest const& test) const
    {
        return (!test.anyKind && test.kinds.meets(wanted_.sets)) ||
               (!test.anySite && test.sites.meets(wanted_.sets));
    }
    bool inTest(NamedTest const& test)
    {
        return inCondition(rules_.conditions[test.named.index()].condition);
    }
    template <class Other>
    bool inTest(Other const&) const
    {
        return false; // connectives, whose parts are visited, and what names no content
    }

    RuleSet const& rules_;
    Uses const& wanted_;
};

} // namespace

bool usesAny(Rule const& rule, RuleSet const& rules, Uses const& wanted)
{
    return Search{rules, wanted}.inRule(rule);
}

} // namespace tcds::rules
