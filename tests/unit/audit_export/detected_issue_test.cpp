#include "server/audit_export/detected_issue.hpp"

#include "tests/unit/audit_export/goldens.hpp"
#include "tests/unit/audit_export/sample_record.hpp"

#include <gmock/gmock.h>

namespace tcds::audit_export::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kBase = "https://hospital.example.org/fhir";

std::vector<Resource> issuesOf(std::string_view line, FeedbackBook const& book = FeedbackBook{})
{
    auto const decision = Decision::read(line);
    EXPECT_TRUE(decision) << toText(decision.error());
    RuleLibrary rules;
    return detectedIssues(*decision, {book, rules, kBase});
}

std::string feedbackLine(std::string_view outcome, std::string_view at)
{
    return R"({"v":1,"type":"feedback","seq":48300,"ts":"2026-03-03T10:20:00.000Z",)" +
           feedbackMembers(outcome, at) + "}";
}

TEST(DetectedIssues, AreTheCardsWithWhatTheyRestOn)
{
    FeedbackBook book;
    ASSERT_TRUE(book.take(feedbackLine("overridden", "2026-03-03T10:20:00.000Z")));

    auto const issues = issuesOf(sampleLine(), book);

    ASSERT_THAT(issues, SizeIs(1));
    EXPECT_EQ(issues[0].id, kCard);
    expectSame(issues[0].json, R"({
        "resourceType": "DetectedIssue", "id": "5ac73063-6082-5a75-8033-837f4aef1a65",
        "meta": {"security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
             "code": "PSEUDED", "display": "pseudonymized"}]},
        "identifier": [{"system": "urn:ietf:rfc:3986",
                        "value": "urn:uuid:5ac73063-6082-5a75-8033-837f4aef1a65"}],
        "status": "final",
        "code": {"coding": [{"system": "urn:twitch-cds:rule", "code": "ELMGLOW",
                             "display": "Low magnesium"}],
                 "text": "Low magnesium 1.1 mg/dL is a likely cause"},
        "severity": "high",
        "patient": {"type": "Patient", "identifier": {"system": "urn:twitch-cds:patient-key",
                    "value": "k26q1:tC_M5rekMcR77-_ryN3thg"}},
        "identifiedDateTime": "2026-03-03T10:12:44.318Z",
        "author": {"type": "Device",
                   "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                   "display": "twitch-cds 0.4.0"},
        "implicated": [{"type": "MedicationRequest",
            "identifier": {"system": "urn:twitch-cds:reference-key",
                           "value": "k26q1:YsZqel3XDDFGYYBjw0TlMQ"}}],
        "evidence": [
          {"code": [{"coding": [{"system": "urn:twitch-cds:rule", "code": "ELMGLOW"}],
                     "text": "EL-MG-LOW 1.2.0"}],
           "detail": [
             {"identifier": {"system": "urn:twitch-cds:reference-key",
                             "value": "k26q1:Ln0sA6lQeuJl7PW1NWiFpQ"}},
             {"type": "Observation", "identifier": {"system": "urn:twitch-cds:reference-key",
                                                    "value": "k26q1:ZcdMFaaGGHu2u_mVj0lPxg"}}]},
          {"code": [{"coding": [{"system": "urn:twitch-cds:rule", "code": "MEDPPI"}],
                     "text": "MED-PPI 1.0.1"}],
           "detail": [
             {"identifier": {"system": "urn:twitch-cds:reference-key",
                             "value": "k26q1:Ln0sA6lQeuJl7PW1NWiFpQ"}},
             {"type": "Observation", "identifier": {"system": "urn:twitch-cds:reference-key",
                                                    "value": "k26q1:ZcdMFaaGGHu2u_mVj0lPxg"}},
             {"type": "MedicationRequest",
              "identifier": {"system": "urn:twitch-cds:reference-key",
                             "value": "k26q1:YsZqel3XDDFGYYBjw0TlMQ"}}]}],
        "detail": "Findings: Magnesium 1.1 mg/dL\n\nWhy: 5 * 2",
        "reference": "https://cds.example.org/rules/EL-MG-LOW",
        "mitigation": [{
          "action": {"coding": [
              {"system": "urn:twitch-cds:feedback-outcome", "code": "overridden"},
              {"system": "urn:twitch-cds:override-reason", "code": "known-stable",
               "display": "Known and stable"}],
            "text": "overridden: Known and stable"},
          "date": "2026-03-03T10:20:00.000Z",
          "author": {"type": "Practitioner", "identifier": {"system": "urn:ietf:rfc:3986",
              "value": "https://ehr.mercy.example/api/FHIR/R4/Practitioner/7"}}}]})");
}

TEST(DetectedIssues, TakeTheirSeverityFromTheFindingNotFromTheIndicator) // decision D12
{
    struct Row {
        std::string_view level, severity;
    };
    for (auto const& row : {Row{"\"info\"", "low"}, Row{"\"warning\"", "moderate"},
                            Row{"\"critical\"", "high"}, Row{"\"loud\"", ""}})
        EXPECT_EQ(
            at(issuesOf(with(sampleLine(), "/cards/0/level", row.level)).at(0).json, "/severity"),
            row.severity);
}

TEST(DetectedIssues, SayWhatARecordWithoutCardTextsStillSays) // level digest
{
    auto const issue =
        issuesOf(without(without(sampleLine(), "/cards/0/card"), "/facts")).at(0).json;

    EXPECT_EQ(at(issue, "/code/coding/0/code"), "ELMGLOW");
    EXPECT_EQ(at(issue, "/detail"), "");
    EXPECT_EQ(at(issue, "/implicated"), "");
    EXPECT_EQ(at(issue, "/evidence/0/detail"), "");
    EXPECT_EQ(at(issue, "/evidence/1/code/0/text"), "MED-PPI 1.0.1");
    EXPECT_EQ(at(issue, "/reference"),
              "https://hospital.example.org/fhir/PlanDefinition/EL-MG-LOW");
    EXPECT_EQ(at(issue, "/mitigation"), "");
}

TEST(DetectedIssues, AreNoneWithoutCards)
{
    EXPECT_THAT(issuesOf(with(sampleLine(), "/cards", "[]")), IsEmpty());
    EXPECT_THAT(issuesOf(with(sampleLine(), "/cards/0/uuid", "\"../x\"")), IsEmpty());
}

TEST(FeedbackOnACard, IsTheLastThatWasGiven)
{
    FeedbackBook book;
    ASSERT_TRUE(book.take(feedbackLine("overridden", "2026-03-03T10:20:00.000Z")));
    ASSERT_TRUE(book.take(feedbackLine("accepted", "2026-03-03T10:25:00.000Z")));
    ASSERT_TRUE(book.take("{"));
    ASSERT_TRUE(book.take(with(feedbackLine("overridden", "2026-03-03T10:30:00.000Z"), "/card",
                               "\"nothing of ours\"")));

    EXPECT_EQ(book.size(), 1);
    EXPECT_EQ(book.of(kCard).outcome, "accepted");
    EXPECT_EQ(book.of(kCard).at, "2026-03-03T10:25:00.000Z");
    EXPECT_EQ(book.of("5ac73063-6082-5a75-8033-837f4aef1a66").outcome, "");
    EXPECT_EQ(book.of("").outcome, "");
}

TEST(FeedbackOnACard, IsNotGatheredWithoutBound)
{
    FeedbackBook book{1};
    auto const first = feedbackLine("overridden", "2026-03-03T10:20:00.000Z");
    ASSERT_TRUE(book.take(first));
    EXPECT_TRUE(book.take(first)); // the same card again

    auto const one = book.take(with(first, "/card", "\"5ac73063-6082-5a75-8033-837f4aef1a66\""));

    ASSERT_FALSE(one);
    EXPECT_EQ(one.error().kind, Error::Kind::TooLarge);
}

} // namespace

} // namespace tcds::audit_export::test
