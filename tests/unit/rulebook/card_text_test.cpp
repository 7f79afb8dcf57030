#include "server/rulebook/card_text.hpp"

#include <gtest/gtest.h>

namespace tcds::rulebook {
namespace {

TEST(CardText, ReadsEmphasisLinksAndBackslashes)
{
    auto const line = detailLine(R"(**K 2\.9** is low, [E10](https://example.org/a) [b])");

    ASSERT_EQ(line.size(), 4U);
    EXPECT_EQ(line[0].kind, Span::Kind::Strong);
    EXPECT_EQ(line[0].text, "K 2.9");
    EXPECT_EQ(line[1].text, " is low, ");
    EXPECT_EQ(line[2].kind, Span::Kind::Link);
    EXPECT_EQ(line[2].text, "E10");
    EXPECT_EQ(line[2].target, "https://example.org/a");
    EXPECT_EQ(line[3].text, " [b]");
}

TEST(CardText, AnEscapedBracketIsNoLink)
{
    auto const line = detailLine(R"(\[a\](https://example.org))");

    ASSERT_EQ(line.size(), 1U);
    EXPECT_EQ(line[0].text, "[a](https://example.org)");
}

TEST(CardText, ItemsInARowAreOneList)
{
    auto const blocks = detailBlocks("**Findings:**\n- a\n- b\n\n**Why:** c");

    ASSERT_EQ(blocks.size(), 3U);
    ASSERT_TRUE(std::holds_alternative<List>(blocks[1].is));
    EXPECT_EQ(std::get<List>(blocks[1].is).items.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Paragraph>(blocks[2].is));
}

} // namespace
} // namespace tcds::rulebook
