#include "asking.hpp"
#include "mock_server.hpp"

#include "fhir/client/request_head.hpp"
#include "fhir/client/url.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace tcds::client::test {
namespace {

TEST(RequestHead, IsTheWholeRequest)
{
    AccessToken const token{std::string{"canary"}};
    auto const url = readUrl("https://ehr.example.org:8443/fhir/Observation?code=a|b").value();

    EXPECT_EQ(requestHead(url, &token, "application/fhir+json", "42"),
              "GET /fhir/Observation?code=a|b HTTP/1.1\r\n"
              "Host: ehr.example.org:8443\r\n"
              "Accept: application/fhir+json\r\n"
              "Accept-Encoding: identity\r\n"
              "User-Agent: twitch-cds\r\n"
              "X-Request-Id: 42\r\n"
              "Authorization: Bearer canary\r\n"
              "\r\n");
}

TEST(RequestHead, HasNoAuthorizationWithoutToken)
{
    auto const url = readUrl("https://ehr.example.org").value();
    AccessToken const empty;

    for (auto const* token : {static_cast<AccessToken const*>(nullptr), &empty}) {
        auto const head = requestHead(url, token, "a/b", "1");
        EXPECT_TRUE(head.starts_with("GET / HTTP/1.1\r\n"));
        EXPECT_EQ(head.find("Authorization"), std::string::npos);
    }
}

// FHIR-01, FHIR-05: what the server sees.
TEST(Fetch, AsksForFhirJsonAsBearer)
{
    MockServer server{always(bundle(0))};
    FhirClient client{loopbackOptions()};

    EXPECT_EQ(fetchOne(client, server.base(), {"Observation?code=a|b"}, "canary").outcome,
              Outcome::Ok);
    EXPECT_EQ(fetchOne(client, server.base() + "/", {"Patient?x=y"}).outcome, Outcome::Ok);

    auto const heard = server.requests();
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].target(), "/fhir/Observation?code=a|b");
    EXPECT_EQ(heard[0].field("Accept"), "application/fhir+json");
    EXPECT_EQ(heard[0].field("Authorization"), "Bearer canary");
    EXPECT_EQ(heard[0].field("User-Agent"), "twitch-cds");
    EXPECT_EQ(heard[0].field("Host"), "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(heard[1].target(), "/fhir/Patient?x=y");
    EXPECT_EQ(heard[1].field("Authorization"), "-");
    EXPECT_EQ(heard[0].field("X-Request-Id").size(), 32U);
    EXPECT_NE(heard[0].field("X-Request-Id"), heard[1].field("X-Request-Id"));
}

// CTL-06: the token stands in one header and nowhere else.
TEST(Fetch, TokenStandsInTheAuthorizationHeaderOnly)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        // a server that mirrors what it was told
        wire.send(answer(heard.target().find("bad") == std::string::npos ? 500 : 401, heard.head));
    }};
    FhirClient client{loopbackOptions()};

    for (auto const* request : {"Observation?x=y", "Observation?bad=1", "/absolute"}) {
        auto const answer = fetchOne(client, server.base(), {request}, "canary");
        EXPECT_NE(answer.outcome, Outcome::Ok);
        EXPECT_NE(answer.why, "");
        EXPECT_EQ(answer.why.find("canary"), std::string::npos);
    }

    for (auto const& heard : server.requests()) {
        auto const at = heard.head.find("canary");
        EXPECT_EQ(heard.head.substr(at - 22, 22), "Authorization: Bearer ");
        EXPECT_EQ(heard.head.find("canary", at + 1), std::string::npos);
    }
}

// CTL-06: a token cannot add lines to a request.
TEST(Fetch, TokenThatIsNoHeaderValueIsNotSent)
{
    MockServer server{always(bundle(0))};
    FhirClient client{loopbackOptions()};

    auto const answer = fetchOne(client, server.base(), {"Observation?x=y"}, "a\r\nX-Evil: b");

    EXPECT_EQ(answer.outcome, Outcome::Error);
    EXPECT_EQ(answer.why.find("Evil"), std::string::npos);
    EXPECT_EQ(server.connections(), 0U);
}

// CTX-01: a request that is not below the base is not sent.
TEST(Fetch, RequestThatLeavesTheBaseIsNotSent)
{
    MockServer server{always(bundle(0))};
    FhirClient client{loopbackOptions()};

    for (auto const* request :
         {"../admin", "//evil.example/x", "http://evil.example", "", "Patient/../x"})
        EXPECT_EQ(fetchOne(client, server.base(), {request}).outcome, Outcome::Error) << request;

    EXPECT_EQ(server.connections(), 0U);
}

TEST(Fetch, AnswersComeInTheOrderOfTheQueries)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        auto const read = heard.target().find("Patient/") != std::string::npos;
        wire.send(answer(200, read ? R"({"resourceType":"Patient"})" : bundle(2)));
    }};
    FhirClient client{loopbackOptions()};

    std::vector<Query> queries;
    queries.push_back({"patient", {{"Patient/p1"}}});
    queries.push_back({"nothing", {}});
    queries.push_back({"labs", {{"Observation?patient=p1"}}});
    auto const answers = fetchAll(client, server.base(), std::move(queries));

    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].key, "patient");
    EXPECT_EQ(typesOf(answers[0]), std::vector<std::string>{"Patient"});
    EXPECT_EQ(answers[1].key, "nothing");
    EXPECT_EQ(answers[1].outcome, Outcome::Error);
    EXPECT_EQ(answers[2].key, "labs");
    EXPECT_EQ(typesOf(answers[2]), std::vector<std::string>{"Bundle"});
    EXPECT_EQ(answers[2].status, 200);
    EXPECT_EQ(answers[2].pages, 1U);
}

TEST(Fetch, NoQueriesGiveNoAnswers)
{
    FhirClient client{loopbackOptions()};
    EXPECT_TRUE(fetchAll(client, "http://127.0.0.1:9/fhir", {}).empty());
}

TEST(Fetch, DoneIsNeverCalledByTheThreadThatFetches)
{
    FhirClient client{loopbackOptions()};
    for (auto const* base : {"http://127.0.0.1:9/fhir", "not a URL"}) {
        std::vector<Query> queries;
        queries.push_back({"nothing to ask", {}});
        queries.push_back({"not below the base", {{"/x"}}});
        std::promise<std::thread::id> caller;

        client.fetch(base, AccessToken{}, std::move(queries), inTime(),
                     [&](std::vector<Answer> const& answers) {
                         EXPECT_EQ(answers.size(), 2U);
                         caller.set_value(std::this_thread::get_id());
                     });

        EXPECT_NE(caller.get_future().get(), std::this_thread::get_id());
    }
}

struct Body {
    char const* request;
    char const* contentType;
    std::string body;
    Outcome outcome;
};

// FHIR-05, TOL-17, PFD-05, PFD-09: what counts as an answer.
TEST(Fetch, TakesFhirJsonOfTheTypesAskedFor)
{
    std::string const patient = R"({"resourceType":"Patient","id":"p1"})";
    std::string const outcome = R"({"resourceType":"OperationOutcome","issue":[]})";
    std::vector<Body> const bodies{
        {"Patient/p1", "application/fhir+json", patient, Outcome::Ok},
        {"Patient/p1", "application/json+fhir", patient, Outcome::Ok},
        {"Patient/p1", "application/json", patient, Outcome::Ok},
        {"Patient/p1", "Application/FHIR+JSON ; charset=utf-8; fhirVersion=4.0", patient,
         Outcome::Ok},
        {"Patient/p1", "", patient, Outcome::Ok},
        {"Patient/p1", "application/fhir+json", outcome, Outcome::Ok},
        {"Patient/p1", "application/fhir+json", bundle(1), Outcome::Invalid},
        {"Patient/p1", "application/fhir+json", R"({"resourceType":"Observation"})",
         Outcome::Invalid},
        {"Patient?a=b", "application/fhir+json", outcome, Outcome::Ok},
        {"Patient?a=b", "application/fhir+json", patient, Outcome::Ok},
        {"Patient?a=b", "application/fhir+json", R"({"resourceType":"Observation"})",
         Outcome::Invalid},
        {"metadata", "application/fhir+json", R"({"resourceType":"CapabilityStatement"})",
         Outcome::Ok},
        {"Patient/p1", "text/html", patient, Outcome::Invalid},
        {"Patient/p1", "application/fhir+xml", "<Patient/>", Outcome::Invalid},
        {"Patient/p1", "application/jsonp", patient, Outcome::Invalid},
        {"Patient/p1", "application/json", "<!DOCTYPE html><p>Log in", Outcome::Invalid},
        {"Patient/p1", "application/json", "", Outcome::Invalid},
        {"Patient/p1", "application/json", "[]", Outcome::Invalid},
        {"Patient/p1", "application/json", "null", Outcome::Invalid},
        {"Patient/p1", "application/json", "{}", Outcome::Invalid},
        {"Patient/p1", "application/json", R"({"resourceType":7})", Outcome::Invalid},
        {"Patient/p1", "application/json", R"({"resourceType":"Patient")", Outcome::Invalid},
        {"Patient/p1", "application/json", patient + patient, Outcome::Invalid},
        {"Patient/p1", "application/json", "{\"resourceType\":\"Patient\",\"x\":\"\xff\"}",
         Outcome::Invalid},
        {"Patient/p1", "application/json", std::string(100'000, '['), Outcome::Invalid},
    };
    for (auto const& row : bodies) {
        MockServer server{
            [&](Heard const&, Wire& wire) { wire.send(answer(200, row.body, row.contentType)); }};
        auto const got = fetchOne(server.base(), {row.request});
        EXPECT_EQ(got.outcome, row.outcome)
            << row.request << " " << row.contentType << " " << row.body.substr(0, 60) << got.why;
        EXPECT_EQ(got.documents.size(), row.outcome == Outcome::Ok ? 1U : 0U);
        EXPECT_EQ(got.why.empty(), row.outcome == Outcome::Ok);
        EXPECT_EQ(got.status, 200);
    }
}

} // namespace
} // namespace tcds::client::test
