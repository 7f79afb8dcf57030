#include "fhir/terms/words.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::terms {
namespace {

std::vector<std::string> wordsOf(std::string_view text)
{
    auto const words = splitWords(text);
    std::vector<std::string> list;
    for (std::size_t i = 0; i < words.size(); ++i) list.emplace_back(words[i]);
    return list;
}

using List = std::vector<std::string>;

TEST(Words, AreLowerCaseLettersAndDigits)
{
    EXPECT_EQ(wordsOf("Lasix 40mg, b.i.d."), (List{"lasix", "40mg", "b", "i", "d"}));
    EXPECT_EQ(wordsOf(""), List{});
    EXPECT_EQ(wordsOf(" .,-; "), List{});
}

TEST(Words, LoseTheirAccents)
{
    EXPECT_EQ(wordsOf("Fasciculación MUSCULÄRE Zuckung Ménière Straße Œdème"),
              (List{"fasciculacion", "musculare", "zuckung", "meniere", "strasse", "oedeme"}));
    EXPECT_EQ(wordsOf("cafe\xCC\x81"), (List{"cafe"})); // an accent of its own (U+0301)
}

TEST(Words, LoseAPossessiveSInText)
{
    EXPECT_EQ(wordsOf("father's hand"), (List{"father", "hand"}));
    EXPECT_EQ(wordsOf("father\xE2\x80\x99s hand"), (List{"father", "hand"}));
    EXPECT_EQ(wordsOf("doesn't"), (List{"doesnt"}));
}

TEST(Words, KeepThePossessiveSInNames)
{
    EXPECT_EQ(foldedName("St. John's Wort"), "st johns wort");
    EXPECT_EQ(foldedName("  5-HTP  "), "5 htp");
}

TEST(Words, CarryTheMarksThatStandBeforeThem)
{
    auto const words = splitWords("Cramps, none; twitching: yes. Dr. Smith 3.5 - left (calf) x");

    EXPECT_TRUE(words.list[1].before.has(Mark::Comma));
    EXPECT_TRUE(words.list[2].before.has(Mark::Semicolon));
    EXPECT_TRUE(words.list[3].before.has(Mark::Colon));
    EXPECT_TRUE(words.list[4].before.has(Mark::Stop));
    EXPECT_TRUE(words.list[4].capital);
    EXPECT_FALSE(words.list[5].before.has(Mark::Stop)); // abbreviation
    EXPECT_FALSE(words.list[7].before.has(Mark::Stop)); // decimal point
    EXPECT_TRUE(words.list[8].before.has(Mark::Dash));
    EXPECT_TRUE(words.list[9].before.has(Mark::Open));
    EXPECT_TRUE(words.list[10].before.has(Mark::Close));
}

TEST(Words, AreNotTroubledByBrokenUtf8)
{
    EXPECT_EQ(wordsOf("leg\xFFtwitch\xC3"), (List{"leg", "twitch"}));
    EXPECT_EQ(wordsOf("\xF0\x9F\x98\x80 twitch"), (List{"twitch"}));
}

} // namespace
} // namespace tcds::terms
