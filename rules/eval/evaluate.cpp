#include "rules/eval/evaluator.hpp"
#include "rules/eval/missing.hpp"
#include "rules/eval/rank.hpp"
#include "rules/eval/suppress.hpp"

#include <algorithm>
#include <bit>

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

/// Finds the rules of a hook of which some code, class or analyte is present (decision D40).
class Candidates
{
public:
    explicit Candidates(Chart const& chart)
        : chart_{chart}, keys_{chart.rules().keys}, bits_{keys_.always}
    {
        auto const& context = chart.context();
        SetBits sets;
        for (auto const& use : context.medications) {
            for (auto const ingredient : use.ingredients)
                add(keys_.byIngredient, ingredient.index());
            sets.addAll(use.sets);
        }
        for (auto const& analyte : chart.terms().analytes())
            if (!chart.results(analyte.id).empty()) add(keys_.byAnalyte, analyte.id.index());
        for (auto const& problem : context.problems) sets.addAll(problem.sets);
        for (auto const& finding : context.findings) sets.addAll(finding.sets);
        for (auto const& procedure : context.procedures) sets.addAll(procedure.sets);
        for (auto const& order : context.orders) sets.addAll(order.sets);
        for (auto const& encounter : context.encounters) sets.addAll(encounter.sets);
        for (auto const& complaint : context.complaints) {
            sets.addAll(complaint.kinds);
            sets.addAll(complaint.sites);
        }
        sets.forEach([this](SetId id) { add(keys_.bySet, id.index()); });
    }

    [[nodiscard]] std::vector<RuleIndex> inOrder() const
    {
        auto const& rules = chart_.rules();
        auto const hook = hookBit(chart_.context().hook);
        std::vector<RuleIndex> candidates;
        for (std::size_t word = 0; word < bits_.size(); ++word)
            for (auto bits = bits_[word]; bits != 0; bits &= bits - 1) { // lowest first
                auto const place = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                auto const index = rules.order[place];
                if (rules.rule(index).runsOn(hook)) candidates.push_back(index);
            }
        return candidates;
    }

private:
    void add(std::vector<RuleBits> const& table, std::size_t at)
    {
        if (at >= table.size()) return;
        auto const& rules = table[at];
        for (std::size_t i = 0; i < rules.size(); ++i) bits_[i] |= rules[i];
    }

    Chart const& chart_;
    RuleIndexKeys const& keys_;
    RuleBits bits_;
};

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

    auto const candidates = Candidates{evaluation->chart}.inOrder();
    Evaluator evaluator{*evaluation, candidates, options};
    for (auto const index : options.everyRule ? rules.order : candidates) evaluator.judge(index);
    for (auto const index : candidates) evaluation->byRule[index.index()]->candidate = true;
    FactTimes const times{context};
    for (auto& judgement : evaluation->judged)
        if (judgement.outcome == Outcome::Fired)
            judgement.newestData = times.newestOf(judgement.used);
    suppress(*evaluation);
    for (auto& judgement : evaluation->judged)
        if (judgement.outcome == Outcome::Fired) evaluator.settleTexts(judgement);
    evaluation->missing = missingOf(*evaluation);
    std::ranges::sort(evaluation->traces, {}, &RuleTrace::rule);
    return evaluation;
}

} // namespace tcds::rules
