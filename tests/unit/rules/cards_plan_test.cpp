#include "cards_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// The rules of each card.
std::vector<std::vector<std::string>> idsOf(Stage const& stage, std::vector<Card> const& cards)
{
    std::vector<std::vector<std::string>> ids;
    for (auto const& card : cards) ids.push_back(test::idsOf(stage, card));
    return ids;
}

Rule& withDrug(Rule& rule, Stage const& stage, std::initializer_list<std::string_view> via)
{
    Stage::name(rule, "d");
    for (auto const key : via) rule.via.push_back(stage.analyte(key));
    return rule;
}

TEST(Merging, RulesOfOneClusterShareACard)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("CMB-D-LOWK", Group::CMB, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning, Tier::Probable);
    stage.fire("CMB-D-LOWK", Level::Warning, Tier::Probable);
    stage.fire("EL-MG-LOW", Level::Info);

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("CMB-D-LOWK", "EL-K-LOW"), ElementsAre("EL-MG-LOW")));
}

TEST(Merging, ACombinationLeadsEvenBeforeAHigherPart)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("CMB-D-LOWK", Group::CMB, "K");
    stage.begin();
    stage.refer("CMB-D-LOWK", {"EL-K-LOW"});
    stage.fire("EL-K-LOW", Level::Critical);
    stage.fire("CMB-D-LOWK", Level::Warning);

    auto const cards = stage.cards();

    ASSERT_THAT(idsOf(stage, cards), ElementsAre(ElementsAre("CMB-D-LOWK", "EL-K-LOW")));
    EXPECT_EQ(cards[0].level, Level::Critical);
    EXPECT_EQ(cards[0].summary, "Summary of CMB-D-LOWK");
}

TEST(Merging, MergesJoinsClusters)
{
    Stage stage;
    stage.rule("CMB-LOWK-LOWMG", Group::CMB, "K").merges = {0, 1};
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    stage.begin();
    stage.fire("CMB-LOWK-LOWMG", Level::Warning);
    stage.fire("EL-K-LOW", Level::Warning);
    stage.fire("EL-MG-LOW", Level::Warning);

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("CMB-LOWK-LOWMG", "EL-K-LOW", "EL-MG-LOW")));
}

TEST(Merging, EachRedFlagHasACardOfItsOwn)
{
    Stage stage;
    stage.rule("RF-A", Group::RF, "RF");
    stage.rule("RF-B", Group::RF, "RF");
    stage.begin();
    stage.fire("RF-A", Level::Warning, Tier::Safety);
    stage.fire("RF-B", Level::Warning, Tier::Safety);

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("RF-A"), ElementsAre("RF-B")));
}

TEST(Merging, ADrugJoinsTheHighestCardOfAnAnalyteItBearsOn)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    withDrug(stage.rule("MED-LOOP", Group::MED, "drug"), stage, {"MG", "K"});
    withDrug(stage.rule("MED-PPI", Group::MED, "drug"), stage, {});
    stage.med("furosemide", "2026-01-11");
    stage.med("omeprazole", "2025-01-11");
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    stage.fire("EL-MG-LOW", Level::Info);
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("MED-PPI", Level::Info), stage, "d", {"omeprazole"});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("EL-K-LOW", "MED-LOOP"), ElementsAre("EL-MG-LOW"),
                            ElementsAre("MED-PPI")));
}

TEST(Merging, WithoutAFindingTheDrugStaysOnTheDrugCard)
{
    Stage stage;
    stage.rule("ORD-X", Group::ORD, "K");
    withDrug(stage.rule("MED-LOOP", Group::MED, "drug"), stage, {"K"});
    stage.med("furosemide", "2026-01-11");
    stage.begin();
    stage.fire("ORD-X", Level::Info);
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("ORD-X"), ElementsAre("MED-LOOP")));
}

TEST(Merging, AnInfoCardWhoseDrugStandsOnAHigherOneBecomesALineThere)
{
    Stage stage;
    Stage::name(stage.rule("CMB-D-LOWK", Group::CMB, "K"), "d");
    Stage::name(stage.rule("EL-CA-LOW", Group::EL, "CA"), "d");
    Stage::name(stage.rule("EL-THYRO", Group::EL, "THYROID"), "d");
    stage.med("furosemide", "2026-01-11");
    stage.med("omeprazole", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("CMB-D-LOWK", Level::Warning), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("EL-CA-LOW", Level::Info), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("EL-THYRO", Level::Info), stage, "d", {"omeprazole"});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("CMB-D-LOWK", "EL-CA-LOW"), ElementsAre("EL-THYRO")));
}

TEST(Merging, AWarningIsNeverALineOfAnotherCard)
{
    Stage stage;
    Stage::name(stage.rule("CMB-D-LOWK", Group::CMB, "K"), "d");
    Stage::name(stage.rule("EL-CA-LOW", Group::EL, "CA"), "d");
    stage.med("furosemide", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("CMB-D-LOWK", Level::Critical), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("EL-CA-LOW", Level::Warning), stage, "d", {"furosemide"});

    EXPECT_THAT(stage.cards(), SizeIs(2));
}

TEST(Merging, OfTheDrugCardOnlyTheSharedDrugMoves)
{
    Stage stage;
    Stage::name(stage.rule("CMB-LI", Group::CMB, "LI"), "d");
    withDrug(stage.rule("MED-LOOP", Group::MED, "drug"), stage, {});
    withDrug(stage.rule("MED-PPI", Group::MED, "drug"), stage, {});
    stage.med("furosemide", "2026-01-11");
    stage.med("omeprazole", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("CMB-LI", Level::Warning), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("MED-PPI", Level::Info), stage, "d", {"omeprazole"});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("CMB-LI", "MED-LOOP"), ElementsAre("MED-PPI")));
}

/// Decision D56: the loop diuretic leaves the drug card, the line about its tests follows it.
TEST(Lines, MissingTestsFollowTheirDrug)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    withDrug(stage.rule("MED-LOOP", Group::MED, "drug"), stage, {"K"});
    auto& line = stage.rule("WU-LABS-MISSING", Group::WU, "drug");
    line.place = Place::Line;
    Stage::name(line, "v");
    stage.med("furosemide", "2026-01-11");
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    Stage::bindMeds(stage.fire("MED-LOOP", Level::Info), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("WU-LABS-MISSING", Level::Info, Tier::None), stage, "v",
                    {"furosemide"})
        .kind = Binding::Kind::Missing;

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("EL-K-LOW", "MED-LOOP", "WU-LABS-MISSING")));
}

TEST(Lines, JoinTheCardOfTheirClusterFirst)
{
    Stage stage;
    Stage::name(stage.rule("EL-K-LOW", Group::EL, "K"), "d");
    withDrug(stage.rule("MED-PPI", Group::MED, "drug"), stage, {});
    auto& line = stage.rule("WU-LABS-MISSING", Group::WU, "drug");
    line.place = Place::Line;
    Stage::name(line, "v");
    stage.med("furosemide", "2026-01-11");
    stage.med("omeprazole", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("EL-K-LOW", Level::Warning), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("MED-PPI", Level::Info), stage, "d", {"omeprazole"});
    Stage::bindMeds(stage.fire("WU-LABS-MISSING", Level::Info), stage, "v", {"furosemide"});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("EL-K-LOW"), ElementsAre("MED-PPI", "WU-LABS-MISSING")));
}

/// A line stays one also where it ranks first: MED-A comes before MED-B by its id.
TEST(Lines, LeadNoCard)
{
    Stage stage;
    stage.rule("MED-A", Group::MED, "drug").place = Place::Line;
    stage.rule("MED-B", Group::MED, "drug");
    stage.begin();
    stage.fire("MED-A", Level::Info);
    stage.fire("MED-B", Level::Info);

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("MED-B", "MED-A")));
}

TEST(Lines, WithoutACardToFollowTheyMakeNone)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("WU-LABS-MISSING", Group::WU, "drug").place = Place::Line;
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    stage.fire("WU-LABS-MISSING", Level::Info);

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("EL-K-LOW")));
}

TEST(DrugCard, NamesFourAndCountsTheRest)
{
    Stage stage;
    for (auto const* id : {"MED-A", "MED-B", "MED-C", "MED-D", "MED-E", "MED-F"})
        stage.rule(id, Group::MED, "drug");
    stage.begin();
    for (auto const* id : {"MED-A", "MED-B", "MED-C", "MED-D", "MED-E"})
        stage.fire(id, Level::Info);
    stage.fire("MED-F", Level::Info, Tier::Probable); // the highest tier is named first

    auto const cards = stage.cards();

    ASSERT_THAT(idsOf(stage, cards),
                ElementsAre(ElementsAre("MED-F", "MED-A", "MED-B", "MED-C", "MED-D", "MED-E")));
    EXPECT_THAT(cards[0].detail, HasSubstr("- Finding of MED-C.\n- And 2 other medicines."));
}

TEST(Context, IsALineOfTheLastCardAtMostTwice)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.rule("EL-MG-LOW", Group::EL, "MG");
    for (auto const* id : {"CTX-A", "CTX-B", "CTX-C"})
        stage.rule(id, Group::CTX, "CTX").place = Place::Alone;
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);
    stage.fire("EL-MG-LOW", Level::Info);
    for (auto const* id : {"CTX-A", "CTX-B", "CTX-C"}) stage.fire(id, Level::Info);

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("EL-K-LOW"), ElementsAre("EL-MG-LOW", "CTX-A", "CTX-B")));
}

TEST(Context, AloneIsOneInfoCard)
{
    Stage stage;
    for (auto const* id : {"CTX-A", "CTX-B", "CTX-C"})
        stage.rule(id, Group::CTX, "CTX").place = Place::Alone;
    stage.begin();
    for (auto const* id : {"CTX-A", "CTX-B", "CTX-C"}) stage.fire(id, Level::Info);

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("CTX-A", "CTX-B")));
}

// --- Order (decision D24) ----------------------------------------------------------------------

TEST(Order, LevelThenGroupThenTierThenDataThenId)
{
    struct Row {
        char const* claim;
        Group groupA;
        Level levelA;
        Tier tierA;
        int dayA;
        Group groupB;
        Level levelB;
        Tier tierB;
        int dayB;
    };
    using enum Level;
    for (auto const& row : {
             Row{"level", Group::WU, Critical, Tier::None, 1, Group::RF, Warning, Tier::Safety, 9},
             Row{"group", Group::RF, Info, Tier::Possible, 1, Group::ORD, Info, Tier::Safety, 9},
             Row{"order before combination", Group::ORD, Info, Tier::Possible, 1, Group::CMB, Info,
                 Tier::Definite, 9},
             Row{"combination before analyte", Group::CMB, Info, Tier::Possible, 1, Group::EL, Info,
                 Tier::Definite, 9},
             Row{"tier", Group::EL, Info, Tier::Definite, 1, Group::EL, Info, Tier::Probable, 9},
             Row{"newest data", Group::EL, Info, Tier::Probable, 9, Group::EL, Info, Tier::Probable,
                 1},
             Row{"rule id", Group::EL, Info, Tier::Probable, 5, Group::EL, Info, Tier::Probable, 5},
         }) {
        SCOPED_TRACE(row.claim);
        Stage stage;
        stage.rule("A-FIRST", row.groupA, "K");
        stage.rule("B-SECOND", row.groupB, "MG");
        stage.begin();
        stage.fire("B-SECOND", row.levelB, row.tierB).newestData =
            stageNow() - Duration{30 - row.dayB, Duration::Unit::Day};
        stage.fire("A-FIRST", row.levelA, row.tierA).newestData =
            stageNow() - Duration{30 - row.dayA, Duration::Unit::Day};

        EXPECT_THAT(idsOf(stage, stage.cards()),
                    ElementsAre(ElementsAre("A-FIRST"), ElementsAre("B-SECOND")));
    }
}

// --- The limit ---------------------------------------------------------------------------------

/// Five clusters at these levels: EL-1 ... EL-5.
Stage& five(Stage& stage, std::array<Level, 5> const& levels)
{
    constexpr std::array kClusters{"K", "MG", "CA", "THYROID", "LI"};
    for (std::size_t i = 0; i < 5; ++i)
        stage.rule("EL-" + std::to_string(i + 1), Group::EL, kClusters[i]);
    stage.begin();
    for (std::size_t i = 0; i < 5; ++i) stage.fire("EL-" + std::to_string(i + 1), levels[i]);
    return stage;
}

TEST(Limit, TheLastCardBecomesTheComposite)
{
    using enum Level;
    Stage stage;
    five(stage, {Warning, Warning, Info, Info, Info});

    auto const cards = stage.cards();

    EXPECT_THAT(idsOf(stage, cards), ElementsAre(ElementsAre("EL-1"), ElementsAre("EL-2"),
                                                 ElementsAre("EL-3", "EL-4", "EL-5")));
    EXPECT_EQ(cards[2].summary, "Other possible contributors (3): Calcium, Thyroid, Lithium");
    EXPECT_THAT(cards[2].detail,
                HasSubstr("- Finding of EL-3.\n- Finding of EL-4.\n- Finding of EL-5."));
}

TEST(Limit, ThreeCardsNeedNoComposite)
{
    Stage stage;
    for (auto const* cluster : {"K", "MG", "CA"})
        stage.rule(std::string{"EL-"} + cluster, Group::EL, cluster);
    stage.begin();
    for (auto const* id : {"EL-K", "EL-MG", "EL-CA"}) stage.fire(id, Level::Info);

    EXPECT_THAT(stage.cards(), SizeIs(3));
}

TEST(Limit, CriticalsBeyondItAreAllShownAndNothingElse)
{
    using enum Level;
    Stage stage;
    five(stage, {Critical, Critical, Critical, Critical, Info});

    EXPECT_THAT(idsOf(stage, stage.cards()), ElementsAre(ElementsAre("EL-1"), ElementsAre("EL-2"),
                                                         ElementsAre("EL-3"), ElementsAre("EL-4")));
}

TEST(Limit, CriticalsThatFillItAreNotMadeAComposite)
{
    using enum Level;
    Stage stage;
    five(stage, {Critical, Critical, Critical, Info, Info});

    EXPECT_THAT(idsOf(stage, stage.cards()),
                ElementsAre(ElementsAre("EL-1"), ElementsAre("EL-2"), ElementsAre("EL-3")));
}

TEST(Limit, OfOneKeepsTheFirstCardAndTakesTheOthersIn)
{
    using enum Level;
    Stage stage;
    five(stage, {Warning, Info, Info, Info, Info});
    CardPolicy policy;
    policy.maxCards = 1;

    auto const cards = stage.cards(policy);

    ASSERT_THAT(cards, SizeIs(1));
    EXPECT_EQ(cards[0].summary, "Summary of EL-1");
    EXPECT_THAT(cards[0].rules, SizeIs(5));
}

TEST(Limit, NoTwoCardsHaveTheSameLead)
{
    using enum Level;
    for (std::size_t most = 1; most <= 3; ++most) {
        Stage stage;
        five(stage, {Critical, Warning, Warning, Info, Info});
        CardPolicy policy;
        policy.maxCards = most;
        std::vector<RuleIndex> leads;
        for (auto const& card : stage.cards(policy)) leads.push_back(card.lead);
        std::ranges::sort(leads);
        EXPECT_EQ(std::unique(leads.begin(), leads.end()), leads.end()) << most;
    }
}

// --- Level and indicator (decision D12) --------------------------------------------------------

TEST(Indicator, IsCappedAtWarningUnlessAllowed)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.begin();
    stage.fire("EL-K-LOW", Level::Critical);
    CardPolicy allowed;
    allowed.allowCritical = true;

    EXPECT_EQ(stage.cards()[0].level, Level::Critical);
    EXPECT_EQ(stage.cards()[0].indicator, Level::Warning);
    EXPECT_EQ(stage.cards(allowed)[0].indicator, Level::Critical);
}

// --- Silence -----------------------------------------------------------------------------------

TEST(Silence, WithoutAComplaintThereIsNoCard)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.source("labs", SourceStatus::Failed);
    stage.begin();
    stage.fire("EL-K-LOW", Level::Critical);
    stage.evaluation->complaint = false;

    EXPECT_THAT(stage.cards(), IsEmpty());
}

TEST(Silence, WithNothingFiredAndAllReadThereIsNoCard)
{
    Stage stage;
    stage.begin();

    EXPECT_THAT(stage.cards(), IsEmpty());
}

TEST(Silence, IsBrokenWhenASourceThatMayHideAFindingFailed)
{
    for (auto const status : {SourceStatus::Failed, SourceStatus::Denied, SourceStatus::Timeout,
                              SourceStatus::Invalid, SourceStatus::Partial}) {
        SCOPED_TRACE(toText(status));
        Stage stage;
        stage.source("labs", status);
        stage.begin();

        auto const cards = stage.cards();

        ASSERT_THAT(cards, SizeIs(1));
        EXPECT_FALSE(cards[0].lead.known());
        EXPECT_THAT(cards[0].rules, IsEmpty());
        EXPECT_EQ(cards[0].indicator, Level::Info);
        EXPECT_EQ(cards[0].summary, "Could not read laboratory results; not assessed");
        EXPECT_THAT(cards[0].missing, ElementsAre("source:labs"));
        EXPECT_THAT(cards[0].suggestions, IsEmpty());
    }
}

TEST(Silence, AnotherFailedSourceHidesNoElectrolyteOrMedicine)
{
    Stage stage;
    stage.source("appointments", SourceStatus::Failed);
    stage.begin();

    EXPECT_THAT(stage.cards(), IsEmpty());
}

TEST(Silence, BesideACardTheFailureIsSaidOnIt)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.source("medications", SourceStatus::Timeout);
    stage.begin();
    stage.fire("EL-K-LOW", Level::Warning);

    auto const cards = stage.cards();

    ASSERT_THAT(cards, SizeIs(1));
    EXPECT_THAT(cards[0].detail, HasSubstr("Medication list: could not be read (timed out)."));
}

} // namespace
} // namespace tcds::rules::test
