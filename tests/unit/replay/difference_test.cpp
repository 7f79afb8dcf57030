#include "server/replay/difference.hpp"

#include <gtest/gtest.h>

namespace tcds::replay {
namespace {

RuleSaid rule(std::string id, std::string outcome, std::string level = "", std::string why = "",
              std::string what = "")
{
    return {std::move(id),
            "1.0.0",
            std::move(outcome),
            std::move(why),
            std::move(what),
            std::move(level),
            "",
            "",
            {"f1"}};
}

CardSaid card(std::string lead, std::string summary)
{
    return {"u", lead, "warning", "warning", {lead}, "", R"({"summary":")" + summary + R"("})"};
}

Decided decided()
{
    Decided decided;
    decided.rules = {rule("EL-K-LOW", "fired", "warning"),
                     rule("MED-LOOP", "suppressed", "info", "normal"),
                     rule("RF-ALS", "unknown", "", "no-result", "lab:CK")};
    decided.idle = 7;
    decided.missing = {"lab:CK"};
    decided.cards = {card("EL-K-LOW", "Low potassium")};
    return decided;
}

TEST(DifferenceOf, TheSameDecisionsIsNone)
{
    EXPECT_TRUE(differenceOf(decided(), decided()).none());
    EXPECT_EQ(toText(differenceOf(decided(), decided())), "");
}

TEST(DifferenceOf, NamesRulesThatAppearVanishAndChangeLevel)
{
    auto now = decided();
    now.rules[0].level = "critical";
    now.rules[1] = rule("MED-LOOP", "fired", "info");
    now.rules[2] = rule("RF-MND", "fired", "critical");

    auto const difference = differenceOf(decided(), now);

    ASSERT_EQ(difference.rules.size(), 4U);
    EXPECT_EQ(difference.rules[0].id(), "EL-K-LOW");
    EXPECT_TRUE(difference.rules[0].changesLevel());
    EXPECT_FALSE(difference.rules[0].appears());
    EXPECT_TRUE(difference.rules[1].appears());
    EXPECT_EQ(difference.rules[2].id(), "RF-ALS");
    EXPECT_FALSE(difference.rules[2].vanishes()); // it had not fired
    EXPECT_TRUE(difference.rules[3].appears());
    EXPECT_EQ(toText(difference), "  EL-K-LOW 1.0.0: fired warning -> fired critical\n"
                                  "  MED-LOOP 1.0.0: suppressed info (normal) -> fired info\n"
                                  "  RF-ALS 1.0.0: unknown (no-result lab:CK) -> idle\n"
                                  "  RF-MND 1.0.0: idle -> fired critical\n");
}

TEST(DifferenceOf, SaysWhichFactsARuleUsesNow)
{
    auto now = decided();
    now.rules[0].facts = {"f1", "f4"};

    EXPECT_EQ(toText(differenceOf(decided(), now)),
              "  EL-K-LOW 1.0.0: fired warning -> fired warning\n"
              "    facts f1 -> f1, f4\n");
}

TEST(DifferenceOf, LooksAtVersionsOnlyWhereTheyMatter)
{
    auto now = decided();
    now.rules[0].version = "2.0.0";

    EXPECT_TRUE(differenceOf(decided(), now, false).none());
    EXPECT_EQ(toText(differenceOf(decided(), now)),
              "  EL-K-LOW 1.0.0 -> 2.0.0: fired warning -> fired warning\n");
}

TEST(DifferenceOf, ShowsTheLinesOfACardThatChange)
{
    auto now = decided();
    now.cards = {card("EL-K-LOW", "Potassium is low"), card("MED-LOOP", "Furosemide")};

    EXPECT_EQ(toText(differenceOf(decided(), now)), "  card EL-K-LOW\n"
                                                    "    - summary: Low potassium\n"
                                                    "    + summary: Potassium is low\n"
                                                    "  card MED-LOOP: new\n"
                                                    "    + summary: Furosemide\n");
}

TEST(DifferenceOf, SaysWhatElseHasChanged)
{
    auto now = decided();
    now.idle = 8;
    now.missing = {"lab:MG"};
    now.cards.clear();

    EXPECT_EQ(toText(differenceOf(decided(), now)), "  idle rules: 7 -> 8\n"
                                                    "  no longer missing: lab:CK\n"
                                                    "  missing besides: lab:MG\n"
                                                    "  card EL-K-LOW: gone\n"
                                                    "    - summary: Low potassium\n");
}

TEST(DifferenceOf, NoticesCardsInAnotherOrder)
{
    auto was = decided();
    was.cards.push_back(card("MED-LOOP", "Furosemide"));
    auto now = was;
    std::swap(now.cards[0], now.cards[1]);

    EXPECT_FALSE(differenceOf(was, now).none());
    EXPECT_EQ(toText(differenceOf(was, now)), "  the cards come in another order\n");
}

} // namespace
} // namespace tcds::replay
