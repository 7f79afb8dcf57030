#include "server/audit/unseal.hpp"

#include "server/audit/digest.hpp"
#include "tests/unit/audit/decision_stage.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <array>

namespace tcds::audit {
namespace {

using testing::HasSubstr;

SealKey sealKey()
{
    test::TemporaryDirectory const folder;
    test::writeFile(folder.path("seal.key"), "0123456789abcdef0123456789abcdef");
    ::chmod(folder.path("seal.key").c_str(), 0600);
    return SealKey::fromFile(folder.path("seal.key")).value();
}

/// A decision whose request, two pages of laboratory results and answer are sealed.
struct SealedDecision {
    SealedDecision()
    {
        stage.record.level = Level::Full;
        stage.record.requestSha256 = requestDigest;
        stage.record.responseSha256 = answerDigest;
        stage.context.inputs[2] = {"labs", "fhir", SourceStatus::Ok, 2};
        fetched[0] = {"labs", "Observation?patient={patientKey}",
                      "",     sha256(sha256("page 1") + sha256("page 2")),
                      200,    12};
        stage.record.fetched = fetched;
        std::array const parts{
            SealedPart{"request", "the request"}, SealedPart{"answer", "the answer"},
            SealedPart{"fetched/labs", "page 1"}, SealedPart{"fetched/labs", "page 2"}};
        sealed.key = key.id();
        sealed.jwe = key.seal({"mercy-west", "decision", stage.record.decisionId}, parts);
        stage.record.sealed = &sealed;
    }

    SealKey key = sealKey();
    std::string requestDigest = sha256("the request"), answerDigest = sha256("the answer");
    std::array<FetchedInput, 1> fetched;
    Sealed sealed;
    test::DecisionStage stage;
};

TEST(OpenedRecord, IsComparedWithTheDigestsOfTheRecord)
{
    SealedDecision const made;
    auto const line = made.stage.line();
    ASSERT_TRUE(isSealed(line));

    auto const opened = openRecord(line, made.key);

    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ(opened->title, "decision 2, 2026-03-03T10:12:44.402Z");
    ASSERT_EQ(opened->parts.size(), 4U);
    for (auto const& part : opened->parts) EXPECT_EQ(part.fits, true) << part.name;
}

TEST(OpenedRecord, SaysWhichPartIsNotWhatCameOrLeft)
{
    SealedDecision made;
    made.answerDigest = sha256("another answer");
    made.stage.record.responseSha256 = made.answerDigest;
    made.fetched[0].sha256 = sha256("another page");

    auto const opened = openRecord(made.stage.line(), made.key);

    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ(opened->parts[0].fits, true);
    EXPECT_EQ(opened->parts[1].fits, false);
    EXPECT_EQ(opened->parts[2].fits, false);
}

TEST(OpenedRecord, ComparesNoRequestWhoseTokenWasBlanked) // CTL-06
{
    SealedDecision made;
    made.sealed.tokenBlanked = true;
    made.sealed.leftOut = {"fetched/medications"};

    auto const opened = openRecord(made.stage.line(), made.key);

    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ(opened->parts[0].fits, std::nullopt);
    EXPECT_THAT(opened->leftOut, testing::ElementsAre("fetched/medications"));
}

TEST(OpenedRecord, IsOnlyThatInWhichSomethingIsSealed)
{
    test::DecisionStage const plain;
    auto const line = plain.line();

    EXPECT_FALSE(isSealed(line));
    auto const opened = openRecord(line, sealKey());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().what, "nothing is sealed in it");
    EXPECT_FALSE(openRecord("{\"type\":", sealKey()));
    EXPECT_FALSE(openRecord(R"({"type":"decision","sealed":{"key":"s1","jwe":"x.y"}})", sealKey()));
}

TEST(OpenedRecord, OfAnotherDecisionIsRefused)
{
    SealedDecision made;
    made.stage.record.decisionId = "019cb32f-8d00-70d8-98e0-985ecc7f6041";

    auto const opened = openRecord(made.stage.line(), made.key);

    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().what, HasSubstr("another record"));
}

} // namespace
} // namespace tcds::audit
