#include "server/rulebook/statement.hpp"

#include "tests/support/rule_texts.hpp"

#include <gtest/gtest.h>

namespace tcds::rulebook {
namespace {

using test::rulesOf;
using test::ruleText;

std::string textOf(Inline const& line)
{
    std::string text;
    for (auto const& span : line) text += span.text;
    return text;
}

/// The list as indented lines.
std::string linesOf(Item const& item, std::size_t depth = 0)
{
    auto text = std::string(2 * depth, ' ') + textOf(item.text) + '\n';
    for (auto const& part : item.parts) text += linesOf(part, depth + 1);
    return text;
}

std::string whenOf(std::string const& body)
{
    auto const rules = rulesOf({ruleText("EL-T", body)});
    auto const& rule = *rules->find("EL-T");
    return linesOf(statementOf(rule.when, &rule, *rules));
}

TEST(Statement, CompositeClausesBecomeNestedLists)
{
    EXPECT_EQ(whenOf("when:\n"
                     "  all:\n"
                     "    - {lab: {analyte: K, below: 3.5 mmol/L}, as: k}\n"
                     "    - any:\n"
                     "        - {med: {class: LOOP}}\n"
                     "        - {not: {sex: female}}\n"),
              "all of these:\n"
              "  latest Potassium below 3.5 mmol/L (called k)\n"
              "  at least one of these:\n"
              "    active medicine: Loop diuretics\n"
              "    this is not so:\n"
              "      sex is female\n");
}

TEST(Statement, CountsAndTimesOfAtLeastAreSaid)
{
    EXPECT_EQ(whenOf("when:\n"
                     "  at_least:\n"
                     "    n: 2\n"
                     "    together: 48 h\n"
                     "    of: [{lab: {analyte: K, below: 3.5 mmol/L}}, {lab: {analyte: MG, below: "
                     "0.7 mmol/L}}]\n"),
              "at least 2 of these, results within 48 hours:\n"
              "  latest Potassium below 3.5 mmol/L\n"
              "  latest Magnesium below 0.7 mmol/L\n");
}

TEST(Statement, ANamedConditionIsSaidAndSpeltOut)
{
    EXPECT_EQ(whenOf("when: {is: DIALYSIS}\n"),
              "on dialysis\n"
              "  at least one of these:\n"
              "    active problem: On dialysis\n"
              "    procedure: Dialysis session in the last 14 days\n");
}

TEST(Statement, IdsOfRulesLeadToTheRule)
{
    auto const rules = rulesOf(
        {ruleText("EL-T", "when: {sex: female}\n"), ruleText("EL-U", "when: {rule: EL-T}\n")});

    auto const line = withLinks("EL-T fires, EL-TX and EL-U do not", *rules);

    ASSERT_EQ(line.size(), 4U);
    EXPECT_EQ(line[0].target, "EL-T");
    EXPECT_EQ(line[1].text, " fires, EL-TX and ");
    EXPECT_EQ(line[2].target, "EL-U");
}

TEST(Statement, AgesThatFollowEachOtherAreOne)
{
    auto const rules = rulesOf({ruleText("EL-T", "when: {sex: female}\n")});
    auto const named = [&](std::string_view name) {
        for (std::size_t i = 0; i < rules->conditions.size(); ++i)
            if (rules->conditions[i].name == name)
                return rules::NamedIndex{static_cast<std::uint16_t>(i)};
        throw std::runtime_error{"no such condition"};
    };

    EXPECT_EQ(populationsText({named("age-1-5"), named("age-6-11"), named("age-12-17")}, *rules),
              "1 to 17 years");
    EXPECT_EQ(populationsText({rules::NamedIndex{}, named("under-1"), named("age-6-11")}, *rules),
              "everybody else, under 1 year or 6 to 11 years");
    EXPECT_EQ(populationsText({named("pregnancy")}, *rules), "pregnancy on record");
}

} // namespace
} // namespace tcds::rulebook
