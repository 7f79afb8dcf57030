#include "server/rulebook/picture.hpp"

#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>

namespace tcds::rulebook {
namespace {

using test::rulesOf;
using test::ruleText;
using testing::HasSubstr;

std::string drawn(std::string const& body, Scale* scale = nullptr)
{
    auto const rules = rulesOf({ruleText("EL-T", body)});
    auto const& rule = *rules->find("EL-T");
    auto const pictures = picturesOf(rule, *rules);
    if (scale != nullptr) *scale = scaleOf(pictures.at(0));
    return drawPicture(pictures.at(0), rule, *rules, "p");
}

constexpr auto kThreeBands =
    "when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
    "bands:\n"
    "  - {id: a, indicator: critical, when: {lab: {analyte: K, below: 2.5 mmol/L}}}\n"
    "  - {id: b, indicator: warning, when: {lab: {analyte: K, below: 3.0 mmol/L}}}\n"
    "  - {id: c, indicator: info}\n";

// Edges 2.5, 3.0 and 3.5: three tenths of the span of 1.0 are free on both sides, so the line runs
// from 2.2 to 3.8 and one mmol/L is 320 / 1.6 = 200 wide. 2.5 stands at 10 + 0.3 * 200 = 70, 3.0 at
// 170, 3.5 at 270.
TEST(Picture, BarsStandWhereTheirValuesAre)
{
    auto const svg = drawn(kThreeBands);

    EXPECT_THAT(
        svg, HasSubstr(R"(<rect x="10.0" y="2.0" width="60.0" height="24.0" class="critical"/>)"));
    EXPECT_THAT(
        svg, HasSubstr(R"(<rect x="70.0" y="2.0" width="100.0" height="24.0" class="warning"/>)"));
    EXPECT_THAT(svg,
                HasSubstr(R"(<rect x="170.0" y="2.0" width="100.0" height="24.0" class="info"/>)"));
    EXPECT_THAT(svg,
                HasSubstr(R"(<rect x="270.0" y="2.0" width="60.0" height="24.0" class="none"/>)"));
}

TEST(Picture, EdgesAreLabelledWithTheirValueAndTheUnitOnce)
{
    auto const svg = drawn(kThreeBands);

    EXPECT_THAT(
        svg, HasSubstr(R"(<text x="70.0" y="42.0" text-anchor="middle" class="value">2.5</text>)"));
    EXPECT_THAT(
        svg,
        HasSubstr(R"(<text x="270.0" y="42.0" text-anchor="middle" class="value">3.5</text>)"));
    EXPECT_THAT(
        svg, HasSubstr(R"(<text x="330.0" y="42.0" text-anchor="end" class="unit">mmol/L</text>)"));
}

TEST(Picture, EveryBarHasItsWordOrASign)
{
    auto const svg = drawn(kThreeBands);

    EXPECT_THAT(svg, HasSubstr(">critical</text>"));
    EXPECT_THAT(svg, HasSubstr(">warning</text>"));
    EXPECT_THAT(svg, HasSubstr(">info</text>"));
    EXPECT_THAT(svg, HasSubstr(">\u2013</text>")); // "does not fire" is wider than 60
}

TEST(Picture, SaysInWordsWhatItShows)
{
    EXPECT_THAT(drawn(kThreeBands),
                HasSubstr("<desc id=\"p-d\">Below 2.5 mmol/L: critical; 2.5 mmol/L to below 3.0 "
                          "mmol/L: warning; 3.0 mmol/L to below 3.5 mmol/L: info; 3.5 mmol/L or "
                          "more: does not fire.</desc>"));
}

TEST(Picture, FurtherConditionsHaveABarOfTheirOwn)
{
    auto const svg = drawn("when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
                           "bands:\n"
                           "  - {id: a, indicator: critical, when: {med: {class: DIGOXIN}}}\n"
                           "  - {id: b, indicator: info}\n");

    // One edge: 3.5 in the middle; the second bar begins 2 below the first, which ends at 26.
    EXPECT_THAT(
        svg,
        HasSubstr(R"(<rect x="10.0" y="28.0" width="160.0" height="17.0" class="critical"/>)"));
    EXPECT_THAT(svg, HasSubstr(">up to critical</text>"));
}

TEST(Picture, ASecondUnitHasARowOfItsOwn)
{
    auto const svg = drawn("when: {lab: {analyte: CA_ADJ, below: 1.90 mmol/L | 7.6 mg/dL}}\n");

    EXPECT_THAT(
        svg,
        HasSubstr(R"(<text x="170.0" y="42.0" text-anchor="middle" class="value">1.90</text>)"));
    EXPECT_THAT(
        svg,
        HasSubstr(R"(<text x="170.0" y="57.0" text-anchor="middle" class="value">7.6</text>)"));
    EXPECT_THAT(
        svg, HasSubstr(R"(<text x="330.0" y="57.0" text-anchor="end" class="unit">mg/dL</text>)"));
}

TEST(Picture, LabelsThatWouldTouchStandBelowEachOther)
{
    auto const svg =
        drawn("when: {lab: {analyte: K, between: [3.50 mmol/L, 3.51 mmol/L]}}\n"
              "bands:\n"
              "  - {id: a, indicator: critical, when: {lab: {analyte: K, at_least: 3.51 mmol/L}}}\n"
              "  - {id: b, indicator: info, when: {lab: {analyte: K, below: 3.505 mmol/L}}}\n"
              "  - {id: c, indicator: warning}\n");

    // Line from 3.497 to 3.513: 3.50 at 70, 3.505 at 170, 3.51 at 270: far enough apart, one row.
    EXPECT_THAT(
        svg,
        HasSubstr(R"(<text x="170.0" y="42.0" text-anchor="middle" class="value">3.505</text>)"));

    auto const narrow =
        drawn("when: {lab: {analyte: K, between: [1.0 mmol/L, 9.0 mmol/L]}}\n"
              "bands:\n"
              "  - {id: a, indicator: critical, when: {lab: {analyte: K, below: 1.2 mmol/L}}}\n"
              "  - {id: b, indicator: info}\n");

    // One mmol/L is 320 / (9.0 - 1.0 + 2.4 + 1.0) = 28 wide (the line begins at zero): 1.2 is 5.6
    // right of 1.0 and would touch it.
    EXPECT_THAT(narrow, HasSubstr(R"(y="42.0" text-anchor="middle" class="value">1.0</text>)"));
    EXPECT_THAT(narrow, HasSubstr(R"(y="57.0" text-anchor="middle" class="value">1.2</text>)"));
}

TEST(Picture, ALineWithOneEdgeHasItInTheMiddle)
{
    Scale scale;

    (void)drawn("when: {lab: {analyte: K, at_least: 6.0 mmol/L}}\n", &scale); // only the scale

    EXPECT_DOUBLE_EQ(scale.x(6.0), 170.0);
    EXPECT_NEAR(scale.low, 4.2, 1e-9);
    EXPECT_NEAR(scale.high, 7.8, 1e-9);
}

TEST(Picture, ALineOfPositiveValuesDoesNotGoBelowZero)
{
    Scale scale;

    (void)drawn("when: {lab: {analyte: MG, between: [0.5 mmol/L, 2.5 mmol/L]}}\n", &scale);

    EXPECT_DOUBLE_EQ(scale.low, 0.0);
    EXPECT_NEAR(scale.high, 3.1, 1e-9);
}

} // namespace
} // namespace tcds::rulebook
