#include "rules/cards/holds.hpp"

#include "cards_stage.hpp"
#include "rules/cards/news.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto days(int count) { return std::chrono::hours{24 * count}; }

std::vector<std::vector<std::string>> idsOf(Stage const& stage, std::vector<Card> const& cards)
{
    std::vector<std::vector<std::string>> ids;
    for (auto const& card : cards) ids.push_back(test::idsOf(stage, card));
    return ids;
}

// --- UX-8: the table "After feedback" of the clinical specification, section D
// --------------------

struct TableRow {
    char const* feedback; // "accepted", "" (overridden without a reason) or the code of a reason
    FeedbackHold info, warning, critical;
};

void PrintTo(TableRow const& row, std::ostream* out) { *out << row.feedback; }

constexpr FeedbackHold only(std::chrono::hours most) { return {most, false, false, false}; }
constexpr FeedbackHold orResult(std::chrono::hours most) { return {most, false, true, false}; }

class AfterFeedback : public testing::TestWithParam<TableRow>
{
};

TEST_P(AfterFeedback, LastsAsLongAsTheTableSays)
{
    auto const& row = GetParam();
    auto const accepted = std::string_view{row.feedback} == "accepted";
    auto const reason = accepted ? std::string_view{} : std::string_view{row.feedback};

    EXPECT_EQ(holdAfterFeedback(Level::Info, false, accepted, reason), row.info);
    EXPECT_EQ(holdAfterFeedback(Level::Warning, false, accepted, reason), row.warning);
    EXPECT_EQ(holdAfterFeedback(Level::Critical, false, accepted, reason), row.critical);
}

constexpr FeedbackHold kUntilChange{days(3650), false, false, true};

INSTANTIATE_TEST_SUITE_P(
    SectionD, AfterFeedback,
    testing::Values(
        TableRow{"accepted", only(days(30)), orResult(days(14)), orResult(24h)},
        TableRow{"", only(days(30)), only(days(7)), {24h, true, false, false}},
        TableRow{"addressed", only(days(30)), orResult(days(14)), orResult(24h)},
        TableRow{"lab-spurious", only(days(30)), orResult(days(14)), orResult(24h)},
        TableRow{"known-stable", only(days(180)), only(days(90)), only(24h)},
        TableRow{"benefit-outweighs", only(days(180)), only(days(90)), only(24h)},
        TableRow{"not-related", only(days(180)), only(days(90)), only(24h)},
        TableRow{"other-cause", only(days(180)), only(days(90)), only(24h)},
        TableRow{"wrong-data", kUntilChange, kUntilChange, kUntilChange},
        TableRow{"palliative", only(days(365)), only(days(365)), only(days(30))},
        // Reasons that the table does not name count as none.
        TableRow{"referral-made", only(days(30)), only(days(7)), {24h, true, false, false}},
        TableRow{"known-diagnosis", only(days(30)), only(days(7)), {24h, true, false, false}},
        TableRow{"of-another-list", only(days(30)), only(days(7)), {24h, true, false, false}}));

TEST(AfterFeedbackOnARedFlag, AnExplanationLastsOneEncounter)
{
    for (auto const* reason : {"not-related", "other-cause"})
        EXPECT_EQ(holdAfterFeedback(Level::Critical, true, false, reason),
                  (FeedbackHold{24h, true, false, false}));
    EXPECT_EQ(holdAfterFeedback(Level::Critical, true, false, "known-stable"), only(24h));
    EXPECT_EQ(holdAfterFeedback(Level::Warning, true, false, "not-related"), only(days(90)));
}

// --- Repeats (decision D18)
// -----------------------------------------------------------------------

TEST(AfterReturn, HoldsForTheEncounterOrADay)
{
    ReturnedCard card;
    card.level = Level::Warning;
    card.hasEncounter = true;
    EXPECT_EQ(holdAfterReturn(card, Hook::PatientView, days(30)), days(30));
    card.hasEncounter = false;
    EXPECT_EQ(holdAfterReturn(card, Hook::PatientView, days(30)), 24h);
}

TEST(AfterReturn, ACriticalCardComesAgainAfterFourHours)
{
    ReturnedCard card;
    card.level = Level::Critical;
    card.hasEncounter = true;
    EXPECT_EQ(holdAfterReturn(card, Hook::PatientView, days(30)), 4h);
}

TEST(AfterReturn, BesideOrdersACriticalOfAnotherGroupWasSeenInThisEncounter)
{
    ReturnedCard card;
    card.level = Level::Critical;
    card.hasEncounter = true;
    EXPECT_EQ(holdAfterReturn(card, Hook::OrderSelect, days(30)), days(30));
    EXPECT_EQ(holdAfterReturn(card, Hook::OrderSign, days(30)), days(30));
}

TEST(AfterReturn, AtSigningACriticalOrderCardIsSaidOnceMore)
{
    ReturnedCard card;
    card.level = Level::Critical;
    card.order = true;
    card.hasEncounter = true;
    card.hook = Hook::OrderSelect;
    EXPECT_EQ(holdAfterReturn(card, Hook::OrderSign, days(30)), 0h);
    EXPECT_EQ(holdAfterReturn(card, Hook::OrderSelect, days(30)), 4h);
    card.level = Level::Warning;
    EXPECT_EQ(holdAfterReturn(card, Hook::OrderSign, days(30)), days(30));
}

TEST(AfterReturn, ContextAloneIsSaidOnceInNinetyDays)
{
    ReturnedCard card;
    card.onlyContext = true;
    EXPECT_EQ(holdAfterReturn(card, Hook::PatientView, days(30)), days(90));
}

// --- Cards with `recent` facts
// --------------------------------------------------------------------

Recent recent(std::string what, std::string cluster, std::string rule, std::string level,
              Instant until = stageNow() + 1ms)
{
    return {"k1:key",           std::move(what), until,
            std::move(cluster), std::move(rule), std::move(level)};
}

/// Potassium at `level`, with a medicine that joins its card; magnesium at warning.
std::unique_ptr<Stage> lowPotassium(std::initializer_list<Recent> recents,
                                    Level level = Level::Warning)
{
    auto made = std::make_unique<Stage>(); // the evaluation refers to it: it stays where it is
    auto& stage = *made;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    auto& drug = stage.rule("MED-LOOP", Group::MED, "drug");
    Stage::name(drug, "d");
    drug.via = {stage.analyte("K")};
    stage.med("furosemide", "2026-01-11");
    stage.context.recent = recents;
    stage.begin();
    stage.fire("EL-K-LOW", level);
    stage.fire("EL-MG-LOW", Level::Info);
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});
    return made;
}

std::vector<std::vector<std::string>> shownWith(Recent const& fact, Level level = Level::Warning)
{
    auto const stage = lowPotassium({fact}, level);
    return idsOf(*stage, stage->cards());
}

auto const kBoth = ElementsAre(ElementsAre("EL-K-LOW", "MED-LOOP"), ElementsAre("EL-MG-LOW"));
auto const kWithoutPotassium = ElementsAre(ElementsAre("EL-MG-LOW"));

TEST(HeldBack, ACardThatWasReturnedIsNotReturnedAgain)
{
    EXPECT_THAT(shownWith(recent("returned", "K", "EL-K-LOW", "warning")), kWithoutPotassium);
}

TEST(HeldBack, OnlyUntilItsInstant)
{
    EXPECT_THAT(shownWith(recent("returned", "K", "EL-K-LOW", "warning", stageNow())), kBoth);
    EXPECT_THAT(shownWith(recent("palliative", "K", "", "warning", stageNow())), kBoth);
    EXPECT_THAT(shownWith(recent("palliative", "K", "", "warning", stageNow() + 1ms)),
                kWithoutPotassium);
}

TEST(HeldBack, AnotherLevelOrAnotherLeadIsAnotherCard)
{
    EXPECT_THAT(shownWith(recent("returned", "K", "EL-K-LOW", "info")), kBoth);
    EXPECT_THAT(shownWith(recent("returned", "K", "EL-K-LOW", "critical")), kBoth);
    EXPECT_THAT(shownWith(recent("returned", "K", "CMB-D-LOWK", "warning")), kBoth);
    EXPECT_THAT(shownWith(recent("returned", "MG", "EL-K-LOW", "warning")), kBoth);
}

TEST(HeldBack, AnAnswerHoldsTheClusterUpToItsLevel)
{
    auto const fact = recent("addressed", "K", "", "warning");
    EXPECT_THAT(shownWith(fact, Level::Info), kWithoutPotassium);
    EXPECT_THAT(shownWith(fact, Level::Warning), kWithoutPotassium);
    EXPECT_THAT(shownWith(fact, Level::Critical), kBoth) << "a level rise ends it";
}

TEST(HeldBack, TellsWhichRulesAndWhy)
{
    auto const stage = lowPotassium(
        {recent("returned", "MG", "EL-MG-LOW", "info"), recent("overridden", "K", "", "warning")});
    std::vector<HeldBack> held;

    auto const cards = compose(*stage->evaluation, {}, &held);

    EXPECT_THAT(cards, IsEmpty());
    ASSERT_THAT(held, SizeIs(3));
    EXPECT_EQ(held[0].rule, stage->index("EL-K-LOW"));
    EXPECT_EQ(held[0].why, "feedback");
    EXPECT_EQ(held[1].rule, stage->index("MED-LOOP"));
    EXPECT_EQ(held[1].why, "feedback");
    EXPECT_EQ(held[2].rule, stage->index("EL-MG-LOW"));
    EXPECT_EQ(held[2].why, "repeat");
}

TEST(HeldBack, AMergedCardIsShownWhenOneOfItsClustersWasNotAnswered)
{
    auto const merged = [](std::initializer_list<Recent> recents) {
        Stage stage;
        stage.rule("CMB-LOWK-LOWMG", Group::CMB, "K").merges = {0, 1};
        stage.rule("EL-MG-LOW", Group::EL, "MG");
        stage.context.recent = recents;
        stage.begin();
        stage.fire("CMB-LOWK-LOWMG", Level::Warning);
        stage.fire("EL-MG-LOW", Level::Warning);
        return stage.cards().size();
    };
    auto const potassium = recent("known-stable", "K", "", "warning");
    auto const magnesium = recent("known-stable", "MG", "", "warning");
    EXPECT_EQ(merged({potassium}), 1U);
    EXPECT_EQ(merged({magnesium}), 1U);
    EXPECT_EQ(merged({potassium, magnesium}), 0U);
}

TEST(HeldBack, ARedFlagHoldsBackNoOtherOne)
{
    Stage stage;
    stage.rule("RF-A", Group::RF, "RF");
    stage.rule("RF-B", Group::RF, "RF");
    stage.context.recent = {recent("other-cause", "RF", "RF-A", "critical")};
    stage.begin();
    stage.fire("RF-A", Level::Critical, Tier::Safety);
    stage.fire("RF-B", Level::Critical, Tier::Safety);

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("RF-B")));
}

TEST(HeldBack, MakesRoomForWhatWasNotSaidYet)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    stage.context.recent = {recent("returned", "K", "EL-K-LOW", "critical")};
    stage.begin();
    stage.fire("EL-K-LOW", Level::Critical);
    stage.fire("EL-MG-LOW", Level::Warning);
    CardPolicy one;
    one.maxCards = 1;

    // A critical card fills the limit and would leave magnesium unsaid for good.
    EXPECT_THAT(idsOf(stage, stage.cards(one)), ElementsAre(ElementsAre("EL-MG-LOW")));
}

TEST(HeldBack, ACompositeKeepsItsPartsApart)
{
    Stage stage;
    for (auto const* cluster : {"K", "MG", "CA", "THYROID"})
        stage.rule("EL-" + std::string{cluster}, Group::EL, cluster);
    stage.begin();
    for (auto const* cluster : {"K", "MG", "CA", "THYROID"})
        stage.fire("EL-" + std::string{cluster}, Level::Warning);

    auto const cards = stage.cards();

    ASSERT_THAT(cards, SizeIs(3));
    ASSERT_THAT(cards[2].parts, SizeIs(2));
    EXPECT_EQ(cards[2].parts[0].first, 0U);
    EXPECT_EQ(cards[2].parts[1].first, 1U);
    EXPECT_EQ(cards[2].parts[1].count, 1U);
    EXPECT_THAT(cards[0].parts, SizeIs(1));
}

TEST(HeldBack, ContextAloneIsNotSaidTwiceButJoinsAnotherCard)
{
    auto const shown = [](bool other) {
        Stage stage;
        stage.rule("CTX-A", Group::CTX, "CTX").place = Place::Alone;
        stage.rule("CTX-B", Group::CTX, "CTX").place = Place::Alone;
        stage.rule("EL-K-LOW", Group::EL, "K");
        stage.context.recent = {recent("returned", "CTX", "CTX-A", "info")};
        stage.begin();
        stage.fire("CTX-B", Level::Info);
        if (other) stage.fire("EL-K-LOW", Level::Info);
        return idsOf(stage, stage.cards());
    };
    EXPECT_THAT(shown(false), IsEmpty());
    EXPECT_THAT(shown(true), ElementsAre(ElementsAre("EL-K-LOW", "CTX-B")));
}

// --- What ends a hold early
// -----------------------------------------------------------------------

/// A chart with these potassium results, and whether it is news against what was seen of the first.
bool worse(std::string_view before, std::string_view after)
{
    auto const chart = [](std::initializer_list<std::string_view> values) {
        auto made = std::make_unique<Stage>();
        auto& stage = *made;
        stage.rule("EL-K-LOW", Group::EL, "K");
        int day = 28;
        for (auto const value : values)
            stage.lab("K", value, "mmol/L", "2026-01-" + std::to_string(day++) + "T08:00:00Z");
        stage.begin();
        stage.fire("EL-K-LOW", Level::Warning);
        return made;
    };
    auto const then = chart({before});
    auto const now = chart({before, after});
    auto const seen = seenOf(*then->evaluation, 0, then->index("EL-K-LOW"));
    return isNews(*now->evaluation, 0, seen, stageNow() - days(3));
}

TEST(News, APotassiumFurtherOutOfRangeByThreeTenths)
{
    EXPECT_TRUE(worse("3.2", "2.9"));
    EXPECT_FALSE(worse("3.2", "3.0")) << "0.2 lower";
    EXPECT_FALSE(worse("2.9", "3.3")) << "nearer to normal";
    EXPECT_FALSE(worse("4.5", "3.6")) << "still in range";
    EXPECT_TRUE(worse("5.2", "5.5"));
    EXPECT_TRUE(worse("3.2", "5.6")) << "out on the other side";
}

TEST(News, ANewerResultWithoutTheOldOneToCompareWith)
{
    Stage then;
    then.rule("EL-K-LOW", Group::EL, "K");
    then.lab("K", "3.2", "mmol/L", "2026-01-28T08:00:00Z");
    then.begin();
    then.fire("EL-K-LOW", Level::Warning);
    auto const seen = seenOf(*then.evaluation, 0, then.index("EL-K-LOW"));
    Stage now;
    now.rule("EL-K-LOW", Group::EL, "K");
    now.lab("K", "3.2", "mmol/L", "2026-01-30T08:00:00Z");
    now.begin();
    now.fire("EL-K-LOW", Level::Warning);

    EXPECT_TRUE(isNews(*now.evaluation, 0, seen, stageNow() - days(3)));
    EXPECT_TRUE(hasNewResult(*now.evaluation, seen));
    EXPECT_FALSE(hasNewResult(*then.evaluation, seen));
}

TEST(News, ACausalDrugThatWasNotThere)
{
    auto const stage = lowPotassium({});
    auto seen = seenOf(*stage->evaluation, 0, stage->index("EL-K-LOW"));
    ASSERT_THAT(seen.drugs, ElementsAre("furosemide"));
    EXPECT_FALSE(isNews(*stage->evaluation, 0, seen, stageNow() - days(3)));
    seen.drugs = {"prednisone"};
    EXPECT_TRUE(isNews(*stage->evaluation, 0, seen, stageNow() - days(3)));
}

TEST(News, ADrugOfAnotherClusterIsNone)
{
    auto const stage = lowPotassium({});
    EXPECT_THAT(seenOf(*stage->evaluation, 1, stage->index("EL-MG-LOW")).drugs, IsEmpty());
}

TEST(News, ADoseRiseSinceThen)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    auto& drug = stage.rule("MED-LOOP", Group::MED, "drug");
    Stage::name(drug, "d");
    drug.via = {stage.analyte("K")};
    stage.med("furosemide", "2025-12-11").dailyDose = Quantity{Decimal{40, 0}, "mg"};
    stage.med("furosemide", "2026-01-20").dailyDose = Quantity{Decimal{80, 0}, "mg"};
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});
    auto const seen = seenOf(*stage.evaluation, 0, stage.index("EL-K-LOW"));

    EXPECT_TRUE(isNews(*stage.evaluation, 0, seen, stageNow() - days(20)));
    EXPECT_FALSE(isNews(*stage.evaluation, 0, seen, stageNow() - days(3)));
}

TEST(News, ARedFlagThatWasNotThere)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("RF-A", Group::RF, "RF");
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    stage.fire("RF-A", Level::Critical);
    auto seen = seenOf(*stage.evaluation, 0, stage.index("EL-K-LOW"));
    EXPECT_FALSE(isNews(*stage.evaluation, 0, seen, stageNow()));
    seen.redFlags.clear();
    EXPECT_TRUE(isNews(*stage.evaluation, 0, seen, stageNow()));
}

} // namespace
} // namespace tcds::rules::test
