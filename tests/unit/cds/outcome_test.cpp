#include "server/cds/outcome.hpp"

#include "tests/support/json_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::cds {

namespace {

using test::at;

struct Row {
    Error::Kind kind;
    char const* code; // hl7.org/fhir/R4/valueset-issue-type.html
};

TEST(Outcome, NamesTheKindInTheWordsOfFhir)
{
    for (auto const& [kind, code] :
         {Row{Error::Kind::BadRequest, "invalid"}, Row{Error::Kind::Unauthenticated, "login"},
          Row{Error::Kind::Forbidden, "forbidden"}, Row{Error::Kind::NotFound, "not-found"},
          Row{Error::Kind::TooLarge, "too-long"}, Row{Error::Kind::MissingData, "required"},
          Row{Error::Kind::Timeout, "timeout"}, Row{Error::Kind::Unavailable, "transient"},
          Row{Error::Kind::Config, "exception"}, Row{Error::Kind::Internal, "exception"}}) {
        auto const text = writeOutcome({kind, "/context", "wrong", "mend it"});

        EXPECT_EQ(at(text, "/resourceType"), "OperationOutcome");
        EXPECT_EQ(at(text, "/issue/0/severity"), "error");
        EXPECT_EQ(at(text, "/issue/0/code"), code);
        EXPECT_EQ(at(text, "/issue/1"), "");
    }
}

TEST(Outcome, SaysWhereWhatAndHowToMendIt) // RSP-06
{
    auto const text = writeOutcome(
        {Error::Kind::MissingData, "/prefetch/labs", "was not supplied", "send it as prefetch"});

    EXPECT_EQ(at(text, "/issue/0/diagnostics"),
              "/prefetch/labs: was not supplied. Fix: send it as prefetch.");
}

TEST(Outcome, EscapesWhatItIsMadeOf)
{
    auto const text = writeOutcome({Error::Kind::NotFound, "/a\"b\\", "line\nbreak", ""});

    EXPECT_THAT(at(text, "/issue/0/diagnostics"), testing::HasSubstr("/a\"b\\"));
}

} // namespace

} // namespace tcds::cds
