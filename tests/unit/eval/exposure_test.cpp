#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

// `exposure` applies the clinical specification C.0.1 and C.0.3 to the medicines bound to its name.
std::string loopRule()
{
    return ruleText("MED-A", "exposure: d\ntier: probable\nwhen: {med: {class: LOOP}, as: d}");
}

std::string exposed(std::string_view onset, std::string_view start,
                    std::string_view kind = "TWITCH")
{
    auto made = chart();
    made.complaint(kind, onset);
    made.med("furosemide", start);
    return run({loopRule()}, std::move(made)).graded("MED-A");
}

TEST(Exposure, LongAfterTheComplaintSuppressesTheRule)
{
    EXPECT_EQ(exposed(daysAgo(100), daysAgo(69)), "suppressed complaint-predates-drug"); // 31 d
    EXPECT_EQ(exposed(daysAgo(100), daysAgo(70)), "fired info possible");                // 30 d
}

TEST(Exposure, MoreThanADayAfterTheComplaintLowersTheTier)
{
    EXPECT_EQ(exposed(daysAgo(100), daysAgo(101)), "fired info probable");
    EXPECT_EQ(exposed(daysAgo(100), daysAgo(99)), "fired info probable"); // exactly one day
    EXPECT_EQ(exposed(daysAgo(100), daysAgo(98)), "fired info possible");
}

TEST(Exposure, OfUnknownDatesChangesNothing)
{
    EXPECT_EQ(exposed("", daysAgo(5)), "fired info probable");
    EXPECT_EQ(exposed(daysAgo(100), ""), "fired info probable");
}

TEST(Exposure, IsDatedByTheComplaintThatOpensTheGate)
{
    auto made = chart();
    made.complaint("TREMOR", daysAgo(2000)); // opens no gate
    made.complaint("TWITCH", daysAgo(10));
    made.med("furosemide", daysAgo(60));

    EXPECT_EQ(run({loopRule()}, std::move(made)).graded("MED-A"), "fired info probable");
}

TEST(Exposure, TakesTheEarliestOfSeveralOnsets)
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(10));
    made.complaint("TWITCH", daysAgo(200));
    made.med("furosemide", daysAgo(100));

    EXPECT_EQ(run({loopRule()}, std::move(made)).graded("MED-A"),
              "suppressed complaint-predates-drug");
}

TEST(Exposure, IsKeptByARiseOfTheDose)
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(100));
    made.med("furosemide", daysAgo(60)).dailyDose = Quantity{*Decimal::parse("40"), "mg"};
    made.med("furosemide", daysAgo(20)).dailyDose = Quantity{*Decimal::parse("80"), "mg"};

    EXPECT_EQ(run({loopRule()}, std::move(made)).graded("MED-A"), "fired info possible");
}

TEST(Exposure, DropsTheLateDrugsAlone)
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(100));
    made.med("furosemide", daysAgo(200));
    made.med("bumetanide", daysAgo(20));
    auto const done = run({loopRule()}, std::move(made));

    EXPECT_EQ(done.graded("MED-A"), "fired info probable");
    auto const& meds = done.of("MED-A").bound.at(0).meds;
    ASSERT_EQ(meds.size(), 1U);
    EXPECT_EQ(done.rules->terms->ingredient(meds[0].ingredient).name, "furosemide");
    EXPECT_FALSE(done.of("MED-A").predates);
}

std::string asNeeded(void (*change)(ChartBuilder&))
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(10));
    made.med("furosemide", daysAgo(60)).asNeeded = true;
    change(made);
    return run({loopRule()}, std::move(made)).graded("MED-A");
}

TEST(AsNeeded, WithoutADoseInAWeekLowersTheTier)
{
    EXPECT_EQ(asNeeded([](ChartBuilder&) {}), "fired info possible");
    EXPECT_EQ(asNeeded([](ChartBuilder& made) {
                  auto& dose = made.med("furosemide", daysAgo(7));
                  dose.kind = UseKind::Administration;
                  dose.state = UseState::Given;
                  dose.lastGiven = dose.start;
              }),
              "fired info probable");
    EXPECT_EQ(asNeeded([](ChartBuilder& made) {
                  auto& dose = made.med("furosemide", daysAgo(8));
                  dose.kind = UseKind::Administration;
                  dose.state = UseState::Given;
                  dose.lastGiven = dose.start;
              }),
              "fired info possible");
    EXPECT_EQ(asNeeded([](ChartBuilder& made) { made.med("furosemide", daysAgo(60)); }),
              "fired info probable"); // a regular order beside it
}

TEST(AsNeeded, AndPredatingLowerTheTierOneStepEach)
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(20));
    made.med("furosemide", daysAgo(10)).asNeeded = true;
    auto const done = run({ruleText("MED-A", "exposure: d\ntier: definite\n"
                                             "when: {med: {class: LOOP}, as: d}")},
                          std::move(made));

    EXPECT_EQ(done.graded("MED-A"), "fired info possible");
    EXPECT_TRUE(done.of("MED-A").predates);
    EXPECT_TRUE(done.of("MED-A").asNeededOnly);
}

TEST(Safety, TierIsNeverLowered)
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(20));
    made.med("furosemide", daysAgo(10));

    EXPECT_EQ(
        run({ruleText("MED-A", "exposure: d\ntier: safety\nwhen: {med: {class: LOOP}, as: d}")},
            std::move(made))
            .graded("MED-A"),
        "fired info safety");
}

} // namespace

} // namespace tcds::rules::test
