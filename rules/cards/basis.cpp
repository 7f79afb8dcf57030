#include "rules/cards/basis.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/remarks.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::size_t kMostOfACitation = 120;
constexpr std::size_t kUsualBytes = 200; // of rules and evidence

void appendListed(std::string& text, Texts const& words)
{
    for (auto const& word : words) {
        if (&word != &words.front()) text += ", ";
        text += word;
    }
}

bool holds(Texts const& words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

void addOnce(Texts& words, std::string_view word)
{
    if (!word.empty() && !holds(words, word)) words.push_back(word);
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

void appendOrigin(std::string& text, Chart const& chart, Binding const& binding)
{
    if (binding.limit.laboratory != nullptr) {
        text += "laboratory range";
    } else if (!isDefault(chart.terms().analyte(binding.result->analyte), binding.limit.standard)) {
        text += "rule";
    } else {
        text += "default";
        if (!binding.limit.population.empty()) text.append(", ").append(binding.limit.population);
    }
}

/// "potassium limit 3.5 mmol/L (default)"
std::string_view limitOf(Chart const& chart, Named const& named, Arena& arena)
{
    FilledText limit{Writing::Markdown};
    if (!writeResult(limit, chart, named, Field::Limit, false)) return {};
    std::string text;
    appendNameInText(text, chart, named.binding->result->analyte);
    text.append(" limit ").append(limit.text()).append(" (");
    appendOrigin(text, chart, *named.binding);
    text += ')';
    return keptIn(arena, text);
}

Texts limitsOf(Chart const& chart, CardPlan const& plan, Arena& arena)
{
    Texts limits{&arena};
    for (auto const* fired : plan.rules)
        for (auto const& named : fired->names) {
            auto const& binding = *named.binding;
            if (binding.kind == Binding::Kind::Result && binding.limit.used())
                addOnce(limits, limitOf(chart, named, arena));
        }
    return limits;
}

/// The facts that the rules of a card used, as a bit for each fact.
std::vector<bool> factsUsed(CardPlan const& plan)
{
    std::vector<bool> facts;
    for (auto const* fired : plan.rules)
        for (auto const fact : fired->judgement->used) {
            if (fact.index() >= facts.size()) facts.resize(fact.index() + 1);
            facts[fact.index()] = true;
        }
    return facts;
}

/// Marks the inputs of those facts of a list that were used.
template <class Facts>
void markInputs(Facts const& list, std::vector<bool> const& used, std::vector<bool>& inputs)
{
    for (auto const& fact : list) {
        auto const input = fact.source.input.index();
        if (fact.id.index() < used.size() && used[fact.id.index()] && input < inputs.size())
            inputs[input] = true;
    }
}

std::vector<bool> inputsUsed(PatientContext const& context, CardPlan const& plan)
{
    auto const used = factsUsed(plan);
    std::vector<bool> inputs(context.inputs.size());
    markInputs(context.medications, used, inputs);
    markInputs(context.labs, used, inputs);
    markInputs(context.problems, used, inputs);
    markInputs(context.complaints, used, inputs);
    markInputs(context.findings, used, inputs);
    markInputs(context.procedures, used, inputs);
    markInputs(context.orders, used, inputs);
    markInputs(context.encounters, used, inputs);
    return inputs;
}

/// The inputs that delivered what the rules of a card used, in the order of the inputs.
std::string_view sourcesOf(PatientContext const& context, CardPlan const& plan, Arena& arena)
{
    auto const inputs = inputsUsed(context, plan);
    Texts words{&arena};
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (auto const& input = context.inputs[i]; inputs[i])
            addOnce(words, input.via == "context" ? "the call itself" : sourceInWords(input.key));
    if (words.empty()) return {};
    std::string text = "from ";
    appendListed(text, words);
    return keptIn(arena, text);
}

/// Ids of evidence: of the lead, and those that only the rules behind it have.
struct EvidenceIds {
    Texts ofLead, ofOthers;
};

EvidenceIds evidenceOf(CardPlan const& plan, Arena& arena)
{
    EvidenceIds ids{Texts{&arena}, Texts{&arena}};
    for (auto const* fired : plan.rules)
        for (auto const& evidence : fired->rule->meta.evidence) {
            if (fired == &plan.lead())
                addOnce(ids.ofLead, evidence.id);
            else if (!holds(ids.ofLead, evidence.id))
                addOnce(ids.ofOthers, evidence.id);
        }
    return ids;
}

/// "EL-K-LOW 1.0.0, MED-LOOP 1.0.0; evidence E11"
std::string_view rulesOf(CardPlan const& plan, EvidenceIds const& evidence, Arena& arena)
{
    std::string text;
    text.reserve(kUsualBytes);
    for (auto const* fired : plan.rules) {
        if (!text.empty()) text += ", ";
        text.append(fired->rule->id).append(" ").append(fired->rule->version);
    }
    if (!evidence.ofLead.empty()) text += "; evidence ";
    appendListed(text, evidence.ofLead);
    return keptIn(arena, text);
}

std::string_view moreEvidence(EvidenceIds const& evidence, Arena& arena)
{
    if (evidence.ofOthers.empty()) return {};
    std::string text = "also ";
    appendListed(text, evidence.ofOthers);
    return keptIn(arena, text);
}

std::string_view citationOf(Rule const& lead, Arena& arena)
{
    if (lead.meta.evidence.empty()) return {};
    auto const& first = lead.meta.evidence.front();
    if (cardLength(first.citation) > kMostOfACitation) return {};
    std::string text;
    text.append(first.id).append(": ").append(first.citation);
    return keptIn(arena, text);
}

} // namespace

Basis basisOf(Evaluation const& evaluation, CardPlan const& plan, Arena& arena)
{
    auto const& chart = evaluation.chart;
    auto const evidence = evidenceOf(plan, arena);
    return {rulesOf(plan, evidence, arena), limitsOf(chart, plan, arena),
            moreEvidence(evidence, arena), sourcesOf(chart.context(), plan, arena),
            citationOf(*plan.lead().rule, arena)};
}

} // namespace tcds::rules
