#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

/// The newest result of an analyte as the engine sees it.
struct Derived {
    explicit Derived(ChartBuilder made, std::string_view key)
        : context{made.build()}, chart{context, *tcds::test::shippedRules()},
          result{chart.newest(chart.terms().analyteNamed(key))}
    {
    }
    PatientContext context;
    Chart chart;
    Result const* result;
};

Derived calcium(std::string_view ca, std::string_view albumin, int hoursApart = 0)
{
    auto made = chart();
    made.lab("CA", ca, hoursAgo(100));
    if (!albumin.empty()) made.lab("ALB", albumin, hoursAgo(100 - hoursApart));
    return Derived{std::move(made), "CA_ADJ"};
}

Decimal decimal(std::string_view text) { return *Decimal::parse(text); }

TEST(AdjustedCalcium, AddsEightTenthsForEachGramPerDecilitreThatAlbuminLacks) // E05
{
    auto const derived = calcium("8.0 mg/dL", "2.8 g/dL");

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->reported, decimal("8.96")); // 8.0 + 0.8 x (4.0 - 2.8)
    EXPECT_EQ(derived.result->ucum, "mg/dL");
    EXPECT_EQ(derived.result->shown(), "9.0 mg/dL"); // as many digits as were measured (D46)
    EXPECT_EQ(derived.result->canonical, decimal("8.96") * decimal("0.2495"));
    EXPECT_TRUE(derived.result->notes.none());
    EXPECT_TRUE(derived.result->facts[0].known());
    EXPECT_TRUE(derived.result->facts[1].known());
}

TEST(AdjustedCalcium, AddsTwoHundredthsForEachGramPerLitreInMolarUnits)
{
    auto const derived = calcium("2.00 mmol/L", "28 g/L");

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->reported, decimal("2.24")); // 2.00 + 0.02 x (40 - 28)
    EXPECT_EQ(derived.result->shown(), "2.24 mmol/L");
}

TEST(AdjustedCalcium, OfMixedSystemsFollowsTheCalcium)
{
    EXPECT_EQ(calcium("8.0 mg/dL", "28 g/L").result->reported, decimal("8.96"));
    EXPECT_EQ(calcium("2.00 mmol/L", "2.8 g/dL").result->reported, decimal("2.24"));
}

TEST(AdjustedCalcium, LeavesAHighAlbuminOutAndMarksALowOne) // C.0.2: only for 20 to 40 g/L
{
    EXPECT_EQ(calcium("2.00 mmol/L", "40 g/L").result->reported, decimal("2.00"));
    EXPECT_EQ(calcium("2.00 mmol/L", "41 g/L").result->reported, decimal("2.00"));
    EXPECT_FALSE(calcium("2.00 mmol/L", "41 g/L").result->notes.has(Note::NoAlbumin));
    EXPECT_FALSE(calcium("2.00 mmol/L", "20 g/L").result->notes.has(Note::LowAlbumin));
    EXPECT_TRUE(calcium("2.00 mmol/L", "19 g/L").result->notes.has(Note::LowAlbumin));
    EXPECT_EQ(calcium("2.00 mmol/L", "19 g/L").result->reported, decimal("2.42"));
}

TEST(AdjustedCalcium, IsTheMeasuredOneWithANoteWithoutAlbumin)
{
    for (auto const& derived : {calcium("8.0 mg/dL", ""), calcium("8.0 mg/dL", "2.8 g/dL", 25),
                                calcium("8.0 mg/dL", "2.8 g/dL", -25), calcium("8.0 mg/dL", "n/a"),
                                calcium("8.0 mg/dL", "<3.0 g/dL")}) {
        ASSERT_NE(derived.result, nullptr);
        EXPECT_EQ(derived.result->reported, decimal("8.0"));
        EXPECT_TRUE(derived.result->notes.has(Note::NoAlbumin));
    }
}

TEST(AdjustedCalcium, TakesAnAlbuminUpToADayApartOnEitherSide)
{
    EXPECT_EQ(calcium("8.0 mg/dL", "2.8 g/dL", 24).result->reported, decimal("8.96"));
    EXPECT_EQ(calcium("8.0 mg/dL", "2.8 g/dL", -24).result->reported, decimal("8.96"));
}

TEST(AdjustedCalcium, TakesTheNearestAlbuminWhateverTheReadingOrder)
{
    auto const with = [](bool nearFirst) {
        auto made = chart();
        made.lab("CA", "2.00 mmol/L", hoursAgo(50));
        if (nearFirst) made.lab("ALB", "30 g/L", hoursAgo(49));
        made.lab("ALB", "20 g/L", hoursAgo(40));
        if (!nearFirst) made.lab("ALB", "30 g/L", hoursAgo(49));
        return Derived{std::move(made), "CA_ADJ"}.result->reported;
    };
    EXPECT_EQ(with(true), decimal("2.20"));
    EXPECT_EQ(with(false), decimal("2.20"));
}

TEST(AdjustedCalcium, TakesTheBetterOfTwoAlbuminsOfOneTimeWhateverTheReadingOrder)
{
    auto const with = [](bool correctedFirst) {
        auto made = chart();
        made.lab("CA", "2.00 mmol/L", hoursAgo(50));
        auto const corrected = [&] {
            made.lab("ALB", "30 g/L", hoursAgo(50)).status = ResultStatus::Corrected;
        };
        if (correctedFirst) corrected();
        made.lab("ALB", "20 g/L", hoursAgo(50));
        if (!correctedFirst) corrected();
        return Derived{std::move(made), "CA_ADJ"}.result->reported;
    };
    EXPECT_EQ(with(true), decimal("2.20"));
    EXPECT_EQ(with(false), decimal("2.20"));
}

TEST(AdjustedCalcium, OfTheLaboratoryWinsOverOurs) // LOINC 29265-6, not more than 24 h older
{
    auto const with = [](int hoursOlder) {
        auto made = chart();
        made.lab("CA", "1.90 mmol/L", hoursAgo(50));
        made.lab("ALB", "30 g/L", hoursAgo(50));
        made.lab("CA_ADJ", "2.25 mmol/L", hoursAgo(50 + hoursOlder), "29265-6");
        return Derived{std::move(made), "CA_ADJ"}.result->reported;
    };
    EXPECT_EQ(with(0), decimal("2.25"));
    EXPECT_EQ(with(24), decimal("2.25"));
    EXPECT_EQ(with(25), decimal("2.10")); // ours: 1.90 + 0.02 x 10
}

TEST(AdjustedCalcium, OfTheLaboratoryThatIsUnreadableDoesNotHideOurs)
{
    auto made = chart();
    made.lab("CA", "1.90 mmol/L", hoursAgo(50));
    made.lab("ALB", "30 g/L", hoursAgo(50));
    made.lab("CA_ADJ", "n/a", hoursAgo(50), "29265-6");

    EXPECT_EQ(Derived(std::move(made), "CA_ADJ").result->reported, decimal("2.10"));
}

TEST(AdjustedCalcium, InheritsTheNotesOfItsInputs)
{
    auto made = chart();
    made.lab("CA", "1.90 mmol/L", hoursAgo(50)).notes.add(Note::Preliminary);
    made.lab("ALB", "30 g/L", hoursAgo(50)).notes.add(Note::ParsedText);

    Derived const derived{std::move(made), "CA_ADJ"};

    EXPECT_TRUE(derived.result->notes.has(Note::Preliminary));
    EXPECT_TRUE(derived.result->notes.has(Note::ParsedText));
}

TEST(AdjustedCalcium, KeepsTheComparatorOfTheCalcium)
{
    EXPECT_EQ(calcium("<1.50 mmol/L", "30 g/L").result->comparator, Comparator::Less);
}

TEST(AdjustedCalcium, OfAnUnreadableCalciumIsUnreadable) // decision D13
{
    auto made = chart();
    made.lab("CA", "2.30 mmol/L", daysAgo(5));
    made.lab("CA", "n/a", daysAgo(1));
    made.lab("ALB", "40 g/L", daysAgo(5));
    Derived const derived{std::move(made), "CA_ADJ"};
    auto const results = derived.chart.results(derived.chart.terms().analyteNamed("CA_ADJ"));

    ASSERT_EQ(results.size(), 2U);
    EXPECT_FALSE(results.front().usable);
    EXPECT_EQ(derived.result->reported, decimal("2.30"));
}

Derived ratio(std::string_view urea, std::string_view creatinine, int hoursApart = 0,
              std::string_view loinc = "")
{
    auto made = chart();
    made.lab("BUN", urea, hoursAgo(100), loinc);
    made.lab("CREAT", creatinine, hoursAgo(100 - hoursApart));
    return Derived{std::move(made), "BUN_CREAT"};
}

TEST(UreaCreatinine, OfMassUnitsIsTheUsualRatio)
{
    auto const derived = ratio("30 mg/dL", "1.2 mg/dL");

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->reported, decimal("25"));
    EXPECT_EQ(derived.result->ucum, "mg/mg");
}

TEST(UreaCreatinine, OfMolarUnitsCountsMicromolesOfCreatinine)
{
    auto const derived = ratio("10 mmol/L", "100 umol/L");

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->reported, decimal("100"));
    EXPECT_EQ(derived.result->ucum, "mmol/mmol");
}

TEST(UreaCreatinine, OfMixedUnitsIsMolar)
{
    auto const derived = ratio("10 mmol/L", "1.0 mg/dL"); // 88.4 umol/L

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->ucum, "mmol/mmol");
    EXPECT_EQ(derived.result->reported.rounded(2), decimal("113.12"));
}

TEST(UreaCreatinine, OfTheWholeMoleculeInMassUnitsIsNotTheNitrogenRatio)
{
    // 60 mg/dL of urea are 9.99 mmol/L; as nitrogen they would give a ratio of 50 mg/mg.
    auto const derived = ratio("60 mg/dL", "1.2 mg/dL", 0, "22664-7");

    ASSERT_NE(derived.result, nullptr);
    EXPECT_EQ(derived.result->ucum, "mmol/mmol");
    EXPECT_EQ(derived.result->reported.rounded(1), decimal("94.2")); // 9.99 / 106.08 x 1000
}

TEST(UreaCreatinine, NeedsBothWithinTwoDays)
{
    EXPECT_NE(ratio("10 mmol/L", "100 umol/L", 48).result, nullptr);
    EXPECT_EQ(ratio("10 mmol/L", "100 umol/L", 49).result, nullptr);
    EXPECT_EQ(ratio("10 mmol/L", "0 umol/L").result, nullptr);
    EXPECT_EQ(ratio(">10 mmol/L", "100 umol/L").result, nullptr);
    EXPECT_EQ(ratio("n/a", "100 umol/L").result, nullptr);
}

TEST(UreaCreatinine, IsComparedInTheSystemOfItsInputs)
{
    auto const clause = "{lab: {analyte: BUN_CREAT, above: 20 mg/mg | 81 mmol/mmol}}";
    auto const with = [&](std::string_view urea, std::string_view creatinine) {
        auto made = chart();
        made.lab("BUN", urea, daysAgo(1));
        made.lab("CREAT", creatinine, daysAgo(1));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with("24.1 mg/dL", "1.2 mg/dL"), "yes");
    EXPECT_EQ(with("24 mg/dL", "1.2 mg/dL"), "no"); // exactly 20
    EXPECT_EQ(with("8.2 mmol/L", "100 umol/L"), "yes");
    EXPECT_EQ(with("8.1 mmol/L", "100 umol/L"), "no");
}

} // namespace

} // namespace tcds::rules::test
