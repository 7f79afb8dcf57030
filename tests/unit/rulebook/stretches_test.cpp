#include "server/rulebook/stretches.hpp"

#include "server/rulebook/picture.hpp"
#include "server/rulebook/statement.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>

namespace tcds::rulebook {
namespace {

using rules::Level;
using test::rulesOf;
using test::ruleText;
using testing::ElementsAre;

struct Pictures {
    std::shared_ptr<rules::RuleSet const> rules;
    std::vector<ValuePicture> all;

    /// "below 2.5 mmol/L: critical" for each stretch of a line.
    [[nodiscard]] std::vector<std::string> line(std::size_t at = 0, std::size_t picture = 0) const
    {
        std::vector<std::string> texts;
        for (auto const& stretch : all.at(picture).lines.at(at).stretches)
            texts.push_back(rangeText(stretch) + ": " + stretchText(stretch));
        return texts;
    }
};

Pictures picturesOfRule(std::initializer_list<std::string> texts, std::string_view id = "EL-T")
{
    auto rules = rulesOf(texts);
    auto all = picturesOf(*rules->find(id), *rules);
    return {std::move(rules), std::move(all)};
}

Pictures picturesOfBody(std::string const& body)
{
    return picturesOfRule({ruleText("EL-T", body)});
}

TEST(Stretches, EachBandIsAStretchOfTheNumberLine)
{
    auto const found = picturesOfBody(
        "when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
        "bands:\n"
        "  - {id: a, indicator: critical, when: {lab: {analyte: K, below: 2.5 mmol/L}}}\n"
        "  - {id: b, indicator: warning, when: {lab: {analyte: K, below: 3.0 mmol/L}}}\n"
        "  - {id: c, indicator: info}\n");

    ASSERT_EQ(found.all.size(), 1U);
    EXPECT_THAT(found.line(),
                ElementsAre("below 2.5 mmol/L: critical", "2.5 mmol/L to below 3.0 mmol/L: warning",
                            "3.0 mmol/L to below 3.5 mmol/L: info",
                            "3.5 mmol/L or more: does not fire"));
}

TEST(Stretches, TheLimitItselfBelongsWhereTheOperatorPutsIt)
{
    EXPECT_THAT(picturesOfBody("when: {lab: {analyte: K, at_least: 6.0 mmol/L}}\n").line(),
                ElementsAre("below 6.0 mmol/L: does not fire", "6.0 mmol/L or more: info"));
    EXPECT_THAT(picturesOfBody("when: {lab: {analyte: K, above: 6.0 mmol/L}}\n").line(),
                ElementsAre("at most 6.0 mmol/L: does not fire", "above 6.0 mmol/L: info"));
    EXPECT_THAT(
        picturesOfBody("when: {lab: {analyte: K, between: [3.0 mmol/L, 4.0 mmol/L]}}\n").line(),
        ElementsAre("below 3.0 mmol/L: does not fire", "3.0 mmol/L to 4.0 mmol/L: info",
                    "above 4.0 mmol/L: does not fire"));
    EXPECT_THAT(
        picturesOfBody("when: {lab: {analyte: K, outside: [3.0 mmol/L, 4.0 mmol/L]}}\n").line(),
        ElementsAre("below 3.0 mmol/L: info", "3.0 mmol/L to 4.0 mmol/L: does not fire",
                    "above 4.0 mmol/L: info"));
}

TEST(Stretches, ABandThatNeedsMoreIsNotSure)
{
    auto const found = picturesOfBody(
        "when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
        "bands:\n"
        "  - id: risk\n"
        "    indicator: critical\n"
        "    when: {all: [{lab: {analyte: K, below: 3.0 mmol/L}}, {med: {class: DIGOXIN}}]}\n"
        "  - {id: low, indicator: warning}\n");

    EXPECT_THAT(found.line(), ElementsAre("below 3.0 mmol/L: warning, with more up to critical",
                                          "3.0 mmol/L to below 3.5 mmol/L: warning",
                                          "3.5 mmol/L or more: does not fire"));
    EXPECT_THAT(found.all[0].lines[0].stretches[0].withMore, ElementsAre(0U));
}

TEST(Stretches, UnlessSilences)
{
    auto const found = picturesOfBody("when: {med: {class: LITHIUM}}\n"
                                      "unless: {lab: {analyte: LI, at_most: 1.0 mmol/L}}\n");

    EXPECT_THAT(found.line(), ElementsAre("at most 1.0 mmol/L: silent", "above 1.0 mmol/L: info"));
}

TEST(Stretches, ReferenceLimitsAreThoseOfEachPopulation)
{
    auto const found = picturesOfBody("when: {lab: {analyte: K, below_reference: true}}\n");

    // analytes.yaml: 3.5 for everybody else, 3.7 under one year, 3.4 from 1 to 17 years.
    ASSERT_EQ(found.all[0].lines.size(), 3U);
    EXPECT_TRUE(found.all[0].byReference);
    EXPECT_THAT(found.line(0),
                ElementsAre("below 3.5 mmol/L: info", "3.5 mmol/L or more: does not fire"));
    EXPECT_THAT(found.line(1),
                ElementsAre("below 3.7 mmol/L: info", "3.7 mmol/L or more: does not fire"));
    EXPECT_THAT(found.line(2),
                ElementsAre("below 3.4 mmol/L: info", "3.4 mmol/L or more: does not fire"));
    EXPECT_EQ(populationsText(found.all[0].lines[2].populations, *found.rules), "1 to 17 years");
}

TEST(Stretches, NamedLimitsDifferByPopulation)
{
    auto const found =
        picturesOfBody("parameters: {entry: {value: 135 mmol/L, pregnancy: 130 mmol/L}}\n"
                       "when: {lab: {analyte: NA, below: $entry}}\n");

    ASSERT_EQ(found.all[0].lines.size(), 2U);
    EXPECT_THAT(found.line(0),
                ElementsAre("below 135 mmol/L: info", "135 mmol/L or more: does not fire"));
    EXPECT_THAT(found.line(1),
                ElementsAre("below 130 mmol/L: info", "130 mmol/L or more: does not fire"));
    EXPECT_EQ(populationsText(found.all[0].lines[1].populations, *found.rules),
              "pregnancy on record");
}

TEST(Stretches, LimitsAreSaidInEveryUnitInWhichTheyAreWritten)
{
    auto const found =
        picturesOfBody("when: {lab: {analyte: CA_ADJ, below: 1.90 mmol/L | 7.6 mg/dL}}\n");

    EXPECT_THAT(found.line(), ElementsAre("below 1.90 mmol/L (7.6 mg/dL): info",
                                          "1.90 mmol/L (7.6 mg/dL) or more: does not fire"));
}

TEST(Stretches, AnotherRuleCountsWithItsOwnLimits)
{
    auto const found = picturesOfRule(
        {ruleText("EL-A",
                  "when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
                  "bands:\n"
                  "  - {id: a, indicator: critical, when: {lab: {analyte: K, below: 2.5 mmol/L}}}\n"
                  "  - {id: b, indicator: info}\n"),
         ruleText("EL-T", "when: {rule: {id: EL-A, level: critical}}\n")});

    EXPECT_THAT(found.line(),
                ElementsAre("below 2.5 mmol/L: info", "2.5 mmol/L or more: does not fire"));
}

TEST(Stretches, ALevelTakenFromOtherRulesFollowsThem)
{
    auto const found = picturesOfRule(
        {ruleText("EL-A", "indicator: critical\nwhen: {lab: {analyte: K, below: 2.5 mmol/L}}\n"),
         ruleText(
             "EL-T",
             "when: {lab: {analyte: K, below: 3.5 mmol/L}}\nindicator: {worst_of: [EL-A]}\n")});

    EXPECT_THAT(found.line(),
                ElementsAre("below 2.5 mmol/L: critical", "2.5 mmol/L to below 3.5 mmol/L: info",
                            "3.5 mmol/L or more: does not fire"));
}

TEST(Stretches, KidneyFunctionLeavesDialysisOpen)
{
    auto const found =
        picturesOfBody("when: {med: {class: LOOP}}\n"
                       "bands:\n"
                       "  - {id: renal, indicator: warning, when: {renal: {below: 30}}}\n"
                       "  - {id: other, indicator: info}\n");

    ASSERT_EQ(found.all.size(), 1U);
    EXPECT_EQ(found.rules->terms->analyte(found.all[0].analyte).key, "EGFR");
    ASSERT_EQ(found.line().size(), 2U);
    EXPECT_THAT(found.line()[0], testing::MatchesRegex("below 30 .*: warning"));
    EXPECT_THAT(found.line()[1],
                testing::MatchesRegex("30 .* or more: info, with more up to warning"));
}

TEST(Stretches, AResultThatDecidesNothingByItselfHasNoPicture)
{
    EXPECT_TRUE(picturesOfBody("when: {med: {class: LOOP}}\n").all.empty());
    EXPECT_TRUE(picturesOfBody(
                    "when: {any: [{med: {class: LOOP}}, {lab: {analyte: K, below: 3.0 mmol/L}}]}\n"
                    "bands: [{id: a, indicator: info}]\n")
                    .all.empty());
}

} // namespace
} // namespace tcds::rulebook
