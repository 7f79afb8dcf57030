#include "asking.hpp"
#include "mock_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

std::vector<Query> queries(int count)
{
    std::vector<Query> made;
    for (int i = 0; i < count; ++i)
        made.push_back({std::to_string(i), {{"Observation?n=" + std::to_string(i)}}});
    return made;
}

bool allOk(std::vector<Answer> const& answers)
{
    return std::ranges::all_of(answers, [](Answer const& a) { return a.outcome == Outcome::Ok; });
}

// FHIR-06, PFD-03: the server answers none before all have come.
TEST(Connections, QueriesAreUnderWayTogether)
{
    Meeting meeting{8};
    MockServer server{[&](Heard const&, Wire& wire) {
        EXPECT_TRUE(meeting.join());
        wire.send(answer(200, bundle(1)));
    }};
    FhirClient client{loopbackOptions()};

    EXPECT_TRUE(allOk(fetchAll(client, server.base(), queries(8))));
    EXPECT_EQ(server.connections(), 8U);
}

// CTL-12: connections to one origin are bounded; the others wait in line.
TEST(Connections, AreBoundedPerOrigin)
{
    Meeting meeting{2};
    MockServer server{[&](Heard const&, Wire& wire) {
        EXPECT_TRUE(meeting.join());
        wire.send(answer(200, bundle(1)));
    }};
    auto options = loopbackOptions();
    options.connectionsPerOrigin = 2;
    FhirClient client{options};

    EXPECT_TRUE(allOk(fetchAll(client, server.base(), queries(20))));
    EXPECT_EQ(server.connections(), 2U);
    EXPECT_EQ(server.requests().size(), 20U);
}

// CTL-12: a place that a slow request frees at its deadline goes to the next in line.
TEST(Connections, PlaceOfALateRequestIsFreed)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        if (heard.target().find("slow") != std::string::npos)
            wire.awaitClose();
        else
            wire.send(answer(200, bundle(1)));
    }};
    auto options = loopbackOptions();
    options.connectionsPerOrigin = 1;
    FhirClient client{options};

    std::vector<Query> slow;
    slow.push_back({"a", {{"Observation?slow=1"}}});
    slow.push_back({"b", {{"Observation?slow=2"}}});
    for (auto const& got : fetchAll(client, server.base(), std::move(slow), "", later()))
        EXPECT_EQ(got.outcome, Outcome::Timeout);

    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?quick"}).outcome, Outcome::Ok);
    EXPECT_EQ(server.requests().size(), 2U) << "the one in line never got its turn";
}

TEST(Connections, AreKeptAndUsedAgain)
{
    MockServer server{always(bundle(1))};
    FhirClient client{loopbackOptions()};

    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);

    EXPECT_EQ(server.connections(), 1U);
}

TEST(Connections, AreNotUsedAgainAfterTheirIdleTime)
{
    MockServer server{always(bundle(1))};
    auto options = loopbackOptions();
    options.idle = std::chrono::milliseconds{0};
    FhirClient client{options};

    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);

    EXPECT_EQ(server.connections(), 3U);
}

TEST(Connections, AreNotUsedAgainWhenTheServerSaysSoOrSaysTooMuch)
{
    for (auto const* extra : {"Connection: close\r\n", ""}) {
        MockServer server{[&](Heard const&, Wire& wire) {
            std::string const body = R"({"resourceType":"Patient"})";
            auto const more = std::string_view{extra}.empty() ? "HTTP/1.1 200 OK\r\n" : "";
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 26\r\n" + std::string{extra} + "\r\n" +
                      body + more);
        }};
        FhirClient client{loopbackOptions()};
        for (int i = 0; i < 2; ++i)
            EXPECT_EQ(fetchOne(client, server.base(), {"Patient/p1"}).outcome, Outcome::Ok);
        EXPECT_EQ(server.connections(), 2U) << extra;
    }
}

// A server that closes an idle connection at the moment it is used again (RFC 9112, 9.3.1).
TEST(Connections, DeadPooledConnectionIsReplacedOnce)
{
    std::atomic<int> heardBefore{0};
    MockServer server{[&](Heard const&, Wire& wire) {
        if (++heardBefore == 2)
            wire.close(); // the second request on the first connection
        else
            wire.send(answer(200, bundle(1)));
    }};
    FhirClient client{loopbackOptions()};

    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);
    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);

    EXPECT_EQ(server.connections(), 2U);
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Connections, AnswerCutOnAPooledConnectionIsNotAskedAgain)
{
    std::atomic<int> heardBefore{0};
    MockServer server{[&](Heard const&, Wire& wire) {
        if (++heardBefore == 1) return (void)wire.send(answer(200, bundle(1)));
        wire.send("HTTP/1.1 200");
        wire.close();
    }};
    FhirClient client{loopbackOptions()};

    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);
    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Error);

    EXPECT_EQ(server.requests().size(), 2U);
}

// CTL-12: beyond the bound of requests under way: an error at once, without a connection.
TEST(Connections, RequestsBeyondTheBoundAreRefusedAtOnce)
{
    Meeting begun{3};
    MockServer server{[&](Heard const&, Wire& wire) {
        begun.join();
        wire.awaitClose();
    }};
    auto options = loopbackOptions();
    options.requestsInFlight = 2;
    auto client = std::make_unique<FhirClient>(options);
    std::promise<std::vector<Answer>> promise;

    client->fetch(server.base(), AccessToken{}, queries(3), inTime(),
                  [&](std::vector<Answer> answers) { promise.set_value(std::move(answers)); });
    EXPECT_TRUE(begun.join()) << "two of them are under way";
    client.reset();

    auto const answers = promise.get_future().get();
    for (auto const& got : answers) EXPECT_EQ(got.outcome, Outcome::Error);
    EXPECT_NE(answers[0].why.find("stops"), std::string::npos) << answers[0].why;
    EXPECT_NE(answers[1].why.find("stops"), std::string::npos) << answers[1].why;
    EXPECT_NE(answers[2].why.find("too many"), std::string::npos) << answers[2].why;
}

// The destructor ends what is under way, and nothing is forgotten.
TEST(Connections, DestructorAnswersEveryFetchOnce)
{
    Meeting begun{5}; // four connections and the test
    MockServer server{[&](Heard const&, Wire& wire) {
        begun.join();
        wire.awaitClose();
    }};
    auto options = loopbackOptions();
    options.connectionsPerOrigin = 4;
    std::atomic<int> called{0};
    {
        FhirClient client{options};
        for (int i = 0; i < 4; ++i) { // 12 queries: four under way, eight in line
            client.fetch(server.base(), AccessToken{std::string{"canary"}}, queries(3), inTime(),
                         [&](std::vector<Answer> answers) {
                             ++called;
                             EXPECT_EQ(answers.size(), 3U);
                             for (auto const& got : answers) EXPECT_EQ(got.outcome, Outcome::Error);
                         });
        }
        EXPECT_TRUE(begun.join());
    }
    EXPECT_EQ(called, 4);
}

// What `done` waits for does not stop the answers of other fetches.
TEST(Connections, DoneMayBlock)
{
    MockServer server{always(bundle(1))};
    auto options = loopbackOptions();
    options.workers = 2;
    FhirClient client{options};
    std::promise<void> release;
    auto const released = release.get_future().share();
    std::promise<void> blocked;

    client.fetch(server.base(), AccessToken{}, queries(1), inTime(),
                 [&, released](std::vector<Answer> const&) {
                     blocked.set_value();
                     released.wait();
                 });
    blocked.get_future().wait();
    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?a=b"}).outcome, Outcome::Ok);
    release.set_value();
}

TEST(Connections, UnreadableCaFileIsSaidAtTheStart)
{
    auto options = loopbackOptions();
    options.caFile = "/nonexistent/ca.pem";
    EXPECT_THROW(FhirClient{options}, std::runtime_error);
}

} // namespace
} // namespace tcds::client::test
