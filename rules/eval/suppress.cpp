#include "rules/eval/suppress.hpp"

#include "rules/eval/medications.hpp"
#include "rules/eval/rank.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::vector<Judgement*> firedByRank(Evaluation& evaluation)
{
    std::vector<Judgement*> fired;
    for (auto& judgement : evaluation.judged)
        if (judgement.outcome == Outcome::Fired) fired.push_back(&judgement);
    std::ranges::sort(fired, [&](Judgement const* a, Judgement const* b) {
        return ranksBefore(evaluation.chart.rules(), *a, *b);
    });
    return fired;
}

void close(Judgement& judgement, std::string_view why, Subject what)
{
    judgement.outcome = Outcome::Suppressed;
    judgement.why = why;
    judgement.what = what;
}

void byOtherRules(Evaluation& evaluation)
{
    auto const& rules = evaluation.chart.rules();
    for (auto* stronger : firedByRank(evaluation)) {
        if (stronger->outcome != Outcome::Fired) continue; // suppressed further up the chain
        auto const& rule = rules.rule(stronger->rule);
        for (auto const target : rule.suppresses) {
            auto* weaker = evaluation.byRule[target.index()];
            if (weaker == nullptr || weaker->outcome != Outcome::Fired) continue;
            if (rules.rule(target).group == Group::RF || weaker->level > stronger->level) continue;
            close(*weaker, "rule", rule.id);
        }
    }
}

bool isDrafted(PatientContext const& context, IngredientId ingredient)
{
    return std::ranges::any_of(context.medications, [&](MedicationUse const& use) {
        return isDraft(use) &&
               std::ranges::find(use.ingredients, ingredient) != use.ingredients.end();
    });
}

/// A combination stays when one of its active drugs is also among the drafts (decision D23).
bool bindsADraftedDrug(PatientContext const& context, Judgement const& judgement)
{
    for (auto const& binding : judgement.bound)
        for (auto const& match : binding.meds)
            if (match.ingredient.known() && isDrafted(context, match.ingredient)) return true;
    return false;
}

void byHook(Evaluation& evaluation)
{
    auto const& context = evaluation.chart.context();
    auto const& rules = evaluation.chart.rules();
    if (rules.hookShows[static_cast<std::size_t>(context.hook)] != HookShows::Orders) return;
    for (auto& judgement : evaluation.judged) {
        if (judgement.outcome != Outcome::Fired) continue;
        auto const group = rules.rule(judgement.rule).group;
        auto const stays = group == Group::ORD || judgement.level == Level::Critical ||
                           (group == Group::CMB && bindsADraftedDrug(context, judgement));
        if (!stays) close(judgement, "hook", {});
    }
}

/// True when a draft of the class is in the session, selected or not.
bool drafted(Evaluation const& evaluation, SetId drugClass)
{
    MedTest test;
    test.classes = {drugClass};
    test.states = static_cast<std::uint8_t>(MedState::Draft);
    test.allDrafts = true;
    std::pmr::vector<UseAnswer> answers;
    askAll(evaluation.chart, test, std::nullopt, answers);
    return std::ranges::any_of(
        answers, [](UseAnswer const& use) { return use.answer.verdict == Verdict::Yes; });
}

void byTreatingDrafts(Evaluation& evaluation)
{
    if (!isOrderHook(evaluation.chart.context().hook)) return;
    auto const& rules = evaluation.chart.rules();
    for (auto& judgement : evaluation.judged) {
        auto const& rule = rules.rule(judgement.rule);
        auto const open = judgement.outcome == Outcome::Fired && rule.group != Group::RF;
        if (!open || rule.treatedBy.empty()) continue;
        auto const isDraft = [&](SetId drugClass) { return drafted(evaluation, drugClass); };
        auto const treated = rule.treatedByAll ? std::ranges::all_of(rule.treatedBy, isDraft)
                                               : std::ranges::any_of(rule.treatedBy, isDraft);
        if (treated) close(judgement, "draft-treats", {});
    }
}

} // namespace

void suppress(Evaluation& evaluation)
{
    byOtherRules(evaluation);
    byHook(evaluation);
    byTreatingDrafts(evaluation);
}

} // namespace tcds::rules
