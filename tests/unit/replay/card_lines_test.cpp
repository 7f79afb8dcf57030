#include "server/replay/card_lines.hpp"

#include <gtest/gtest.h>

namespace tcds::replay {
namespace {

std::string joined(std::vector<CardLine> const& lines)
{
    std::string text;
    for (auto const& line : lines) text += std::string{line.sign} + line.text + "\n";
    return text;
}

TEST(LinesOfCard, AreOneAMemberAndOneAParagraphOfTheDetail)
{
    auto const lines =
        linesOfCard(R"({"summary":"Low \"K\"","detail":"**Findings:** a\n\n**Why:** b",)"
                    R"("source":{"label":"x"},"links":[{"n":1,"t":true}]})");

    EXPECT_EQ(lines, (std::vector<std::string>{"summary: Low \"K\"", "detail: **Findings:** a",
                                               "detail: **Why:** b", "source.label: x",
                                               "links[0].n: 1", "links[0].t: true"}));
}

TEST(LinesOfCard, AreNoneOfWhatIsNoCard)
{
    EXPECT_TRUE(linesOfCard("").empty());
    EXPECT_TRUE(linesOfCard("{").empty());
}

TEST(LinesOfCard, StaySmallForACardThatSomebodyMadeUp)
{
    std::string card = "{\"" + std::string(1'000'000, 'n') + "\":[0";
    for (int i = 1; i < 100'000; ++i) card += ",0";
    auto const lines = linesOfCard(card + "]}");

    EXPECT_EQ(lines.size(), 1000U);
    EXPECT_EQ(lines.front(), std::string(64, 'n') + "[0]: 0");
}

TEST(LineDifference, KeepsWhatBothHaveInOrder)
{
    EXPECT_EQ(joined(lineDifference({"a", "b", "c", "d"}, {"a", "c", "x", "d"})),
              " a\n-b\n c\n+x\n d\n");
}

TEST(LineDifference, IsAllOfOneSideWhereTheOtherHasNothing)
{
    EXPECT_EQ(joined(lineDifference({}, {"a"})), "+a\n");
    EXPECT_EQ(joined(lineDifference({"a"}, {})), "-a\n");
    EXPECT_EQ(joined(lineDifference({}, {})), "");
}

} // namespace
} // namespace tcds::replay
