#pragma once

#include "rules/exchange/cql_library.hpp"

#include <map>
#include <string>
#include <vector>

namespace tcds::rules::exchange {

/// A clause in CQL.
struct MadeClause {
    std::string expression; // of type Boolean: true, false or null = unknown
    std::string drugs;      // `med`: the list of the drugs that meet it; "" for others
    std::string pick;       // `lab`: the result that it looks at; "" for others
};

/// Which clause binds a name, and to what.
struct Binder {
    std::string when;    // the clause, as an expression
    std::string matches; // a list of medications, or one result
};

/// Writes the clauses of one rule or named condition. Each `med`, `lab` and other leaf becomes a
/// definition of its own, so that its answer can be read after a run; connectives stay in the text.
class ClauseCql
{
public:
    /// What a clause sees of the names that are bound.
    struct Phase {
        bool afterExposure = false; // late starters have been dropped from `exposure`
    };

    /// @param rule    nullptr for a named condition, which binds and sees no names
    /// @param prefix  first part of the names of definitions: "EL-K-LOW"
    ClauseCql(CqlLibrary& library, Rule const* rule, std::string prefix)
        : library_{library}, rule_{rule}, prefix_{std::move(prefix)}
    {
    }

    MadeClause make(Condition const& condition, Phase phase);
    /// A medication that is selected so, whatever binds: for drafts that treat.
    std::string anyMedication(MedTest const& test);

    /// By Slot: who binds the name, in file order.
    [[nodiscard]] std::map<std::uint16_t, std::vector<Binder>> const& binders() const
    {
        return binders_;
    }
    [[nodiscard]] std::string boundName(Slot slot) const;
    [[nodiscard]] bool bindsMedications(Slot slot) const { return medSlots_.contains(slot.value); }

private:
    /// The definition of a bound name as a clause of this phase sees it; "" when nothing can bind.
    std::string bound(Slot slot, Phase phase) const;
    std::string next(std::string_view construct);
    void define(std::string const& name, std::string const& expression, Condition const* condition);
    void bind(Condition const& condition, std::string const& when, std::string const& matches,
              bool medications);

    MadeClause on(AllOf const& test, Condition const& condition, Phase phase);
    MadeClause on(AnyOf const& test, Condition const& condition, Phase phase);
    MadeClause on(NotOf const& test, Condition const& condition, Phase phase);
    MadeClause on(AtLeastOf const& test, Condition const& condition, Phase phase);
    MadeClause on(ComplaintTest const& test, Condition const& condition, Phase phase);
    MadeClause on(MedTest const& test, Condition const& condition, Phase phase);
    MadeClause on(LabTest const& test, Condition const& condition, Phase phase);
    MadeClause on(TrendTest const& test, Condition const& condition, Phase phase);
    MadeClause on(NormalTest const& test, Condition const& condition, Phase phase);
    MadeClause on(MissingTest const& test, Condition const& condition, Phase phase);
    MadeClause on(NotedTest const& test, Condition const& condition, Phase phase);
    MadeClause on(ProblemTest const& test, Condition const& condition, Phase phase);
    MadeClause on(FindingTest const& test, Condition const& condition, Phase phase);
    MadeClause on(ProcedureTest const& test, Condition const& condition, Phase phase);
    MadeClause on(OrderTest const& test, Condition const& condition, Phase phase);
    MadeClause on(VisitTest const& test, Condition const& condition, Phase phase);
    MadeClause on(EncounterTest const& test, Condition const& condition, Phase phase);
    MadeClause on(PregnancyTest const& test, Condition const& condition, Phase phase);
    MadeClause on(RenalTest const& test, Condition const& condition, Phase phase);
    MadeClause on(NamedTest const& test, Condition const& condition, Phase phase);
    MadeClause on(AgeTest const& test, Condition const& condition, Phase phase);
    MadeClause on(SexTest const& test, Condition const& condition, Phase phase);
    MadeClause on(RuleTest const& test, Condition const& condition, Phase phase);
    MadeClause on(FiredInTest const& test, Condition const& condition, Phase phase);
    MadeClause on(ViaMissingTest const& test, Condition const& condition, Phase phase);

    /// Defines `asked`: the medications that belong to what is asked for, with their verdicts.
    std::string askedMedications(MedTest const& test, std::string const& name,
                                 std::string const& startedAfter);
    std::string stateOf(MedTest const& test, std::string const& lookBackSince) const;
    std::string pick(LabScope const& scope, std::string const& name, Phase phase);
    /// The moment that `after` names, as a definition; null when it is unknown.
    std::string moment(After const& after, std::string const& name, Phase phase);
    std::string meets(Comparison const& comparison, std::string const& result) const;
    std::string comparison(Compare how, terms::Limit const& limit, std::string const& result) const;
    std::string windowStart(AnalyteId analyte, std::optional<Duration> const& within) const;
    std::string source(AnalyteId analyte) const;

    CqlLibrary& library_;
    Rule const* rule_;
    std::string prefix_;
    std::map<std::string, int, std::less<>> counts_;
    std::map<std::uint16_t, std::vector<Binder>> binders_;
    std::set<std::uint16_t> medSlots_;
};

/// Names of the definitions of a rule that other rules refer to.
std::string ruleDefinition(Rule const& rule, std::string_view part);

} // namespace tcds::rules::exchange
