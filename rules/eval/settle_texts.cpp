#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::size_t kMostTexts = 64; // bits of Judgement::saysAlso and Judgement::offers

} // namespace

void Evaluator::settleTexts(Judgement& judgement)
{
    auto const& rule = rules_.rule(judgement.rule);
    std::pmr::vector<FactId> noted{&evaluation_.arena}; // for the trace alone
    Scope const scope{&rule, &judgement, options_.trace ? &noted : nullptr};
    auto const traced = std::ranges::find(evaluation_.traces, judgement.rule, &RuleTrace::rule);
    auto* const trace = traced == evaluation_.traces.end() ? nullptr : &*traced;
    auto const settle = [&](std::string_view part, auto const& entries) {
        std::uint64_t holding = 0;
        for (std::size_t i = 0; i < std::min(entries.size(), kMostTexts); ++i) {
            auto const& when = entries[i].when;
            if (!when || askPart(part, *when, scope, trace).verdict == Verdict::Yes)
                holding |= std::uint64_t{1} << i;
        }
        return holding;
    };
    judgement.saysAlso = settle("also", rule.card.also);
    judgement.offers = settle("suggest", rule.suggest);
}

} // namespace tcds::rules
