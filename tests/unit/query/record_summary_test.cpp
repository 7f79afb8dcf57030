#include "server/query/record_summary.hpp"

#include "server/audit/record_line.hpp"
#include "tests/unit/query/stage.hpp"

namespace tcds::query {
namespace {

/// A whole line, in room with a byte behind it.
std::vector<char> lineOf(std::string_view type, std::string const& members)
{
    audit::Sha256 sha256;
    std::string line;
    audit::appendLine(line, {type, 7, "2026-03-03T10:12:44.402Z", R"(,"node":"n","tenant":"t")"},
                      members, audit::noPrevious(), sha256);
    return {line.begin(), line.end()}; // the line feed is the byte behind it
}

RecordSummary const* read(SummaryReader& reader, std::vector<char>& line)
{
    return reader.read(std::span{line}.first(line.size() - 1));
}

TEST(RecordSummary, TakesWhatQuestionsAskOfADecision)
{
    auto line = lineOf(
        "decision",
        R"("decisionId":"d1","hook":"patient-view","service":"s","client":{"name":"mercy",)"
        R"("iss":"https://x"},"user":"Practitioner/1","subject":{"patientKey":"k:p",)"
        R"("encounterKey":"k:e"},"fhirServer":"https://ehr.example.org","mode":"active",)"
        R"("inputs":[{"key":"labs","status":"ok","count":3}],)"
        R"("facts":[{"id":"f0","kind":"patient"},{"id":"f1","kind":"complaint","kinds":["X"]}],)"
        R"("rules":[{"id":"EL-K-LOW","version":"1.0.0","outcome":"fired","level":"warning",)"
        R"("facts":["f0"],"us":3},{"id":"RF-ALS","outcome":"not-met","why":"gate","facts":[]}],)"
        R"("idle":3,"cards":[{"uuid":"c1","rule":"EL-K-LOW","rules":["EL-K-LOW","MED-LOOP"],)"
        R"("level":"warning","card":{"uuid":"no","level":"no","suggestions":[{"uuid":"no",)"
        R"("rules":["no"]}]}}],"response":{"http":200})");
    SummaryReader reader;

    auto const* record = read(reader, line);

    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->type, "decision");
    EXPECT_EQ(record->seq, 7U);
    EXPECT_EQ(record->time, audit::test::instant("2026-03-03T10:12:44.402Z"));
    EXPECT_EQ(record->decision, "d1");
    EXPECT_EQ(record->client, "mercy");
    EXPECT_EQ(record->user, "Practitioner/1");
    EXPECT_EQ(record->patientKey, "k:p");
    EXPECT_EQ(record->encounterKey, "k:e");
    EXPECT_EQ(record->fhirServer, "https://ehr.example.org");
    EXPECT_TRUE(record->complaint);
    ASSERT_EQ(record->judged.size(), 2U);
    EXPECT_EQ(record->judged[0].rule, "EL-K-LOW");
    EXPECT_EQ(record->judged[0].level, "warning");
    EXPECT_EQ(record->judged[1].outcome, "not-met");
    EXPECT_EQ(record->judged[1].why, "gate");
    ASSERT_EQ(record->cards.size(), 1U);
    EXPECT_EQ(record->cards[0].uuid, "c1");
    EXPECT_EQ(record->cards[0].level, "warning");
    EXPECT_EQ(record->cards[0].rules, (std::vector<std::string_view>{"EL-K-LOW", "MED-LOOP"}));
}

TEST(RecordSummary, TakesFeedbackAndRefusals)
{
    auto line = lineOf("feedback", R"("service":"s","card":"c1","decisionId":"d1","rule":"A",)"
                                   R"("rules":["A","B"],"outcome":"overridden","reason":)"
                                   R"({"system":"urn:x","code":"addressed"},"client":"mercy",)"
                                   R"("outcomeTimestamp":"2026-03-03T09:00:00Z")");
    SummaryReader reader;
    auto const* feedback = read(reader, line);
    ASSERT_NE(feedback, nullptr);
    EXPECT_EQ(feedback->card, "c1");
    EXPECT_EQ(feedback->decision, "d1");
    EXPECT_EQ(feedback->rules, (std::vector<std::string_view>{"A", "B"}));
    EXPECT_EQ(feedback->client, "mercy");
    EXPECT_EQ(feedback->reason, "addressed");
    EXPECT_EQ(feedback->reasonSystem, "urn:x");
    EXPECT_EQ(answeredAt(*feedback), audit::test::instant("2026-03-03T09:00:00Z"));

    auto refusal = lineOf("reject", R"("http":400,"reason":"json","client":"mercy")");
    auto const* reject = read(reader, refusal);
    ASSERT_NE(reject, nullptr);
    EXPECT_EQ(reject->http, "400");
    EXPECT_EQ(reject->reason, "json");
    EXPECT_TRUE(reject->rules.empty()) << "nothing is left of the record before";
    EXPECT_TRUE(reject->card.empty());
}

TEST(RecordSummary, WithoutFactsAComplaintShowsInRulesThatPassedTheirGate)
{
    auto const complaint = [](std::string const& members) {
        auto line = lineOf("decision", members);
        SummaryReader reader;
        return read(reader, line)->complaint;
    };
    EXPECT_TRUE(complaint(R"("rules":[{"id":"A","outcome":"fired"}])"));
    EXPECT_TRUE(complaint(R"("rules":[{"id":"A","outcome":"suppressed","why":"normal"}])"));
    EXPECT_FALSE(complaint(R"("rules":[{"id":"A","outcome":"not-met","what":"gate"}])"));
    EXPECT_FALSE(complaint(R"("facts":[],"rules":[{"id":"A","outcome":"fired"}])"))
        << "the facts know better";
}

TEST(RecordSummary, WhatIsNoRecordIsNone)
{
    SummaryReader reader;
    auto const isRecord = [&](std::string text) {
        std::vector<char> line{text.begin(), text.end()};
        line.push_back('\n');
        return read(reader, line) != nullptr;
    };
    EXPECT_FALSE(isRecord(""));
    EXPECT_FALSE(isRecord("{}"));
    EXPECT_FALSE(isRecord(R"({"v":1,"type":"decision","seq":1})"));
    auto const broken = lineOf("decision", R"("rules":[)");
    EXPECT_FALSE(isRecord({broken.begin(), broken.end() - 1}));
    auto const notUtf8 = lineOf("decision", "\"user\":\"\xff\"");
    EXPECT_FALSE(isRecord({notUtf8.begin(), notUtf8.end() - 1}));
}

TEST(RecordSummary, DepthMadeToHarmHurtsNobody)
{
    auto line = lineOf("decision", R"("facts":)" + std::string(200'000, '[') +
                                       std::string(200'000, ']') + R"(,"user":"u")");
    SummaryReader reader;
    auto const* record = read(reader, line);
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->user, "u");
}

TEST(CountedReason, IsOursNoneOrOther)
{
    constexpr std::string_view kOurs = "urn:twitch-cds:override-reason";
    EXPECT_EQ(countedReason(kOurs, "addressed"), "addressed");
    EXPECT_EQ(countedReason("urn:x", "addressed"), "other");
    EXPECT_EQ(countedReason(kOurs, "=HYPERLINK(1)"), "other");
    EXPECT_EQ(countedReason(kOurs, "none"), "other") << "that is no code of ours";
    EXPECT_EQ(countedReason("", ""), "none");
}

} // namespace
} // namespace tcds::query
