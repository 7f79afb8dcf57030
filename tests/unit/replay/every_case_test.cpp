#include "rules/cards/holds.hpp"
#include "server/replay/difference.hpp"
#include "tests/unit/replay/stage.hpp"

#include <array>

// What a record holds is enough to decide again, byte for byte: every case of the shipped rules,
// under settings that go round.

namespace tcds::replay::test {
namespace {

/// A card of the answer as it would hold back the next one.
std::vector<Recent> recentOf(app::Decision const& decision, std::size_t i)
{
    constexpr std::array kWhats{"returned", "accepted", "known-stable", "overridden"};
    if (decision.cards.empty() || !decision.cards.front().lead.known()) return {};
    auto const& card = decision.cards.front();
    auto const& set = *shippedRules();
    auto const& lead = set.rule(card.lead);
    std::string const what = kWhats[i % kWhats.size()];
    std::vector<Recent> recents;
    for (auto const& about : rules::clustersOf(set, card.rules))
        recents.push_back({"k26q1:LcGEPmFtz7RCuJxwpj9ttw", what,
                           decision.context->asOf + std::chrono::hours{1},
                           set.clusters[about.cluster].name, what == "returned" ? lead.id : "",
                           std::string{rules::toText(about.level)}});
    return recents;
}

/// "" when the replay of a decision is the decision, else what differs.
std::string differs(Stage& stage, app::Decision const& decision, How const& how)
{
    auto const line = stage.line(decision, how);
    auto const recorded = readDecision(line);
    if (!recorded) return toText(recorded.error());
    auto const replay = stage.replayer().again(*recorded);
    if (auto const* const no = std::get_if<NotReplayable>(&replay)) return toText(no->why) + line;
    auto const& replayed = std::get<Replayed>(replay);
    if (replayed.refused) return toText(*replayed.refused);
    auto const difference = differenceOf(recorded->decided, replayed.now);
    if (!difference.none()) return toText(difference) + line;
    // Not by way of the reader of records: the very bytes.
    for (std::size_t i = 0; i < decision.written.size(); ++i)
        if (decision.written[i].masked != replayed.decision.written.at(i).masked)
            return replayed.decision.written[i].masked;
    return {};
}

TEST(Replay, OfEveryCaseOfTheRulesIsTheDecisionByteByByte)
{
    Stage stage;
    std::size_t decided = 0, withCards = 0, heldBack = 0, failures = 0;
    for (auto const& test : shippedCases()) {
        auto how = howOf(decided++);
        auto decision = stage.decide(test, how);
        if (!decision) continue; // refused: there is no record of a decision
        SCOPED_TRACE(test.where);
        auto said = differs(stage, *decision, how);
        if (said.empty() && decided % 4 == 0) {
            how.recent = recentOf(*decision, decided);
            heldBack += how.recent.empty() ? 0 : 1;
            decision = stage.decide(test, how);
            ASSERT_TRUE(decision);
            said = differs(stage, *decision, how);
        }
        withCards += decision->cards.empty() ? 0 : 1;
        EXPECT_EQ(said, "");
        if (!said.empty() && ++failures == 5) FAIL() << "more are not shown";
    }

    EXPECT_GT(decided, 5000U);
    EXPECT_GT(withCards, 1500U);
    EXPECT_GT(heldBack, 200U);
}

} // namespace
} // namespace tcds::replay::test
