#include "server/audit/decision.hpp"
#include "tests/unit/audit/decision_stage.hpp"
#include "tests/unit/audit/record_schema.hpp"

#include <gmock/gmock.h>

#include <array>

namespace tcds::audit {
namespace {

using test::DecisionStage;
using test::schemaFault;
using testing::HasSubstr;
using testing::Not;

Sealed sealedText()
{
    return {
        "s1d7b4a6", "eyJhbGciOiJkaXIifQ..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", {}, false};
}

TEST(RecordLevel, DigestHoldsNoFactsAndNoCards)
{
    DecisionStage stage;
    stage.record.level = Level::Digests;

    auto const line = stage.line();

    EXPECT_EQ(schemaFault(line), "");
    EXPECT_THAT(line, HasSubstr(R"("phi":"digest")"));
    EXPECT_THAT(line, Not(HasSubstr(R"("facts":[{)")));
    EXPECT_THAT(line, Not(HasSubstr("2.90"))) << "a value";
    EXPECT_THAT(line, Not(HasSubstr("313988"))) << "a code";
    EXPECT_THAT(line, Not(HasSubstr("Low potassium"))) << "a text";
    EXPECT_THAT(line, HasSubstr(R"("topic":"ELKLOW","sha256":")"))
        << "the digest of the card stays";
    EXPECT_THAT(line, HasSubstr(R"("redacted":["/facts","/cards/*/card"])"));
}

TEST(RecordLevel, FullHoldsWhatCameAndWhatLeftSealed)
{
    DecisionStage stage;
    auto sealed = sealedText();
    sealed.leftOut = {"fetched/labs"};
    stage.record.level = Level::Full;
    stage.record.sealed = &sealed;

    auto const line = stage.line();

    EXPECT_EQ(schemaFault(line), "");
    EXPECT_THAT(line, HasSubstr(R"("phi":"full")"));
    EXPECT_THAT(line,
                HasSubstr(R"("sealed":{"key":"s1d7b4a6","leftOut":["fetched/labs"],"jwe":")" +
                          sealed.jwe + R"("},"redacted":["/cards/*/card/**/reference"],"prev")"));
}

TEST(RecordLevel, RedactedNamesAllThatWasReplaced)
{
    DecisionStage stage;
    auto sealed = sealedText();
    sealed.tokenBlanked = true;
    std::array const fetched{
        FetchedInput{"labs", "Observation?patient={patientKey}", "", "", 200, 5}};
    stage.record.level = Level::Full;
    stage.record.sealed = &sealed;
    stage.record.userHidden = true;
    stage.record.fetched = fetched;

    EXPECT_THAT(stage.members(),
                testing::EndsWith(R"("redacted":["/cards/*/card/**/reference","/inputs/*/query",)"
                                  R"("/user","/sealed/request/fhirAuthorization/access_token"])"));
}

TEST(RecordLevel, SealedAndFactsStandOnlyWhereTheLevelSaysSo)
{
    DecisionStage stage;
    auto const sealed = sealedText();
    stage.record.sealed = &sealed;
    EXPECT_NE(schemaFault(stage.line()), "") << "sealed at level facts";
    stage.record.level = Level::Digests;
    EXPECT_NE(schemaFault(stage.line()), "") << "sealed at level digest";
    stage.record.sealed = nullptr;
    stage.record.level = Level::Full;
    EXPECT_NE(schemaFault(stage.line()), "") << "nothing sealed at level full";
}

TEST(InputDigests, AreThoseOfTheValuesAsTheyCame) // decision D49
{
    DecisionStage stage;
    std::string const one(64, 'a');
    std::string const two(64, 'b');
    std::array const received{ReceivedInput{"patient", one, ""},
                              ReceivedInput{"medications", "", "k26q1:KwNrETh5XwElSA0VCTdxEA"}};
    stage.record.received = received;

    auto const line = stage.line();

    EXPECT_EQ(schemaFault(line), "");
    EXPECT_THAT(
        line, HasSubstr(R"({"key":"patient","via":"prefetch","status":"ok","count":1,"sha256":")" +
                        one + R"("})"));
    EXPECT_THAT(line, HasSubstr(R"("count":50,"hmac":"k26q1:KwNrETh5XwElSA0VCTdxEA"})"));
}

TEST(InputDigests, OfOneKeySentTwiceAreJoined)
{
    DecisionStage stage;
    std::string const one(64, 'a');
    std::string const two(64, 'b');
    std::array const received{ReceivedInput{"patient", one, ""}, ReceivedInput{"patient", two, ""}};
    stage.record.received = received;

    // printf "$(printf 'a%.0s' {1..64})$(printf 'b%.0s' {1..64})" | sha256sum
    EXPECT_THAT(
        stage.members(),
        HasSubstr(
            R"("count":1,"sha256":"fa0dafbf43f1f551e536353e9d1a942a8e86e41a0b58dfeaf264ef217f6b862a"})"));
}

TEST(Timing, SaysWhatTheTokenCost)
{
    DecisionStage stage;
    stage.record.authenticate = std::chrono::microseconds{1900};

    EXPECT_EQ(schemaFault(stage.line()), "");
    EXPECT_THAT(stage.members(), HasSubstr(R"("totalUs":231870,"authUs":1900,"parseUs":2100,)"));
}

TEST(FeedbackRecord, HoldsWhoAndWhereAndSealedTexts)
{
    auto const sealed = sealedText();
    FeedbackRecord record;
    record.service = "twitch-patient-view";
    record.card = "5ac73063-6082-5a75-8033-837f4aef1a65";
    record.outcome = "overridden";
    record.reasonText = true;
    record.user = "Practitioner/p1";
    record.client = "mercy";
    record.location = "k26q1:KwNrETh5XwElSA0VCTdxEA";
    record.sealed = &sealed;

    auto const members = writeFeedback(record);

    EXPECT_THAT(members, testing::EndsWith(R"("user":"Practitioner/p1","client":"mercy",)"
                                           R"("location":"k26q1:KwNrETh5XwElSA0VCTdxEA",)"
                                           R"("sealed":{"key":"s1d7b4a6","jwe":")" +
                                           sealed.jwe + R"("})"));
    EXPECT_EQ(schemaFault(test::lineOf("feedback", members)), "");
}

} // namespace
} // namespace tcds::audit
