#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::size_t distinctIngredients(std::pmr::vector<UseAnswer> const& answers, Verdict atLeast)
{
    std::vector<IngredientId> seen;
    std::size_t nameless = 0; // classes matched by code alone: one each
    for (auto const& use : answers) {
        if (use.answer.verdict < atLeast) continue;
        if (!use.match.ingredient.known())
            ++nameless;
        else if (std::ranges::find(seen, use.match.ingredient) == seen.end())
            seen.push_back(use.match.ingredient);
    }
    return seen.size() + nameless;
}

} // namespace

std::optional<Instant> Evaluator::startedAfterOf(MedTest const& test, Scope const& scope) const
{
    auto const* result = bound(scope, test.startedAfter);
    if (result == nullptr || result->result == nullptr) return std::nullopt;
    return result->result->at;
}

Answer Evaluator::on(MedTest const& test, Slot as, Scope const& scope, TraceNode* trace)
{
    auto const after = startedAfterOf(test, scope);
    if (test.startedAfter.known() && !after) return Answer::unknown(Reason::Unbound, {});
    std::pmr::vector<UseAnswer> answers{&evaluation_.arena};
    askAll(chart_, test, after, answers);

    for (auto const& use : answers) {
        if (use.answer.verdict == Verdict::Yes)
            this->use(scope, use.match.use->id);
        else if (trace != nullptr)
            note(trace, std::string{chart_.nameOf(use.match)} + ": " +
                            std::string{toText(use.answer.reason)});
    }
    if (distinctIngredients(answers, Verdict::Yes) >= test.minCount) {
        if (auto* binding = bind(scope, as)) {
            binding->kind = Binding::Kind::Medications;
            for (auto const& use : answers)
                if (use.answer.verdict == Verdict::Yes) binding->meds.push_back(use.match);
        }
        return Answer::yes();
    }
    if (distinctIngredients(answers, Verdict::Unknown) >= test.minCount) {
        auto const unknown = std::ranges::find(
            answers, Verdict::Unknown, [](UseAnswer const& use) { return use.answer.verdict; });
        return Answer::unknown(unknown->answer.reason, unknown->answer.what);
    }
    return absence(chart_, test);
}

} // namespace tcds::rules
