#pragma once

#include "rules/eval/answer.hpp"
#include "rules/eval/medications.hpp"
#include "rules/eval/reference.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace tcds::rules {

/// Judges the rules of one evaluation, references first. One object per request; every rule is
/// judged at most once.
class Evaluator
{
public:
    /// @param candidates  in evaluation order: what clauses about other rules need look at
    Evaluator(Evaluation& evaluation, std::span<RuleIndex const> candidates,
              EvaluateOptions const& options);

    /// Judges a rule, and first what it refers to.
    Judgement const& judge(RuleIndex index);

    /// Settles which conditional texts and suggestions of a fired rule hold. They note no facts and
    /// change nothing else of the judgement.
    void settleTexts(Judgement& judgement);

    /// Is the patient of a population (a named condition)?
    Verdict population(NamedIndex condition);

private:
    /// Where a clause is asked: in a rule (with names to bind and facts to note) or in a named
    /// condition asked for a population (without either).
    struct Scope {
        Rule const* rule = nullptr;
        Judgement* judgement = nullptr;
        std::pmr::vector<FactId>* used = nullptr;
    };
    struct Named {
        bool asked = false;
        Answer answer;
        std::vector<FactId> used;
    };

    // evaluator.cpp: clauses and their connectives
    Answer ask(Condition const& condition, Scope const& scope, TraceNode* trace);
    Answer askConstruct(Condition const& condition, Scope const& scope, TraceNode* trace);
    Answer on(AllOf const& test, Scope const& scope, TraceNode* trace);
    Answer on(AnyOf const& test, Scope const& scope, TraceNode* trace);
    Answer on(NotOf const& test, Scope const& scope, TraceNode* trace);
    Answer on(AtLeastOf const& test, Scope const& scope, TraceNode* trace);

    // clauses_medication.cpp
    Answer on(MedTest const& test, Slot as, Scope const& scope, TraceNode* trace);
    /// Writes into the trace which medications of the class do not count, and why.
    void noteRejected(MedTest const& test, std::optional<Instant> const& after, TraceNode* trace);
    /// Time of the result that `started_after` names; nothing when none is asked or bound.
    std::optional<Instant> startedAfterOf(MedTest const& test, Scope const& scope) const;

    // clauses_result.cpp
    Answer on(LabTest const& test, Slot as, Scope const& scope, TraceNode* trace);
    Answer on(TrendTest const& test, Slot as, Scope const& scope, TraceNode* trace);
    Answer on(NormalTest const& test, Scope const& scope, TraceNode* trace);
    Answer on(MissingTest const& test, Scope const& scope, TraceNode* trace);
    Answer on(NotedTest const& test, Scope const& scope, TraceNode* trace);
    Answer on(RenalTest const& test, Scope const& scope, TraceNode* trace);
    struct Picked {
        Result const* result = nullptr;
        Answer absent; // when there is none: why
    };
    Picked pick(LabScope const& lab, Scope const& scope, TraceNode* trace);
    Answer noResult(AnalyteId analyte) const;
    Answer meets(Comparison const& comparison, Result const& result, Scope const& scope,
                 TraceNode* trace);
    terms::Limit const* limitOf(Threshold const& threshold, Scope const& scope);
    Answer normal(AnalyteId analyte, NormalTest const& test, std::optional<Instant> const& after,
                  bool afterUnknown, Scope const& scope, TraceNode* trace);
    struct Moment {
        std::optional<Instant> at;
        Answer unknown; // when `at` is empty
    };
    Moment momentOf(After const& after, Scope const& scope);

    // clauses_chart.cpp
    Answer on(ComplaintTest const& test, Slot as, Scope const& scope, TraceNode* trace);
    Answer on(ProblemTest const& test, Slot as, Scope const& scope);
    Answer on(FindingTest const& test, Slot as, Scope const& scope);
    Answer on(ProcedureTest const& test, Scope const& scope);
    Answer on(OrderTest const& test, Scope const& scope);
    Answer on(VisitTest const& test, Scope const& scope);
    Answer on(EncounterTest const& test, Scope const& scope);
    Answer on(PregnancyTest const& test, Scope const& scope);
    Answer on(AgeTest const& test);
    Answer on(SexTest const& test);

    // clauses_rule.cpp
    Answer on(NamedTest const& test, Scope const& scope, TraceNode* trace);
    Answer on(RuleTest const& test, Scope const& scope);
    Answer on(FiredInTest const& test, Scope const& scope);
    Answer on(ViaMissingTest const& test, Slot as, Scope const& scope);

    // judge.cpp: from clauses to a judgement
    using Steady = std::chrono::steady_clock;
    Steady::time_point begun();
    std::uint32_t ended(Steady::time_point start);
    void judgeRule(Rule const& rule, Judgement& judgement);
    std::optional<Instant> earliestOnset(Rule const& rule) const;
    bool chooseLevel(Rule const& rule, Judgement& judgement, Scope const& scope, RuleTrace* trace,
                     Answer& deciding);
    bool applyExposure(Rule const& rule, Judgement& judgement);
    static constexpr std::string_view kDisabled = "disabled";
    static std::string_view silence(Rule const& rule);
    /// A hospital that switches a rule off does not want its card; what others conclude from it
    /// goes on.
    static bool isSwitchedOff(Judgement const& judgement)
    {
        return judgement.outcome == Outcome::Silenced && judgement.why == kDisabled;
    }
    void adjust(Rule const& rule, Judgement& judgement, Scope const& scope, RuleTrace* trace);
    void chooseTier(Rule const& rule, Judgement& judgement, Scope const& scope, RuleTrace* trace);
    Level levelOf(Band const& band);
    void lookForMissing(Condition const& condition, Scope const& scope);
    Answer askPart(std::string_view part, Condition const& condition, Scope const& scope,
                   RuleTrace* trace);

    void use(Scope const& scope, FactId fact);
    void use(Scope const& scope, Result const& result);
    Binding* bind(Scope const& scope, Slot as);
    Binding const* bound(Scope const& scope, Slot name) const;
    void note(TraceNode* trace, std::string text) const;

    Evaluation& evaluation_;
    std::span<RuleIndex const> candidates_;
    EvaluateOptions options_;
    Chart const& chart_;
    RuleSet const& rules_;
    std::vector<std::vector<FactId>> opening_; // by gate: the complaints that open it
    std::vector<Named> named_;
    IsPopulation isPopulation_;
    Steady::time_point lastEnd_; // of a rule, where timing was asked for
    int depth_ = 0;              // rules that are being judged, each for the one before
};

} // namespace tcds::rules
