#include "server/audit/digest.hpp"
#include "server/audit/reader.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using testing::HasSubstr;

TEST(DecisionRecord, IsThatOfTheAnswer) // decision D32
{
    Service service;
    auto const body = call();
    auto const answer = service.post(kView, body);
    auto const records = service.records("decision");

    ASSERT_EQ(records.size(), 1U);
    auto const& record = records.front();
    auto const id = header(answer, "X-Decision-Id");
    EXPECT_EQ(at(record, "/decisionId"), id);
    EXPECT_EQ(at(answer.body, "/cards/0/extension/org.twitch-cds/decision"), id);
    static std::regex const kVersion7{
        "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"};
    EXPECT_TRUE(std::regex_match(id, kVersion7)) << id;
    EXPECT_EQ(at(record, "/hook"), "patient-view");
    EXPECT_EQ(at(record, "/service"), "twitch-patient-view");
    EXPECT_EQ(at(record, "/hookInstance"), "6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11");
    EXPECT_EQ(at(record, "/user"), "Practitioner/p1");
    EXPECT_EQ(at(record, "/mode"), "sandbox");
    EXPECT_EQ(at(record, "/evaluatedAt"), "2026-01-31T08:00:00.000Z");
    EXPECT_EQ(at(record, "/request/bytes"), std::to_string(body.size()));
    EXPECT_EQ(at(record, "/request/sha256"), audit::sha256(body));
    EXPECT_EQ(at(record, "/response/sha256"), audit::sha256(answer.body));
    EXPECT_EQ(at(record, "/response/bytes"), std::to_string(answer.body.size()));
    EXPECT_EQ(at(record, "/response/http"), "200");
    EXPECT_EQ(at(record, "/response/degraded"), "false");
}

TEST(DecisionRecord, HoldsEachCardMasked) // decision D39
{
    Service service;
    auto const answer = service.post(kView, call());
    auto const record = service.records("decision").at(0);

    auto const cards = at(answer.body, "/cards");
    for (int i = 0; i < cardsOf(answer); ++i) {
        auto const place = "/cards/" + std::to_string(i);
        EXPECT_EQ(at(record, place + "/uuid"), at(answer.body, place + "/uuid"));
        auto const masked = at(record, place + "/card");
        EXPECT_EQ(at(masked, "/summary"), at(answer.body, place + "/summary"));
        EXPECT_EQ(at(record, place + "/sha256"), audit::sha256(masked));
    }
}

TEST(DecisionRecord, OfTheSameSettingsHasTheSameDigest)
{
    Service first;
    Service second{{{"max_cards", "1"}}};
    (void)first.post(kView, call());
    (void)first.post(kView, withoutComplaint());
    (void)second.post(kView, call());

    auto const records = first.records("decision");
    EXPECT_EQ(at(records.at(0), "/settings"), at(records.at(1), "/settings"));
    EXPECT_NE(at(records.at(0), "/settings"), at(second.records("decision").at(0), "/settings"));
}

TEST(DecisionRecord, KeepsTheTraceIdOfAGoodHeaderAlone)
{
    Service service;
    auto const traced = [&](std::string_view value) {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.headers.add("traceparent", value);
        (void)service.handle(std::move(request));
        return at(service.records("decision").back(), "/traceId");
    };
    EXPECT_EQ(traced("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
              "4bf92f3577b34da6a3ce929d0e0e4736");
    for (auto const* value : {"", "x", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736",
                              "00-<script>77b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
        EXPECT_EQ(traced(value), "") << value;
}

TEST(RejectRecord, SaysWhyWithoutTheBody) // integration specification 4.2
{
    Service service;
    (void)service.post(kView, "[");
    (void)service.post(kView, with(call(), "/context/patientId", R"("Patient/1")"));
    (void)service.post(kView, with(call(), "/prefetch", "{}"));
    (void)service.post(std::string{kView} + "/feedback", "{}");
    auto const records = service.records("reject");

    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(at(records[0], "/reason"), "json");
    EXPECT_EQ(at(records[0], "/http"), "400");
    EXPECT_EQ(at(records[0], "/service"), "twitch-patient-view");
    EXPECT_EQ(at(records[0], "/remote"), "192.0.2.7");
    EXPECT_EQ(at(records[1], "/reason"), "context-invalid");
    EXPECT_EQ(at(records[1], "/where"), "/context/patientId");
    EXPECT_EQ(at(records[2], "/reason"), "missing-data");
    EXPECT_EQ(at(records[2], "/http"), "412");
    EXPECT_EQ(at(records[3], "/reason"), "feedback-invalid");
    EXPECT_EQ(at(records[3], "/where"), "/feedback");
}

TEST(RejectRecord, TellsWhatIsNestedTooDeepFromWhatIsNoJson) // CTL-10
{
    Service service;
    std::string deep;
    for (int i = 0; i < 70; ++i) deep += R"({"a":)";
    (void)service.post(kView, deep + "1" + std::string(70, '}'));
    (void)service.post(kView, R"({"a":})");

    auto const records = service.records("reject");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(at(records[0], "/reason"), "json-depth");
    EXPECT_EQ(at(records[1], "/reason"), "json");
}

TEST(RejectRecord, OfTheListenerNamesItsStatus)
{
    Service service;
    service.app().recordRefusal(413, "body", "192.0.2.9");
    service.app().recordRefusal(408, "header", "192.0.2.9");
    service.app().recordRefusal(400, "request line", "192.0.2.9");
    auto const records = service.records("reject");

    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(at(records[0], "/reason"), "body-size");
    EXPECT_EQ(at(records[1], "/reason"), "timeout");
    EXPECT_EQ(at(records[2], "/reason"), "http");
}

constexpr std::string_view kTwoItems =
    R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"accepted",)"
    R"("acceptedSuggestions":[{"id":"ab0a6c01-f65f-54a0-9bf9-e243ed9245c0"}],)"
    R"("outcomeTimestamp":"2026-01-31T08:00:00Z"},)"
    R"({"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"overridden",)"
    R"("overrideReason":{"reason":{"system":"urn:twitch-cds:override-reason","code":"addressed"}},)"
    R"("outcomeTimestamp":"2026-01-31T08:01:00Z"}]})";

TEST(FeedbackRecord, IsOneForEachItem) // FB-02
{
    Service service;
    auto const path = std::string{kView} + "/feedback";
    ASSERT_EQ(service.post(path, std::string{kTwoItems}).status, 200);
    auto const records = service.records("feedback");

    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(at(records[0], "/outcome"), "accepted");
    EXPECT_THAT(records[0], HasSubstr("ab0a6c01-f65f-54a0-9bf9-e243ed9245c0"));
    EXPECT_EQ(at(records[1], "/outcome"), "overridden");
    EXPECT_THAT(records[1], HasSubstr("addressed"));
    EXPECT_THAT(records[1], HasSubstr("Already addressed or being treated")); // of our own list
}

TEST(FeedbackRecord, OfABatchWithAFaultIsNone) // FB-12
{
    Service service;
    auto const path = std::string{kView} + "/feedback";

    EXPECT_EQ(service.post(path, tcds::test::without(kTwoItems, "/feedback/1/card")).status, 400);

    EXPECT_TRUE(service.records("feedback").empty());
    EXPECT_EQ(service.records("reject").size(), 1U);
}

TEST(FullLog, RefusesTheAnswer) // decision D33
{
    Service service;
    http::Response answer;
    {
        FullDisk const full;
        answer = service.post(kView, call());
    }
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header(answer, "Retry-After"), "1");
    EXPECT_EQ(header(answer, "X-Decision-Id"), "");
    EXPECT_EQ(at(answer.body, "/issue/0/code"), "transient");
    EXPECT_THAT(answer.body, testing::Not(HasSubstr("cards\"")));
    EXPECT_TRUE(service.records("decision").empty());
    EXPECT_THAT(service.events(), HasSubstr("record lost"));

    EXPECT_EQ(service.post(kView, call()).status, 200); // and the next one is answered
    EXPECT_EQ(service.records("decision").size(), 1U);
}

TEST(FullLog, IsCountedWhereTheSiteChoseToContinue) // decision D33
{
    Service service{{{"audit.on_failure", "continue"}}};
    http::Response answer;
    {
        FullDisk const full;
        answer = service.post(kView, call());
    }
    EXPECT_EQ(answer.status, 200);
    EXPECT_GE(cardsOf(answer), 1);
    EXPECT_EQ(service.losses(), 1U);
    EXPECT_THAT(service.events(), HasSubstr("record lost"));
}

TEST(FullLog, RefusesFeedbackAsWell)
{
    Service service;
    FullDisk const full;

    EXPECT_EQ(service.post(std::string{kView} + "/feedback", std::string{kTwoItems}).status, 503);
}

TEST(RepeatKey, IsStableForTheSameFindingAndKeyed) // decisions D18, D32
{
    Service service;
    auto const key = [&](std::string const& body) {
        return at(service.post(kView, body).body, "/cards/0/extension/org.twitch-cds/key");
    };
    auto newer = call();
    newer = with(newer, "/prefetch/labs",
                 bundle(result("2823-3", "2.9", "mmol/L", "o9", "2026-01-31T07:00:00Z") + "," +
                        result("19123-9", "1.3", "mg/dL", "o2")));

    EXPECT_NE(key(call()), "");
    EXPECT_EQ(key(call()), key(call()));
    EXPECT_NE(key(call()), key(newer)); // other data
    EXPECT_THAT(key(call()), testing::Not(HasSubstr("pt1")));
    Service other; // its own key file
    EXPECT_NE(key(call()),
              at(other.post(kView, call()).body, "/cards/0/extension/org.twitch-cds/key"));
}

} // namespace

} // namespace tcds::app::test
