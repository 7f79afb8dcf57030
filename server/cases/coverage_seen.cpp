#include "server/cases/coverage_seen.hpp"

#include "rules/cards/fired_rule.hpp"
#include "rules/cards/values.hpp"
#include "rules/eval/compare.hpp"
#include "rules/eval/evaluator.hpp"
#include "rules/load/walk.hpp"
#include "server/cases/coverage_dates.hpp"

#include <algorithm>

namespace tcds::cases {

namespace {

using rules::Condition;
using rules::Result;
using rules::TraceNode;

Aspect aspectOf(rules::Verdict verdict)
{
    switch (verdict) {
    case rules::Verdict::Yes:
        return Aspect::True;
    case rules::Verdict::No:
        return Aspect::False;
    case rules::Verdict::Unknown:
        break;
    }
    return Aspect::Unknown;
}

/// Where a value stands beside a limit, if it is the limit or its next neighbour: one step of the
/// last digit that either of them is written with.
std::optional<Aspect> edgeOf(Decimal const& value, Decimal const& limit)
{
    if (value == limit) return Aspect::At;
    Decimal const step{1, limit.decimals()};
    if (value < limit && value >= limit - step) return Aspect::Below;
    if (value > limit && value <= limit + step) return Aspect::Above;
    return std::nullopt;
}

} // namespace

/// What one case shows.
class Seen::Case
{
public:
    Case(Seen& seen, rules::Evaluation& evaluation)
        : seen_{seen}, evaluation_{evaluation}, chart_{evaluation.chart}, dates_{chart_},
          evaluator_{evaluation, {}, {}}, isPopulation_{[this](rules::NamedIndex named) {
              return evaluator_.population(named);
          }}
    {
    }

    void look()
    {
        for (auto const& trace : evaluation_.traces)
            for (auto const& part : trace.parts) {
                if (part.reason == Reason::SourceFailed) mark(&rule(trace), Aspect::SourceFailed);
                clause(part);
            }
        for (auto const& judgement : evaluation_.judged) {
            level(judgement);
            if (judgement.outcome == rules::Outcome::Fired) texts(judgement);
        }
    }

private:
    [[nodiscard]] rules::Rule const& rule(rules::RuleTrace const& trace) const
    {
        return seen_.rules_.rule(trace.rule);
    }

    void mark(void const* part, Aspect aspect) { seen_.marks_.insert({part, aspect}); }

    void edge(void const* part, Decimal const& value, Decimal const& limit)
    {
        if (auto const aspect = edgeOf(value, limit)) mark(part, *aspect);
    }

    void clause(TraceNode const& node)
    {
        if (node.clause != nullptr) {
            mark(node.clause, aspectOf(node.verdict));
            limits(node);
            for (auto const& length : lengthsOf(*node.clause))
                for (auto const aspect : dates_.aspectsOf(length, *node.clause))
                    mark(length.length, aspect);
            if (std::holds_alternative<rules::MedTest>(node.clause->test)) classes(node);
        }
        for (auto const& child : node.children) clause(child);
    }

    /// The result that a clause looked at: the newest of which it used every fact.
    [[nodiscard]] Result const* resultOf(TraceNode const& node, AnalyteId analyte) const
    {
        auto const isUsed = [&](FactId fact) {
            return !fact.known() || std::ranges::find(node.used, fact) != node.used.end();
        };
        for (auto const& result : chart_.results(analyte))
            if (result.usable && result.facts[0].known() &&
                std::ranges::all_of(result.facts, isUsed))
                return result.comparator == Comparator::None ? &result : nullptr;
        return nullptr;
    }

    void limits(TraceNode const& node)
    {
        if (auto const* renal = std::get_if<rules::RenalTest>(&node.clause->test))
            if (auto const* result = resultOf(node, seen_.rules_.known.egfr))
                edge(&renal->below, result->canonical, renal->below);
        auto const* lab = std::get_if<rules::LabTest>(&node.clause->test);
        if (lab == nullptr) return;
        auto const* result = resultOf(node, lab->scope.analyte);
        if (result == nullptr) return;
        auto const found = seen_.ruleOf_.find(node.clause);
        auto const* owner = found == seen_.ruleOf_.end() ? nullptr : found->second;
        for (auto const& comparison : lab->all) threshold(comparison.threshold, *result, owner);
        if (lab->outside) {
            threshold(lab->outside->first, *result, owner);
            threshold(lab->outside->second, *result, owner);
        }
        if (lab->belowReference) reference(*result, rules::Side::Low);
        if (lab->aboveReference) reference(*result, rules::Side::High);
    }

    void threshold(rules::Threshold const& threshold, Result const& result,
                   rules::Rule const* owner)
    {
        if (threshold.multiple) {
            auto const limit = rules::referenceLimit(
                chart_, result, threshold.ofUpper ? rules::Side::High : rules::Side::Low,
                isPopulation_);
            if (limit.known)
                edge(&*threshold.multiple, limit.asReported ? result.reported : result.canonical,
                     limit.value * *threshold.multiple);
            return;
        }
        if (!threshold.limit.empty()) return measure(threshold.limit, result);
        if (threshold.parameter < 0 || owner == nullptr) return;
        for (auto const& row :
             owner->parameters[static_cast<std::size_t>(threshold.parameter)].rows)
            if (!row.population.known() || isPopulation_(row.population) == rules::Verdict::Yes)
                return measure(row.limit, result);
    }

    void measure(terms::Limit const& limit, Result const& result)
    {
        auto const& measure = rules::alternativeFor(limit, result);
        auto const asReported = measure.ucum == result.ucum && !result.codeFactors;
        edge(&measure, asReported ? result.reported : result.canonical, measure.value);
    }

    void reference(Result const& result, rules::Side side)
    {
        auto const limit = rules::referenceLimit(chart_, result, side, isPopulation_);
        if (limit.known && limit.used.standard != nullptr)
            edge(limit.used.standard, limit.asReported ? result.reported : result.canonical,
                 limit.value);
    }

    /// How the medications of a true clause were found in their classes.
    void classes(TraceNode const& node)
    {
        if (node.verdict != rules::Verdict::Yes) return;
        for (auto const& part : chart_.medications()) {
            auto const& use = *part.match.use;
            if (std::ranges::find(node.used, use.id) == node.used.end()) continue;
            auto const aspect = wayTo(use);
            if (!aspect || part.classes == nullptr) continue;
            part.classes->forEach([&](SetId id) { mark(&chart_.terms().set(id), *aspect); });
        }
    }

    [[nodiscard]] std::optional<Aspect> wayTo(MedicationUse const& use) const
    {
        switch (use.matchedBy) {
        case MatchedBy::RxNorm: {
            auto const isIngredient = std::ranges::any_of(use.ingredients, [&](IngredientId id) {
                auto const& number = chart_.terms().ingredient(id).rxnorm;
                return std::ranges::find(use.codes, number, &Coding::code) != use.codes.end();
            });
            return isIngredient ? Aspect::ByIngredient : Aspect::ByProduct;
        }
        case MatchedBy::Atc:
            return Aspect::ByAtc;
        case MatchedBy::Name:
            return Aspect::ByName;
        case MatchedBy::None:
        case MatchedBy::Snomed:
        case MatchedBy::Map:
        case MatchedBy::Code:
        case MatchedBy::Phrase:
            break;
        }
        return std::nullopt;
    }

    void level(rules::Judgement const& judgement)
    {
        if (judgement.band < 0) return;
        auto const& band =
            seen_.rules_.rule(judgement.rule).bands[static_cast<std::size_t>(judgement.band)];
        mark(&band, Aspect::Chosen);
        for (auto const& other : band.worstOf) {
            auto const* asked = evaluation_.of(other);
            mark(&other, asked != nullptr && asked->firedAlone ? Aspect::True : Aspect::False);
        }
    }

    void texts(rules::Judgement const& judgement)
    {
        rules::Arena arena;
        auto const fired = rules::withShown(chart_, judgement, arena);
        auto const& card = fired.rule->card;
        for (auto const* text : {&card.summary, &card.findings, &card.why, &card.options})
            fields(fired, *text);
        for (std::size_t i = 0; i < card.also.size(); ++i)
            if (((judgement.saysAlso >> i) & 1U) != 0) fields(fired, card.also[i].say);
        for (std::size_t i = 0; i < fired.rule->suggest.size(); ++i)
            if (((judgement.offers >> i) & 1U) != 0) fields(fired, fired.rule->suggest[i].label);
    }

    void fields(rules::FiredRule const& fired, rules::Template const& text)
    {
        for (auto const& piece : text) {
            if (!piece.name.known() && piece.field != rules::Field::Onset) continue;
            rules::FilledText filled{rules::Writing::Plain};
            auto const written =
                rules::writeValue(filled, chart_, fired, piece.name, piece.field, false);
            mark(&piece, written ? Aspect::Filled : Aspect::Empty);
        }
    }

    Seen& seen_;
    rules::Evaluation& evaluation_;
    rules::Chart const& chart_;
    Dates dates_;
    rules::Evaluator evaluator_;
    rules::IsPopulation isPopulation_;
};

Seen::Seen(rules::RuleSet const& rules) : rules_{rules}
{
    for (auto const& rule : rules.rules)
        rules::forEachRoot(rule, [&](rules::RulePart, Condition const& root) {
            rules::forEachClause(root,
                                 [&](Condition const& clause) { ruleOf_.emplace(&clause, &rule); });
        });
}

void Seen::look(rules::Evaluation& evaluation) { Case{*this, evaluation}.look(); }

} // namespace tcds::cases
