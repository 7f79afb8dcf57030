#include "fhir/upkeep/rrf_file.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tcds::upkeep {
namespace {

using testing::HasSubstr;

constexpr RrfLayout kThree{"T.RRF", 3};

struct Outcome {
    std::vector<std::string> rows; // cells joined by a plus
    std::optional<Error> error;
};

Outcome read(std::string_view text, Progress const& progress = {})
{
    test::Scratch const scratch;
    scratch.write("T.RRF", text);
    Outcome outcome;
    outcome.error = forEachRow(scratch.path(), kThree, progress, [&](RrfRow const& row) {
        outcome.rows.push_back(std::string{row[0]} + '+' + std::string{row[1]} + '+' +
                               std::string{row[2]});
        return std::optional<Error>{};
    });
    return outcome;
}

TEST(RrfFile, LinesAreTakenApartAtBars)
{
    auto const outcome = read("1|a b|x|\n2|||\n");
    EXPECT_FALSE(outcome.error);
    EXPECT_THAT(outcome.rows, testing::ElementsAre("1+a b+x", "2++"));
}

TEST(RrfFile, LineEndsOfWindowsAreNoPartOfALine)
{
    auto const outcome = read("1|a|x|\r\n");
    EXPECT_FALSE(outcome.error);
    EXPECT_THAT(outcome.rows, testing::ElementsAre("1+a+x"));
}

TEST(RrfFile, WhatIsWrongIsNamedWithItsLine)
{
    struct Case {
        char const *text, *where, *what;
    };
    for (auto const& each : {
             Case{"1|a|x|\n2|b\n", "T.RRF:2", "2 columns"},
             Case{"1|a|x|\n2|b|\n", "T.RRF:2", "2 columns"},
             Case{"1|a|x\n", "T.RRF:1", "3 columns"}, // the bar behind the last is missing
             Case{"1|a|x|y|\n", "T.RRF:1", "4 columns"},
             Case{"\n", "T.RRF:1", "0 columns"},
             Case{"1|a|x|\n2|b|y|", "T.RRF:2", "cut short"},
             Case{"", "T.RRF:1", "empty"},
         }) {
        auto const outcome = read(each.text);
        ASSERT_TRUE(outcome.error) << each.text;
        EXPECT_EQ(outcome.error->where, each.where) << each.text;
        EXPECT_THAT(outcome.error->what, HasSubstr(each.what)) << each.text;
        EXPECT_FALSE(outcome.error->fix.empty());
    }
}

TEST(RrfFile, AMissingFileIsNotFound)
{
    test::Scratch const scratch;
    auto const error = forEachRow(scratch.path(), kThree, {},
                                  [](RrfRow const&) { return std::optional<Error>{}; });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, Error::Kind::NotFound);
    EXPECT_THAT(error->where, HasSubstr("T.RRF"));
}

TEST(RrfFile, LinesMayLieAcrossTheBuffer)
{
    std::string text;
    std::vector<std::string> expected;
    for (int i = 1; i <= 3000; ++i) { // 3 MB, many times the buffer
        auto const number = std::to_string(i);
        std::string const filling(1000, 'f');
        text += number + '|' + filling + '|' + number + "|\n";
        expected.push_back(number + '+' + filling + '+' + number);
    }
    auto const outcome = read(text);
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.rows, expected);
}

TEST(RrfFile, ALineWithoutEndDoesNotFillTheMemory)
{
    auto const outcome = read(std::string(1024U * 1024U, 'x'));
    ASSERT_TRUE(outcome.error);
    EXPECT_THAT(outcome.error->what, HasSubstr("longer than 64 KiB"));
}

TEST(RrfFile, ProgressEndsAtTheLengthOfTheFile)
{
    std::uint64_t done = 0, total = 0;
    std::string const text = "1|a|x|\n2|b|y|\n";
    (void)read(text,
               [&](std::string_view, std::uint64_t d, std::uint64_t t) { done = d, total = t; });
    EXPECT_EQ(done, text.size());
    EXPECT_EQ(total, text.size());
}

TEST(RrfFile, AnyBytesAreReadOrRefused)
{
    std::mt19937 random{4}; // the same bytes in every run
    constexpr std::string_view kAlphabet = "|||||\n\r1aé\0\t";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 60; length > 0; --length)
            text += kAlphabet[random() % kAlphabet.size()];
        auto const outcome = read(text);
        auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        EXPECT_TRUE(outcome.error || outcome.rows.size() == lines);
        EXPECT_LE(outcome.rows.size(), lines);
    }
}

} // namespace
} // namespace tcds::upkeep
