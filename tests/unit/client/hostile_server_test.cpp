#include "asking.hpp"
#include "mock_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
std::string const kPatient = R"({"resourceType":"Patient"})";

std::string withHead(std::string const& fields, std::string const& rest)
{
    return std::string{kHead} + fields + "\r\n" + rest;
}

struct Row {
    char const* name;
    std::string bytes;
    Outcome outcome;
    bool close = true; // after the bytes
};

std::vector<Row> const& rows()
{
    static std::vector<Row> const all{
        // sound, to show what the others differ in
        {"length", withHead("Content-Length: 26\r\n", kPatient), Outcome::Ok},
        {"chunks",
         withHead("Transfer-Encoding: chunked\r\n", "1a\r\n" + kPatient + "\r\n0\r\n\r\n"),
         Outcome::Ok},
        {"until close", withHead("", kPatient), Outcome::Ok},
        {"interim answers",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" +
             withHead("Content-Length: 26\r\n", kPatient),
         Outcome::Ok},
        // cut
        {"closed at once", "", Outcome::Error},
        {"half a head", "HTTP/1.1 200 OK\r\nContent-", Outcome::Error},
        {"length too long", withHead("Content-Length: 99\r\n", kPatient), Outcome::Error},
        {"chunks without end", withHead("Transfer-Encoding: chunked\r\n", "1a\r\n" + kPatient),
         Outcome::Error},
        {"cut until close", withHead("", kPatient.substr(0, 20)), Outcome::Invalid},
        {"length too short", withHead("Content-Length: 20\r\n", kPatient), Outcome::Invalid},
        // not HTTP
        {"garbage", "SSH-2.0-OpenSSH_9.2\r\n", Outcome::Invalid},
        {"HTTP/0.9", "<html>hello</html>\r\n\r\n", Outcome::Invalid},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Outcome::Invalid},
        {"bad status", "HTTP/1.1 abc OK\r\n\r\n", Outcome::Invalid},
        {"negative length", withHead("Content-Length: -1\r\n", kPatient), Outcome::Invalid},
        {"two lengths", withHead("Content-Length: 26\r\nContent-Length: 27\r\n", kPatient),
         Outcome::Invalid},
        {"length beyond 64 bits", withHead("Content-Length: 99999999999999999999\r\n", kPatient),
         Outcome::Invalid},
        {"chunk size no number", withHead("Transfer-Encoding: chunked\r\n", "xyz\r\n" + kPatient),
         Outcome::Invalid},
        {"chunk size beyond 64 bits",
         withHead("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n" + kPatient),
         Outcome::Invalid},
        {"chunk longer than said",
         withHead("Transfer-Encoding: chunked\r\n", "5\r\n" + kPatient + "\r\n0\r\n\r\n"),
         Outcome::Invalid},
        {"other protocol", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
         Outcome::Invalid},
        {"nothing but interim answers",
         [] {
             std::string text;
             for (int i = 0; i < 100; ++i) text += "HTTP/1.1 102 Processing\r\n\r\n";
             return text;
         }(),
         Outcome::Invalid},
        {"compressed although not asked",
         withHead("Content-Encoding: gzip\r\nContent-Length: 4\r\n", "\x1f\x8b\x08\x01"),
         Outcome::Invalid},
        // too much
        {"length past the limit", withHead("Content-Length: 1001\r\n", ""), Outcome::Invalid,
         false},
        {"chunk past the limit",
         withHead("Transfer-Encoding: chunked\r\n", "3e9\r\n" + std::string(1001, ' ')),
         Outcome::Invalid, false},
        {"until close past the limit", withHead("", std::string(1001, ' ')), Outcome::Invalid,
         false},
        {"huge header", withHead("X-A: " + std::string(20'000, 'a') + "\r\n", kPatient),
         Outcome::Invalid, false},
        {"huge chunk extension",
         withHead("Transfer-Encoding: chunked\r\n", "1;" + std::string(200'000, 'a')),
         Outcome::Invalid, false},
    };
    return all;
}

// CTL-11: every one of them ends with an answer of the client, and none with a crash.
TEST(HostileServer, IsSurvived)
{
    auto options = loopbackOptions();
    options.answerBytes = 1000;
    for (auto const& row : rows()) {
        MockServer server{[&](Heard const&, Wire& wire) {
            wire.send(row.bytes);
            if (row.close)
                wire.close();
            else
                wire.awaitClose();
        }};
        auto const got = fetchOne(server.base(), {"Patient/p1"}, options);
        EXPECT_EQ(got.outcome, row.outcome) << row.name << ": " << got.why;
        EXPECT_EQ(server.requests().size(), 1U) << row.name << ": nothing is asked twice";
    }
}

// CTL-11: one byte is the difference.
TEST(HostileServer, BodyLimitIsExact)
{
    auto options = loopbackOptions();
    options.answerBytes = 1000;
    auto const padded = [](std::size_t size) {
        return kPatient + std::string(size - kPatient.size(), ' ');
    };
    MockServer fits{always(padded(1000))};
    MockServer exceeds{always(padded(1001))};

    EXPECT_EQ(fetchOne(fits.base(), {"Patient/p1"}, options).outcome, Outcome::Ok);
    auto const got = fetchOne(exceeds.base(), {"Patient/p1"}, options);
    EXPECT_EQ(got.outcome, Outcome::Invalid);
    EXPECT_NE(got.why.find("limit"), std::string::npos) << got.why;
}

/// Sends `first`, then `again` until the client has had enough.
MockServer::Handler endless(std::string first, std::string again)
{
    return [first = std::move(first), again = std::move(again)](Heard const&, Wire& wire) {
        wire.send(first);
        while (wire.send(again)) {
        }
    };
}

// CTL-11: what never ends meets a bound, not the memory.
TEST(HostileServer, EndlessAnswersMeetABound)
{
    auto options = loopbackOptions();
    options.answerBytes = 100'000;
    std::string const blanks(1000, ' ');
    for (auto const& [first, again] : std::vector<std::pair<std::string, std::string>>{
             {withHead("", ""), blanks},
             {withHead("Transfer-Encoding: chunked\r\n", ""), "3e8\r\n" + blanks + "\r\n"},
             {std::string{kHead}, "X-A: b\r\n"},
             {"HTTP/1.1 200 ", "a"},
             {"", "HTTP/1.1 100 Continue\r\n\r\n"}}) {
        MockServer server{endless(first, again)};
        EXPECT_EQ(fetchOne(server.base(), {"Patient/p1"}, options).outcome, Outcome::Invalid)
            << first;
    }
}

// CTL-12, FHIR-06: one deadline, whatever the server does meanwhile.
TEST(HostileServer, SlowServersMeetTheDeadline)
{
    auto options = loopbackOptions();
    options.answerBytes = 1'000'000'000;
    std::vector<MockServer::Handler> const slow{
        [](Heard const&, Wire& wire) { wire.awaitClose(); },
        [](Heard const&, Wire& wire) {
            wire.send("HTTP/1.1 200 OK\r\nContent-");
            wire.awaitClose();
        },
        [](Heard const&, Wire& wire) {
            wire.send(withHead("Content-Length: 26\r\n", kPatient.substr(0, 25)));
            wire.awaitClose();
        },
        endless(withHead("Transfer-Encoding: chunked\r\n", ""), "1\r\n \r\n"), // drips
    };
    for (auto const& handler : slow) {
        MockServer server{handler};
        auto const got = fetchOne(server.base(), {"Patient/p1", "Patient/p2"}, options, soon());
        EXPECT_EQ(got.outcome, Outcome::Timeout) << got.why;
        EXPECT_EQ(got.documents.size(), 0U);
        EXPECT_LE(server.requests().size(), 1U) << "no other step is taken";
    }
}

// FHIR-06: what is there at the deadline is delivered beside what is not.
TEST(HostileServer, SlowQueryDoesNotHoldBackTheOthers)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        if (heard.target().find("slow") != std::string::npos)
            wire.awaitClose();
        else
            wire.send(answer(200, bundle(1)));
    }};
    FhirClient client{loopbackOptions()};

    std::vector<Query> queries;
    queries.push_back({"slow", {{"Observation?slow"}}});
    queries.push_back({"quick", {{"Observation?quick"}}});
    auto const answers = fetchAll(client, server.base(), std::move(queries), "", later());

    EXPECT_EQ(answers[0].outcome, Outcome::Timeout);
    EXPECT_EQ(answers[1].outcome, Outcome::Ok);
}

// FHIR-03: a port where nobody listens is an error at once.
TEST(HostileServer, ClosedPortIsAnErrorAtOnce)
{
    std::string base;
    {
        MockServer const gone{always("")};
        base = gone.base();
    }
    auto const got = fetchOne(base, {"Patient/p1"});

    EXPECT_EQ(got.outcome, Outcome::Error);
    EXPECT_NE(got.why.find("no connection"), std::string::npos) << got.why;
}

TEST(HostileServer, DeadlineInThePastSendsNothing)
{
    MockServer server{always(bundle(1))};

    auto const got =
        fetchOne(server.base(), {"Observation?a=b"}, loopbackOptions(), FhirClient::Deadline{});

    EXPECT_EQ(got.outcome, Outcome::Timeout);
    EXPECT_EQ(server.connections(), 0U);
}

// CTL-12: a resolver that hangs holds up nobody beyond the deadline.
TEST(HostileServer, HangingResolverMeetsTheDeadline)
{
    std::promise<void> release;
    auto const released = release.get_future().share();
    Outside outside;
    outside.addresses = [released](std::string const&) {
        released.wait();
        return std::vector<IpAddress>{};
    };
    FhirClient client{loopbackOptions(), outside};

    auto const got = fetchOne(client, "https://ehr.example.org/fhir", {"Patient/p1"}, "", soon());
    release.set_value();

    EXPECT_EQ(got.outcome, Outcome::Timeout);
}

TEST(HostileServer, UnknownNameIsAnError)
{
    Watch watch{{}};
    FhirClient client{loopbackOptions(), watch.outside()};

    auto const got = fetchOne(client, "https://ehr.example.org/fhir", {"Patient/p1"});

    EXPECT_EQ(got.outcome, Outcome::Error);
    EXPECT_NE(got.why.find("no address"), std::string::npos) << got.why;
}

} // namespace
} // namespace tcds::client::test
