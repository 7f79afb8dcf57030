#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

std::string const kLow = "{lab: {analyte: K, below_reference: true}}";
std::string const kHigh = "{lab: {analyte: K, above_reference: true}}";

std::string withRange(std::string_view value, std::vector<ReferenceRange> const& ranges,
                      std::string const& clause, std::string_view analyte = "K",
                      std::string_view born = "1958-03-04")
{
    auto made = chart();
    made.born(born);
    made.lab(analyte, value, daysAgo(1)).ranges = ranges;
    return ask(std::move(made), clause);
}

TEST(Default, LimitCountsWithoutALaboratoryRange)
{
    EXPECT_EQ(withRange("3.4 mmol/L", {}, kLow), "yes");
    EXPECT_EQ(withRange("3.5 mmol/L", {}, kLow), "no");
    EXPECT_EQ(withRange("5.0 mmol/L", {}, kHigh), "no");
    EXPECT_EQ(withRange("5.1 mmol/L", {}, kHigh), "yes");
}

TEST(Default, LimitIsThatOfTheFirstTruePopulation)
{
    // 4 years old: 3.4 to 5.5; 8 months: 3.7 to 5.9.
    EXPECT_EQ(withRange("3.4 mmol/L", {}, kLow, "K", "2022-01-01"), "no");
    EXPECT_EQ(withRange("5.4 mmol/L", {}, kHigh, "K", "2022-01-01"), "no");
    EXPECT_EQ(withRange("3.6 mmol/L", {}, kLow, "K", "2025-06-01"), "yes");
    // Without a birth date nobody is a child.
    EXPECT_EQ(withRange("3.4 mmol/L", {}, kLow, "K", ""), "yes");
    EXPECT_EQ(withRange("5.1 mmol/L", {}, kHigh, "K", ""), "yes");
}

TEST(Default, LimitOfPregnancyNeedsOneOnRecord)
{
    auto const with = [](bool pregnant) {
        auto made = chart();
        if (pregnant) made.problem("PREGNANCY", daysAgo(60));
        made.lab("MG", "0.65 mmol/L", daysAgo(1));
        return ask(std::move(made), "{lab: {analyte: MG, below_reference: true}}");
    };
    EXPECT_EQ(with(true), "no"); // 0.60
    EXPECT_EQ(with(false), "yes");
}

TEST(Laboratory, RangeCountsInsideTheGuard) // K: lower 3.2-3.7, upper 4.8-5.6
{
    EXPECT_EQ(withRange("3.6 mmol/L", {rangeOf("3.7 mmol/L", "5.0 mmol/L")}, kLow), "yes");
    EXPECT_EQ(withRange("3.3 mmol/L", {rangeOf("3.2 mmol/L", "5.0 mmol/L")}, kLow), "no");
    EXPECT_EQ(withRange("3.6 mmol/L", {rangeOf("3.8 mmol/L", "5.0 mmol/L")}, kLow), "no");
    EXPECT_EQ(withRange("3.3 mmol/L", {rangeOf("3.1 mmol/L", "5.0 mmol/L")}, kLow), "yes");
    EXPECT_EQ(withRange("5.5 mmol/L", {rangeOf("3.5 mmol/L", "5.6 mmol/L")}, kHigh), "no");
    EXPECT_EQ(withRange("5.5 mmol/L", {rangeOf("3.5 mmol/L", "5.7 mmol/L")}, kHigh), "yes");
    EXPECT_EQ(withRange("4.9 mmol/L", {rangeOf("3.5 mmol/L", "4.8 mmol/L")}, kHigh), "yes");
}

TEST(Laboratory, RangeWithOneSideLeavesTheOtherToTheDefault)
{
    EXPECT_EQ(withRange("3.4 mmol/L", {rangeOf("", "5.0 mmol/L")}, kLow), "yes");
    EXPECT_EQ(withRange("5.1 mmol/L", {rangeOf("3.2 mmol/L", "")}, kHigh), "yes");
}

TEST(Laboratory, RangeOfAnotherTypeDoesNotCount)
{
    auto range = rangeOf("3.2 mmol/L", "5.5 mmol/L");
    range.type = "therapeutic";
    EXPECT_EQ(withRange("3.4 mmol/L", {range}, kLow), "yes");
    range.type = "normal";
    EXPECT_EQ(withRange("3.4 mmol/L", {range}, kLow), "no");
}

TEST(Laboratory, RangeIsHonouredByAgeAndSex)
{
    auto const general = rangeOf("3.5 mmol/L", "5.0 mmol/L");
    auto forWomen = rangeOf("3.3 mmol/L", "5.0 mmol/L");
    forWomen.sex = Sex::Female;
    auto forMen = rangeOf("3.7 mmol/L", "5.0 mmol/L");
    forMen.sex = Sex::Male;
    auto forAged = rangeOf("3.2 mmol/L", "5.0 mmol/L");
    forAged.ageFromDays = 65 * 365;
    auto forYoung = rangeOf("3.7 mmol/L", "5.0 mmol/L");
    forYoung.ageToDays = 18 * 365;

    // A woman of 67 years; special rows come before general ones.
    EXPECT_EQ(withRange("3.4 mmol/L", {general, forMen, forWomen}, kLow), "no");
    EXPECT_EQ(withRange("3.6 mmol/L", {forMen, general}, kLow), "no");
    EXPECT_EQ(withRange("3.3 mmol/L", {general, forYoung, forAged}, kLow), "no");
    EXPECT_EQ(withRange("3.3 mmol/L", {general, forAged}, kLow, "K", ""), "yes"); // age unknown
}

TEST(Laboratory, RangeForPregnancyNeedsOneOnRecord)
{
    auto general = rangeOf("0.70 mmol/L", "1.05 mmol/L");
    auto pregnant = rangeOf("0.62 mmol/L", "1.05 mmol/L");
    pregnant.pregnancy = true;
    auto const with = [&](bool isPregnant) {
        auto made = chart();
        if (isPregnant) made.problem("PREGNANCY", daysAgo(60));
        made.lab("MG", "0.65 mmol/L", daysAgo(1)).ranges = {general, pregnant};
        return ask(std::move(made), "{lab: {analyte: MG, below_reference: true}}");
    };
    EXPECT_EQ(with(true), "no");
    EXPECT_EQ(with(false), "yes");
}

TEST(Laboratory, RangeIsComparedInItsOwnUnit)
{
    auto const low = std::string{"{lab: {analyte: MG, below_reference: true}}"};
    // 1.8 mg/dL = 0.741 mmol/L lies inside the guard 0.60-0.80.
    EXPECT_EQ(withRange("1.7 mg/dL", {rangeOf("1.8 mg/dL", "2.6 mg/dL")}, low, "MG"), "yes");
    EXPECT_EQ(withRange("1.8 mg/dL", {rangeOf("1.8 mg/dL", "2.6 mg/dL")}, low, "MG"), "no");
    EXPECT_EQ(withRange("1.7 mg/dL", {rangeOf("1.8", "2.6")}, low, "MG"),
              "yes"); // unit of the value
    EXPECT_EQ(withRange("1.7 mg/dL", {rangeOf("0.73 mmol/L", "1.1 mmol/L")}, low, "MG"), "yes");
    EXPECT_EQ(withRange("1.7 mg/dL", {rangeOf("1.8 furlong", "2.6 furlong")}, low, "MG"), "no");
}

TEST(Laboratory, RangeWithoutGuardCountsWithinAQuarterOfTheDefault) // albumin: 35 g/L
{
    auto const low = std::string{"{lab: {analyte: ALB, below_reference: true}}"};
    EXPECT_EQ(withRange("30 g/L", {rangeOf("26.25 g/L", "")}, low, "ALB"), "no");
    EXPECT_EQ(withRange("30 g/L", {rangeOf("26.2 g/L", "")}, low, "ALB"), "yes");
    EXPECT_EQ(withRange("40 g/L", {rangeOf("43.75 g/L", "")}, low, "ALB"), "yes");
    EXPECT_EQ(withRange("40 g/L", {rangeOf("43.8 g/L", "")}, low, "ALB"), "no");
}

TEST(Laboratory, RangeThatIsShownOnlyDecidesNothing) // sodium of adults
{
    auto const low = std::string{"{lab: {analyte: NA, below_reference: true}}"};
    EXPECT_EQ(withRange("134 mmol/L", {rangeOf("133 mmol/L", "")}, low, "NA"), "yes");
    EXPECT_EQ(withRange("135 mmol/L", {rangeOf("136 mmol/L", "")}, low, "NA"), "no");
    EXPECT_EQ(withRange("134 mmol/L", {rangeOf("132 mmol/L", "")}, low, "NA", "2022-01-01"), "no");
}

TEST(Laboratory, RangeOfUreaIsThatOfTheWholeMolecule)
{
    // 45 mg/dL of urea are 7.49 mmol/L (0.1665), within 25 % of the default 7.5.
    auto const with = [](std::string_view value) {
        auto made = chart();
        made.lab("BUN", value, daysAgo(1), "22664-7").ranges = {rangeOf("", "50 mg/dL")};
        return ask(std::move(made), "{lab: {analyte: BUN, above_reference: true}}");
    };
    EXPECT_EQ(with("48 mg/dL"), "no"); // 7.99 mmol/L, above the default, not above the laboratory's
    EXPECT_EQ(with("51 mg/dL"), "yes");
}

TEST(Laboratory, RangeOfCalciumIsNotThatOfTheAdjustedOne)
{
    auto made = chart();
    made.lab("CA", "2.10 mmol/L", daysAgo(1)).ranges = {rangeOf("2.05 mmol/L", "2.6 mmol/L")};
    made.lab("ALB", "40 g/L", daysAgo(1));

    EXPECT_EQ(ask(std::move(made), "{lab: {analyte: CA_ADJ, below_reference: true}}"), "yes");
}

TEST(Comparators, AgainstAReferenceAreCertainOrUnknown)
{
    EXPECT_EQ(withRange("<3.5 mmol/L", {}, kLow), "yes");
    EXPECT_EQ(withRange("<4.0 mmol/L", {}, kLow), "unknown straddles lab:K");
    EXPECT_EQ(withRange(">3.5 mmol/L", {}, kLow), "no");
}

TEST(NoLimit, LeavesTheClauseUnknown)
{
    auto const clause = "{lab: {analyte: FT4, above_reference: true}}";
    EXPECT_EQ(withRange("30 pmol/L", {}, clause, "FT4"), "unknown no-limit lab:FT4");
    EXPECT_EQ(withRange("30 pmol/L", {rangeOf("9 pmol/L", "19 pmol/L")}, clause, "FT4"), "yes");
}

TEST(Multiples, OfTheUpperLimitFollowTheResultsOwnReference)
{
    auto const clause = std::string{"{lab: {analyte: CK, above: 5 xULN}}"};
    auto const with = [&](std::string_view value, std::vector<ReferenceRange> const& ranges) {
        return withRange(value, ranges, clause, "CK");
    };
    EXPECT_EQ(with("1000 U/L", {}), "no"); // 5 x 200
    EXPECT_EQ(with("1001 U/L", {}), "yes");
    EXPECT_EQ(with("901 U/L", {rangeOf("", "180 U/L")}), "yes");
}

} // namespace

} // namespace tcds::rules::test
