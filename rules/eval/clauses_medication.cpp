#include "rules/eval/evaluator.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

/// A drug counts once, however often it is listed; one that only its class is known of for itself.
std::size_t distinctIngredients(std::span<UseAnswer const> answers, Verdict atLeast)
{
    std::size_t distinct = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i].answer.verdict < atLeast) continue;
        auto const ingredient = answers[i].match.ingredient;
        auto const counted =
            ingredient.known() &&
            std::ranges::any_of(answers.first(i), [&](UseAnswer const& earlier) {
                return earlier.answer.verdict >= atLeast && earlier.match.ingredient == ingredient;
            });
        if (!counted) ++distinct;
    }
    return distinct;
}

/// Why a medication of the class does not count, for the trace: what is unknown, else its state; an
/// active one fails by its route or its dates.
std::string rejection(UseAnswer const& use)
{
    static constexpr std::array<std::string_view, 10> kStates{
        "active, but not as asked for", "stopped",   "on hold", "draft",  "given",
        "planned",                      "not taken", "cancelled", "future", "state unknown"};
    if (use.answer.reason != Reason::None) return std::string{toText(use.answer.reason)};
    return std::string{kStates[static_cast<std::size_t>(use.match.use->state)]};
}

} // namespace

std::optional<Instant> Evaluator::startedAfterOf(MedTest const& test, Scope const& scope) const
{
    auto const* result = bound(scope, test.startedAfter);
    if (result == nullptr || result->result == nullptr) return std::nullopt;
    return result->result->at;
}

void Evaluator::noteRejected(MedTest const& test, std::optional<Instant> const& after,
                             TraceNode* trace)
{
    std::pmr::vector<UseAnswer> rejected{&evaluation_.arena};
    askRejected(chart_, test, after, rejected);
    for (auto const& use : rejected)
        note(trace, "rejected " + std::string{chart_.nameOf(use.match)} + ": " + rejection(use));
}

Answer Evaluator::on(MedTest const& test, Slot as, Scope const& scope, TraceNode* trace)
{
    auto const after = startedAfterOf(test, scope);
    if (test.startedAfter.known() && !after) return Answer::unknown(Reason::Unbound, {});
    std::pmr::vector<UseAnswer> answers{&evaluation_.arena};
    askAll(chart_, test, after, answers);
    if (trace != nullptr) noteRejected(test, after, trace);

    for (auto const& use : answers) {
        if (use.answer.verdict == Verdict::Yes)
            this->use(scope, use.match.use->id);
        else if (trace != nullptr)
            note(trace, "rejected " + std::string{chart_.nameOf(use.match)} + ": " + rejection(use));
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
