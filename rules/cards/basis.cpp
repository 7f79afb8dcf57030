#include "rules/cards/basis.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/remarks.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::string listed(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void addOnce(std::vector<std::string>& words, std::string word)
{
    if (!word.empty() && std::ranges::find(words, word) == words.end())
        words.push_back(std::move(word));
}

/// A limit written for the analyte is the default one, any other is the rule's own.
bool isDefault(terms::Analyte const& analyte, terms::Measure const* measure)
{
    auto const holds = [measure](std::optional<terms::Limit> const& limit) {
        return limit && std::ranges::any_of(*limit, [measure](terms::Measure const& each) {
                   return &each == measure;
               });
    };
    return std::ranges::any_of(analyte.limits, [&](terms::LimitRow const& row) {
        return holds(row.low) || holds(row.high);
    });
}

std::string originOf(Chart const& chart, Binding const& binding)
{
    if (binding.limit.laboratory != nullptr) return "laboratory range";
    auto const& analyte = chart.terms().analyte(binding.result->analyte);
    if (!isDefault(analyte, binding.limit.standard)) return "rule";
    if (binding.limit.population.empty()) return "default";
    return "default, " + std::string{binding.limit.population};
}

std::vector<std::string> limitsOf(Chart const& chart, CardPlan const& plan)
{
    std::vector<std::string> limits;
    for (auto const* fired : plan.rules)
        for (auto const& binding : fired->bound) {
            if (binding.kind != Binding::Kind::Result || !binding.limit.used()) continue;
            auto const value = resultValue(chart, binding, NameOrigin::Clause, Field::Limit, false);
            if (!value) continue;
            addOnce(limits, nameInText(chart, binding.result->analyte) + " limit " +
                                value->markdown + " (" + originOf(chart, binding) + ")");
        }
    return limits;
}

/// Calls see(fact) for each fact of a list that was used.
template <class Facts, class See>
void usedOf(Facts const& facts, std::vector<FactId> const& used, See const& see)
{
    for (auto const& fact : facts)
        if (std::ranges::binary_search(used, fact.id)) see(fact.source.input);
}

/// The inputs that delivered what the rules of a card used, in the order of the inputs.
std::string sourcesOf(PatientContext const& context, CardPlan const& plan)
{
    std::vector<FactId> used;
    for (auto const* fired : plan.rules)
        used.insert(used.end(), fired->judgement->used.begin(), fired->judgement->used.end());
    std::ranges::sort(used);
    std::vector<InputId> inputs;
    auto const see = [&inputs](InputId input) {
        if (input.known()) inputs.push_back(input);
    };
    usedOf(context.medications, used, see);
    usedOf(context.labs, used, see);
    usedOf(context.problems, used, see);
    usedOf(context.complaints, used, see);
    usedOf(context.findings, used, see);
    usedOf(context.procedures, used, see);
    usedOf(context.orders, used, see);
    usedOf(context.encounters, used, see);
    std::ranges::sort(inputs);
    std::vector<std::string> words;
    for (auto const input : inputs) {
        if (input.index() >= context.inputs.size()) continue;
        auto const& each = context.inputs[input.index()];
        addOnce(words,
                each.via == "context" ? "the call itself" : std::string{sourceInWords(each.key)});
    }
    return words.empty() ? std::string{} : "from " + listed(words);
}

std::string identityOf(FiredRule const& fired)
{
    return fired.rule->id + ' ' + fired.rule->version;
}

} // namespace

Basis basisOf(Evaluation const& evaluation, CardPlan const& plan)
{
    Basis basis;
    std::vector<std::string> identities, ofLead, ofOthers;
    for (auto const* fired : plan.rules) {
        identities.push_back(identityOf(*fired));
        for (auto const& evidence : fired->rule->meta.evidence) {
            auto const isLead = fired == &plan.lead();
            if (isLead)
                addOnce(ofLead, evidence.id);
            else if (std::ranges::find(ofLead, evidence.id) == ofLead.end())
                addOnce(ofOthers, evidence.id);
        }
    }
    basis.rules = listed(identities);
    if (!ofLead.empty()) basis.rules += "; evidence " + listed(ofLead);
    basis.limits = limitsOf(evaluation.chart, plan);
    if (!ofOthers.empty()) basis.moreEvidence = "also " + listed(ofOthers);
    basis.sources = sourcesOf(evaluation.chart.context(), plan);
    auto const& evidence = plan.lead().rule->meta.evidence;
    if (!evidence.empty()) {
        constexpr std::size_t kMostOfACitation = 120;
        auto const& first = evidence.front();
        if (cardLength(first.citation) <= kMostOfACitation)
            basis.citation = first.id + ": " + first.citation;
    }
    return basis;
}

} // namespace tcds::rules
