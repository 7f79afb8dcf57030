// Records of calls that were ready together are written together, and only then are they answered.

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;

/// A service that is asked as an I/O thread does.
struct PutOff : testing::Test {
    explicit PutOff(Service::Settings const& settings = {}) : service{settings} {}

    /// @return the answer, once it is given: status 0 until then
    http::Response const& ask(std::string body = call())
    {
        auto& given = answers_.emplace_back();
        given.status = 0;
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.headers.add("Content-Type", "application/json");
        request.body = std::move(body);
        request.settled = true;
        service.app().handle(std::move(request), [&given](http::Response&& response) {
            EXPECT_EQ(given.status, 0) << "answered twice";
            given = std::move(response);
        });
        return given;
    }

    Service service;

private:
    std::deque<http::Response> answers_;
};

struct PutOffAndLost : PutOff {
    PutOffAndLost() : PutOff{{{"audit.on_failure", "continue"}}} {}
};

} // namespace

TEST_F(PutOff, IsAnsweredOnceItsRecordIsKept) // decision D33
{
    auto const& first = ask();
    auto const& second = ask(withoutComplaint());

    EXPECT_EQ(first.status, 0);
    EXPECT_EQ(second.status, 0);
    EXPECT_TRUE(service.records("decision").empty());

    service.app().settle();

    EXPECT_GE(cardsOf(first), 1);
    EXPECT_EQ(cardsOf(second), 0);
    auto const records = service.records("decision");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(at(records[0], "/decisionId"), header(first, "X-Decision-Id"));
    EXPECT_EQ(at(records[1], "/decisionId"), header(second, "X-Decision-Id"));
}

TEST_F(PutOff, SaysWhatItSaysAtOnce)
{
    auto const atOnce = service.post(kView, call());
    auto const& later = ask();
    service.app().settle();

    // All but the ids, which are new with each decision.
    EXPECT_EQ(at(later.body, "/cards/0/summary"), at(atOnce.body, "/cards/0/summary"));
    EXPECT_EQ(at(later.body, "/cards/0/detail"), at(atOnce.body, "/cards/0/detail"));
    auto const records = service.records("decision");
    ASSERT_EQ(records.size(), 2U);
    for (auto const* const part : {"/facts", "/inputs", "/missing", "/idle", "/subject"})
        EXPECT_EQ(at(records[0], part), at(records[1], part)) << part;
}

TEST_F(PutOff, IsRefusedWithTheOthersWhenTheLogIsFull)
{
    auto const& first = ask();
    auto const& second = ask();
    {
        FullDisk const full;
        service.app().settle();
    }
    for (auto const* const each : {&first, &second}) {
        EXPECT_EQ(each->status, 503);
        EXPECT_EQ(at(each->body, "/issue/0/code"), "transient");
        EXPECT_EQ(header(*each, "X-Decision-Id"), "");
    }
    EXPECT_TRUE(service.records("decision").empty());
    service.app().settle(); // nothing is left over
    EXPECT_TRUE(service.records("decision").empty());
}

TEST_F(PutOffAndLost, IsCountedOneByOne) // decision D33
{
    auto const& first = ask();
    auto const& second = ask();
    {
        FullDisk const full;
        service.app().settle();
    }
    EXPECT_GE(cardsOf(first), 1);
    EXPECT_GE(cardsOf(second), 1);
    EXPECT_EQ(service.losses(), 2U);
}

TEST_F(PutOff, WaitsForFewOthers) // the eighth writes for all
{
    std::vector<http::Response const*> answers;
    for (int i = 0; i < 7; ++i) answers.push_back(&ask());
    for (auto const* const each : answers) EXPECT_EQ(each->status, 0);

    EXPECT_EQ(ask().status, 200);

    for (auto const* const each : answers) EXPECT_EQ(each->status, 200);
    EXPECT_EQ(service.records("decision").size(), 8U);
}

TEST_F(PutOff, IsNotWhatIsRefused) // its record is small and waits for nobody
{
    EXPECT_EQ(ask("{").status, 400);
    EXPECT_EQ(service.records("reject").size(), 1U);
}

// What a call was not shown because it was shown before hangs on what is remembered of that answer.
TEST(PutOffWithRepeats, IsRememberedAsAnswered) // decision D18
{
    Service service{{{"state.suppress", "true"}}};
    ASSERT_NE(service.repeats(), nullptr);
    http::Response later;
    http::Request request;
    request.method = "POST";
    request.path = kView;
    request.headers.add("Content-Type", "application/json");
    request.body = call();
    request.settled = true;
    service.app().handle(std::move(request),
                         [&later](http::Response&& response) { later = std::move(response); });
    service.app().settle();
    auto const again = cardsOf(service.post(kView, call()));

    Service other{{{"state.suppress", "true"}}}; // answers both at once
    auto const first = cardsOf(other.post(kView, call()));
    auto const second = cardsOf(other.post(kView, call()));
    ASSERT_LT(second, first);
    EXPECT_EQ(cardsOf(later), first);
    EXPECT_EQ(again, second);

    // Its cards too: feedback on one of them finds the decision.
    auto const item = R"({"feedback":[{"card":")" + at(later.body, "/cards/0/uuid") +
                      R"(","outcome":"accepted","acceptedSuggestions":[{"id":"s1"}],)"
                      R"("outcomeTimestamp":"2026-01-31T08:00:00Z"}]})";
    EXPECT_EQ(service.post(std::string{kView} + "/feedback", item).status, 200);
    auto const feedback = service.records("feedback");
    ASSERT_EQ(feedback.size(), 1U);
    EXPECT_EQ(at(feedback[0], "/decisionId"), header(later, "X-Decision-Id"));
}

} // namespace tcds::app::test
