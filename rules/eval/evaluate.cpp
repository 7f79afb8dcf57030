#include "rules/eval/evaluator.hpp"
#include "rules/eval/missing.hpp"
#include "rules/eval/rank.hpp"
#include "rules/eval/suppress.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr int kYoungestDays = 28; // clinical specification, section A: neonates are silent

/// In scope: alive, human, 28 days or older; without a birth date in scope.
bool inScope(PatientContext const& context)
{
    auto const& patient = context.patient;
    if (patient.deceased || !patient.human) return false;
    return !patient.birth || completedDays(*patient.birth, context.asOf) >= kYoungestDays;
}

/// A complaint of a kind that opens no gate (tremor alone) is none to this service.
bool opensAnyGate(PatientContext const& context, RuleSet const& rules)
{
    return std::ranges::any_of(context.complaints, [&](Complaint const& complaint) {
        return std::ranges::any_of(
            rules.gates, [&](Gate const& gate) { return complaint.kinds.meets(gate.kinds); });
    });
}

/// Rules of which some code, class or analyte is present among the facts (decision D40).
class Candidates
{
public:
    explicit Candidates(Chart const& chart) : keys_{chart.rules().keys}, bits_{keys_.always}
    {
        auto const& context = chart.context();
        for (auto const& use : context.medications) {
            for (auto const ingredient : use.ingredients)
                add(keys_.byIngredient, ingredient.index());
            add(use.sets);
        }
        for (auto const& analyte : chart.terms().analytes())
            if (!chart.results(analyte.id).empty()) add(keys_.byAnalyte, analyte.id.index());
        for (auto const& problem : context.problems) add(problem.sets);
        for (auto const& finding : context.findings) add(finding.sets);
        for (auto const& procedure : context.procedures) add(procedure.sets);
        for (auto const& order : context.orders) add(order.sets);
        for (auto const& encounter : context.encounters) add(encounter.sets);
        for (auto const& complaint : context.complaints) {
            add(complaint.kinds);
            add(complaint.sites);
        }
    }

    [[nodiscard]] bool has(RuleIndex rule) const
    {
        return ((bits_[rule.index() / 64] >> (rule.index() % 64)) & 1U) != 0;
    }

private:
    void add(std::vector<RuleBits> const& table, std::size_t at)
    {
        if (at >= table.size()) return;
        auto const& rules = table[at];
        for (std::size_t i = 0; i < rules.size(); ++i) bits_[i] |= rules[i];
    }
    void add(SetBits const& sets)
    {
        sets.forEach([this](SetId id) { add(keys_.bySet, id.index()); });
    }

    RuleIndexKeys const& keys_;
    RuleBits bits_;
};

bool runsHere(RuleSet const& rules, RuleIndex index, Hook hook)
{
    return rules.rule(index).runsOn(hookBit(hook));
}

} // namespace

Evaluation::Evaluation(PatientContext const& context, RuleSet const& rules)
    : chart{context, rules}, byRule(rules.rules.size(), nullptr)
{
}

std::vector<Judgement const*> Evaluation::candidates() const
{
    std::vector<Judgement const*> listed;
    for (auto const* judgement : byRule)
        if (judgement != nullptr && judgement->candidate) listed.push_back(judgement);
    return listed;
}

std::size_t Evaluation::idle() const
{
    return byRule.size() -
           static_cast<std::size_t>(std::ranges::count_if(byRule, [](auto const* judgement) {
               return judgement != nullptr && judgement->candidate;
           }));
}

std::vector<Judgement const*> Evaluation::fired() const
{
    std::vector<Judgement const*> list;
    for (auto const* judgement : byRule)
        if (judgement != nullptr && judgement->outcome == Outcome::Fired) list.push_back(judgement);
    return list;
}

std::unique_ptr<Evaluation> evaluate(PatientContext const& context, RuleSet const& rules,
                                     EvaluateOptions const& options)
{
    auto evaluation = std::make_unique<Evaluation>(context, rules);
    evaluation->complaint = inScope(context) && opensAnyGate(context, rules);
    if (!evaluation->complaint) return evaluation; // silence (clinical specification section D)

    Candidates const candidates{evaluation->chart};
    Evaluator evaluator{*evaluation, options};
    for (auto const index : rules.order) {
        auto const candidate = candidates.has(index) && runsHere(rules, index, context.hook);
        if (!candidate && !options.everyRule) continue;
        evaluator.judge(index);
        evaluation->byRule[index.index()]->candidate = candidate;
    }
    for (auto& judgement : evaluation->judged)
        if (judgement.outcome == Outcome::Fired)
            judgement.newestData = newestDataOf(context, judgement);
    suppress(*evaluation);
    for (auto& judgement : evaluation->judged)
        if (judgement.outcome == Outcome::Fired) evaluator.settleTexts(judgement);
    evaluation->missing = missingOf(*evaluation);
    std::ranges::sort(evaluation->traces, {}, &RuleTrace::rule);
    return evaluation;
}

} // namespace tcds::rules
