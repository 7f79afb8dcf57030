#pragma once

#include "fhir/terms/terminology.hpp"
#include "rules/cards/card.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A stage for cards: a small terminology, rules made by hand and judgements that say what fired, so
// that texts, merging and ranking are tested without the evaluator.

namespace tcds::rules::test {

/// 2026-01-31T08:00:00Z: "now" of every card here.
Instant stageNow();

class Stage
{
public:
    Stage();

    // --- Before begin(): rules and the chart ---------------------------------------------------

    /// A rule of a group in a cluster (K, MG, CA, THYROID, LI, drug, RF, CTX), version 1.0.0, with
    /// plain texts that name its id. The reference holds until the next rule is added.
    Rule& rule(std::string id, Group group, std::string_view cluster);
    /// Gives a rule a name and tells its slot; the same name keeps its slot.
    static Slot name(Rule& rule, std::string_view name);
    /// `{name.field}` and `{name.field|words}` become fields, the rest the author's words.
    static Template text(Rule& rule, std::string_view authored);

    MedicationUse& med(std::string_view ingredient, std::string_view start);
    LabResult& lab(std::string_view analyte, std::string_view value, std::string_view unit,
                   std::string_view taken);
    Finding& finding(std::string_view set, std::string_view system, std::string_view code,
                     std::string_view at);
    Problem& problem(std::string_view set, std::string_view system, std::string_view code,
                     std::string_view recorded);
    OrderFact& order(std::string_view loinc, std::string_view authored);
    void source(std::string_view key, SourceStatus status);

    /// Sorts the rules and opens the evaluation: the chart is read here.
    void begin();

    // --- After begin(): what fired -------------------------------------------------------------

    Judgement& fire(std::string_view id, Level level, Tier tier = Tier::Possible);
    /// Binds the newest usable result of an analyte.
    static Binding& bindResult(Judgement& judgement, Stage& stage, std::string_view name,
                               std::string_view analyte);
    /// Binds every use of these ingredients.
    static Binding& bindMeds(Judgement& judgement, Stage& stage, std::string_view name,
                             std::initializer_list<std::string_view> ingredients);
    static Binding& bindFacts(Judgement& judgement, Stage& stage, std::string_view name,
                              std::initializer_list<FactId> facts);
    [[nodiscard]] RuleIndex index(std::string_view id) const;
    /// Makes `id` ask for other rules, as a combination asks for its parts.
    void refer(std::string_view id, std::initializer_list<std::string_view> others);

    [[nodiscard]] std::vector<Card> cards(CardPolicy const& policy = {}) const;

    [[nodiscard]] terms::Terminology const& terms() const { return *set.terms; }
    [[nodiscard]] AnalyteId analyte(std::string_view key) const;
    [[nodiscard]] SetId setNamed(std::string_view name) const;

    RuleSet set;
    PatientContext context;
    std::unique_ptr<Evaluation> evaluation;

private:
    FactId nextFact();
};

/// The ids of a card's rules, lead first.
std::vector<std::string> idsOf(Stage const& stage, Card const& card);

} // namespace tcds::rules::test
