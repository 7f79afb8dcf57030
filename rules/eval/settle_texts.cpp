#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::size_t kMostTexts = 64; // bits of Judgement::saysAlso and Judgement::offers

} // namespace

void Evaluator::settleTexts(Judgement& judgement)
{
    auto const& rule = rules_.rule(judgement.rule);
    Scope const scope{&rule, &judgement, nullptr};
    auto const settle = [&](auto const& entries) {
        std::uint64_t holding = 0;
        for (std::size_t i = 0; i < std::min(entries.size(), kMostTexts); ++i) {
            auto const& when = entries[i].when;
            if (!when || ask(*when, scope, nullptr).verdict == Verdict::Yes)
                holding |= std::uint64_t{1} << i;
        }
        return holding;
    };
    judgement.saysAlso = settle(rule.card.also);
    judgement.offers = settle(rule.suggest);
}

} // namespace tcds::rules
