#include "fhir/base/problems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds {

namespace {

std::vector<std::string> places(Problems const& problems)
{
    std::vector<std::string> result;
    for (auto const& problem : problems.sorted()) result.push_back(problem.where);
    return result;
}

TEST(ErrorText, LeavesOutEmptyPartsAndEndsSentencesOnce)
{
    struct Row {
        Error error;
        std::string text;
    };
    std::vector<Row> const rows{
        {{Error::Kind::Config, "config.yaml:14:5", "unknown key \"prot\"",
          "did you mean \"port\"?"},
         "config.yaml:14:5: unknown key \"prot\". Fix: did you mean \"port\"?"},
        {{Error::Kind::Config, "", "no rules", "add one"}, "no rules. Fix: add one."},
        {{Error::Kind::Config, "a", "b.", ""}, "a: b."},
        {{Error::Kind::Config, "a", "", "c"}, "a. Fix: c."},
        {{Error::Kind::Config, "", "", ""}, ""},
    };
    for (auto const& row : rows) EXPECT_EQ(toText(row.error), row.text);
}

TEST(FailedResult, TakingItsValueThrowsWithTheReason)
{
    Result<int> const failed = Error{Error::Kind::NotFound, "here", "nothing there", ""};
    try {
        (void)failed.value();
        FAIL() << "no exception";
    } catch (std::logic_error const& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("here: nothing there."));
    }
}

TEST(DiagnosticText, FollowsTheFormOfCompilers)
{
    Diagnostic diagnostic{Severity::Error, "L01", "packs/core/A.yaml:14:9", "unknown key \"belov\"",
                          "did you mean \"below\"?"};
    EXPECT_EQ(toText(diagnostic), "packs/core/A.yaml:14:9: error L01: unknown key \"belov\". Fix: "
                                  "did you mean \"below\"?");

    diagnostic = {Severity::Warning, "", "A.yaml", "odd", "look"};
    EXPECT_EQ(toText(diagnostic), "A.yaml: warning: odd. Fix: look.");
}

TEST(Problems, AreSortedByFileThenLineAndColumnAsNumbers)
{
    Problems problems;
    for (auto const* where : {"b.yaml:1:1", "a.yaml:10:2", "a.yaml:9:12", "a.yaml:9:3", "a.yaml",
                              "C:/x.yaml:2:1", "a.yaml:10"})
        problems.error("L01", where, "x", "y");

    EXPECT_THAT(places(problems),
                testing::ElementsAre("C:/x.yaml:2:1", "a.yaml", "a.yaml:9:3", "a.yaml:9:12",
                                     "a.yaml:10", "a.yaml:10:2", "b.yaml:1:1"));
}

TEST(Problems, AtOnePlaceAreSortedByCode)
{
    Problems problems;
    problems.error("L05", "a:1:1", "x", "");
    problems.warning("L02", "a:1:1", "x", "");

    EXPECT_EQ(problems.sorted().front().code, "L02");
}

TEST(Problems, EqualFindingsAreListedOnceAndSimilarOnesAreNot)
{
    Problems problems;
    problems.error("L01", "a:1:1", "x", "y");
    problems.error("L02", "a:1:1", "x", "y");
    problems.error("L01", "a:1:1", "x", "y");

    EXPECT_EQ(problems.sorted().size(), 2U);
}

TEST(Problems, OnlyWarningsAreNoErrors)
{
    Problems problems;
    EXPECT_TRUE(problems.empty());

    problems.warning("W01", "a:1:1", "x", "y");
    EXPECT_FALSE(problems.empty());
    EXPECT_FALSE(problems.hasErrors());

    problems.error("L01", "a:1:1", "x", "y");
    EXPECT_TRUE(problems.hasErrors());
}

TEST(Problems, BecomeOneErrorWithALineForEach)
{
    Problems problems;
    problems.error("L02", "a:2:1", "second", "f");
    problems.error("L01", "a:1:1", "first", "f");

    auto const error = problems.asError();

    EXPECT_EQ(error.kind, Error::Kind::Config);
    EXPECT_EQ(error.what, "a:1:1: error L01: first. Fix: f.\na:2:1: error L02: second. Fix: f.");
    EXPECT_EQ(toText(error), error.what);
}

TEST(NearestWord, IsWithinAThirdOfWhatWasTyped)
{
    std::vector<std::string_view> const known{"port",     "below", "above",
                                              "at_least", "LOOP",  "DOPAMINE_AGONIST"};
    std::vector<std::pair<std::string_view, std::string_view>> const rows{
        {"prot", "port"},   // neighbours swapped: one step
        {"belov", "below"}, // one letter of five
        {"bxlov", ""},      // two of five are too many
        {"at_leest", "at_least"},
        {"atlesat", "at_least"}, // two steps of seven
        {"DOPAMIN_AGONIST", "DOPAMINE_AGONIST"},
        {"Loop", "LOOP"}, // case costs nothing
        {"xy", ""},
        {"", ""},
    };
    for (auto const& [typed, nearest] : rows)
        EXPECT_EQ(nearestWord(typed, known), nearest) << typed;
}

TEST(NearestWord, OfSeveralIsTheCloserOneAndTheFirstOfEquals)
{
    EXPECT_EQ(nearestWord("abcdef", {"abcxyf", "abcdxf"}), "abcdxf");
    EXPECT_EQ(nearestWord("abc", {"abd", "abe"}), "abd");
    EXPECT_EQ(nearestWord("abc", {}), "");
}

} // namespace

} // namespace tcds
