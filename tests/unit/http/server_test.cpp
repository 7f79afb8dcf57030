#include "raw_client.hpp"
#include "test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <thread>

namespace tcds::http::test {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Options withCors(CorsPolicy policy)
{
    auto options = testOptions();
    options.cors = std::move(policy);
    return options;
}

} // namespace

TEST(Server, AnswersOnAPortOfTheKernelAndKeepsTheConnection) // HTTP-11, RSP-10
{
    Running running;
    RawClient client{running.port()};

    for (int i = 0; i < 3; ++i) {
        auto const answer = client.ask(post("/a%62?q=1", "body " + std::to_string(i)));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "POST /ab|q=1|body " + std::to_string(i));
        EXPECT_EQ(answer->field("Connection"), "-");
        EXPECT_EQ(answer->field("Cache-Control"), "no-store");
        EXPECT_EQ(answer->field("Content-Type"), "text/plain");
    }
}

TEST(Server, ReportsAnAddressThatIsTaken)
{
    Running running;
    auto options = testOptions();
    options.port = running.port();
    EchoHandler handler;
    RecordingLog log;
    Server second{options, handler, log};

    auto const started = second.start();

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, Error::Kind::Config);
    EXPECT_EQ(started.error().where, "127.0.0.1:" + std::to_string(running.port()));
}

TEST(Server, RefusesToListenOnANameThatIsNoAddress)
{
    auto options = testOptions();
    options.address = "hospital";
    EchoHandler handler;
    RecordingLog log;
    Server server{options, handler, log};

    EXPECT_FALSE(server.start());
}

TEST(Server, AnswersPipelinedRequestsInOrder) // HTTP-08
{
    Running running;
    RawClient client{running.port()};

    client.send(post("/1", "one") + get("/2") + post("/3", "three") + get("/../4") + get("/5"));

    EXPECT_EQ(client.answer()->body, "POST /1||one");
    EXPECT_EQ(client.answer()->body, "GET /2||");
    EXPECT_EQ(client.answer()->body, "POST /3||three");
    EXPECT_EQ(client.answer()->status, 400);
    EXPECT_EQ(client.answer()->body, "GET /5||");
}

TEST(Server, AnswersPipelinedRequestsInOrderAlsoWhenTheHandlerMayBlock)
{
    auto options = testOptions();
    options.threads = 2;
    EchoHandler handler;
    handler.blockAbove = 3;
    Running running{options, handler};
    RawClient client{running.port()};

    std::string all;
    for (int i = 0; i < 50; ++i)
        all += post("/", std::string(i % 2 == 0 ? 2U : 5U, 'x') + std::to_string(i));
    client.send(all);

    for (int i = 0; i < 50; ++i) {
        auto const answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body,
                  "POST /||" + std::string(i % 2 == 0 ? 2U : 5U, 'x') + std::to_string(i));
    }
}

TEST(Server, RunsAHandlerThatMayBlockOnAnotherThread)
{
    EchoHandler handler;
    handler.blockAbove = 0;
    handler.answerWith = [](Request&&) {
        Response response;
        response.body = std::to_string(std::hash<std::thread::id>{}(std::this_thread::get_id()));
        return response;
    };
    Running running{testOptions(), handler};
    RawClient client{running.port()};

    auto const inline1 = client.ask(get("/"));
    auto const inline2 = client.ask(get("/"));
    auto const pooled = client.ask(post("/", "x"));

    EXPECT_EQ(inline1->body, inline2->body);
    EXPECT_NE(inline1->body, pooled->body);
}

TEST(Server, AnswersHttp10AndClosesUnlessAskedNotTo) // HTTP-08
{
    Running running;
    RawClient plain{running.port()};
    auto const closed = plain.ask("GET /a HTTP/1.0\r\n\r\n");
    EXPECT_EQ(closed->body, "GET /a||");
    EXPECT_EQ(closed->field("Connection"), "close");
    EXPECT_TRUE(plain.closedByServer());

    RawClient kept{running.port()};
    EXPECT_EQ(kept.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->field("Connection"),
              "keep-alive");
    EXPECT_EQ(kept.ask("GET /b HTTP/1.0\r\n\r\n")->body, "GET /b||");
}

TEST(Server, ClosesWhenTheClientOrTheHandlerSaysSo)
{
    EchoHandler handler;
    handler.answerWith = [](Request&& request) {
        Response response;
        response.close = request.path == "/last";
        return response;
    };
    Running running{testOptions(), handler};

    RawClient asks{running.port()};
    EXPECT_EQ(asks.ask(get("/", "Connection: close\r\n"))->field("Connection"), "close");
    EXPECT_TRUE(asks.closedByServer());

    RawClient isTold{running.port()};
    EXPECT_EQ(isTold.ask(get("/"))->field("Connection"), "-");
    EXPECT_EQ(isTold.ask(get("/last"))->field("Connection"), "close");
    EXPECT_TRUE(isTold.closedByServer());
}

TEST(Server, AnswersARequestWhoseClientHasFinishedSending)
{
    Running running;
    RawClient client{running.port()};
    client.send(post("/", "x"));
    client.finishSending();

    EXPECT_EQ(client.answer()->body, "POST /||x");
    EXPECT_TRUE(client.closedByServer());
}

TEST(Server, AnswersHeadAsGetWithoutTheBody) // HTTP-11
{
    Running running;
    RawClient client{running.port()};
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");

    auto const head = client.answer(true);
    auto const next = client.ask(get("/b"));

    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->field("Content-Length"), "8"); // of "GET /a||"
    EXPECT_EQ(next->body, "GET /b||");
}

TEST(Server, SendsNoBodyWhereNoneIsAllowed)
{
    EchoHandler handler;
    handler.answerWith = [](Request&&) {
        Response response;
        response.status = 204;
        response.body = "must not be sent";
        return response;
    };
    Running running{testOptions(), handler};
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/"))->status, 204);
    EXPECT_EQ(client.ask(get("/"))->status, 204); // the connection is still in step
}

TEST(Server, InvitesTheBodyOfAClientThatWaits) // HTTP-08
{
    Running running;
    RawClient client{running.port()};

    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    auto const interim = client.answer();
    client.send("ok");
    auto const final = client.answer();

    EXPECT_EQ(interim->status, 100);
    EXPECT_EQ(final->status, 200);
    EXPECT_EQ(final->body, "POST /a||ok");
}

TEST(Server, AnswersAnUnacceptableExpectationBeforeTheBody) // HTTP-08, CTL-11
{
    Running running;
    struct Row {
        std::string fields;
        int status;
    } const rows[] = {
        {"Content-Length: 2\r\nExpect: something\r\n", 417},
        {"Content-Length: 99999999999\r\nExpect: 100-continue\r\n", 413},
        {"Content-Length: 2\r\nExpect: 100-continue\r\nContent-Encoding: gzip\r\n", 415},
    };
    for (auto const& row : rows) {
        RawClient client{running.port()};
        auto const answer = client.ask("POST /a HTTP/1.1\r\nHost: x\r\n" + row.fields + "\r\n");
        ASSERT_TRUE(answer) << row.fields;
        EXPECT_EQ(answer->status, row.status);
        EXPECT_EQ(answer->field("Connection"), "close");
        EXPECT_TRUE(client.closedByServer());
    }
}

TEST(Server, ReadsChunkedBodies) // HTTP-08
{
    Running running;
    RawClient client{running.port()};

    auto const answer =
        client.ask("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "2\r\nab\r\n3;e=f\r\ncde\r\n0\r\nT: u\r\n\r\n");

    EXPECT_EQ(answer->body, "POST /a||abcde");
    EXPECT_EQ(client.ask(get("/b"))->body, "GET /b||");
}

TEST(Server, ExplainsItsRefusalsInTheBodyAndTheLog) // HTTP-09, HTTP-12
{
    Running running;
    RawClient client{running.port()};

    auto const answer = client.ask(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->field("Content-Type"), "application/fhir+json");
    EXPECT_EQ(answer->field("Cache-Control"), "no-store");
    EXPECT_EQ(answer->body, "E request header|contradictory or unreadable body length");
    EXPECT_TRUE(client.closedByServer());
    EXPECT_THAT(running.log.waitFor("request refused").value_or("nothing"),
                HasSubstr("status=400"));
}

TEST(Server, NeverTakesASmuggledSecondRequestForOne) // HTTP-09
{
    Running running;
    auto const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"s;
    std::string const heads[] = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 39\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    };
    for (auto const& head : heads) {
        RawClient client{running.port()};
        auto const answer = client.ask("POST / HTTP/1.1\r\nHost: x\r\n" + head + smuggled);
        ASSERT_TRUE(answer) << head;
        EXPECT_GE(answer->status, 400) << head;
        EXPECT_TRUE(client.closedByServer()) << head;
    }
}

TEST(Server, AnswersAGoodRequestAfterAHundredBadOnes) // HTTP-10
{
    Running running;
    std::mt19937 random{20260131}; // fixed: the same garbage in every run
    for (int i = 0; i < 100; ++i) {
        std::string garbage = i % 3 == 0 ? "POST / HTTP/1.1\r\nHost: x\r\n" : "";
        for (int n = 0; n < 10 + i * 7; ++n) garbage += static_cast<char>(random() & 0xFFU);
        if (i % 2 == 0) garbage += "\r\n\r\n";
        RawClient client{running.port()};
        client.send(garbage);
        client.finishSending();
        auto const answer = client.answer();
        if (answer) {
            EXPECT_GE(answer->status, 400) << i;
        }
    }
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/good"))->body, "GET /good||");
}

TEST(Server, AnswersAHandlerThatThrowsWith500AndAnId)
{
    for (std::size_t const blockAbove : {std::size_t{0}, SIZE_MAX}) {
        EchoHandler handler;
        handler.blockAbove = blockAbove;
        handler.answerWith = [](Request&& request) -> Response {
            if (request.path == "/int") throw 42;
            throw std::runtime_error{"secret detail"};
        };
        Running running{testOptions(), handler};
        RawClient client{running.port()};

        auto const answer = client.ask(post("/", "x"));
        auto const second = client.ask(post("/int", "x"));

        ASSERT_TRUE(answer && second);
        EXPECT_EQ(answer->status, 500);
        EXPECT_EQ(second->status, 500); // the connection is still good
        EXPECT_THAT(answer->body, Not(HasSubstr("secret")));
        ASSERT_THAT(answer->body, StartsWith("E error "));
        auto const id = answer->body.substr(8, 16);
        EXPECT_NE(id, second->body.substr(8, 16));
        EXPECT_THAT(running.log.waitFor("handler failed error_id=" + id).value_or("nothing"),
                    HasSubstr("secret detail"));
    }
}

TEST(Server, GivesTheHandlerTheAddressOfThePeer)
{
    EchoHandler handler;
    handler.answerWith = [](Request&& request) {
        Response response;
        response.body = request.remoteAddress;
        return response;
    };
    Running running{testOptions(), handler};
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/"))->body, "127.0.0.1");
    EXPECT_EQ(client.ask(get("/"))->body, "127.0.0.1");
}

TEST(Server, SendsAnswersLargerThanTheSendBuffer)
{
    EchoHandler handler;
    std::string const large(20'000'000, 'y');
    handler.answerWith = [&large](Request&&) {
        Response response;
        response.body = large;
        return response;
    };
    Running running{testOptions(), handler};
    RawClient client{running.port()};

    auto const answer = client.ask(get("/"));

    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->body == large);
}

TEST(ServerCors, AnswersAPreflightWithoutTheHandler) // CORS-01, CORS-02, T-16, TOL-18
{
    EchoHandler handler;
    handler.answerWith = [](Request&&) -> Response { throw std::logic_error{"not to be called"}; };
    Running running{withCors({CorsPolicy::Mode::Listed, {"https://ehr.example"}}), handler};
    RawClient client{running.port()};

    for (auto const* target :
         {"/cds-services", "/cds-services/a", "/cds-services/a/feedback", "*"}) {
        auto const answer =
            client.ask("OPTIONS "s + target +
                       " HTTP/1.1\r\nHost: x\r\nOrigin: https://ehr.example\r\n"
                       "Access-Control-Request-Method: POST\r\n"
                       "Access-Control-Request-Headers: authorization,content-type\r\n\r\n");
        ASSERT_TRUE(answer) << target;
        EXPECT_EQ(answer->status, 204);
        EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), "https://ehr.example");
        EXPECT_EQ(answer->field("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
        EXPECT_EQ(answer->field("Access-Control-Allow-Headers"), "Authorization, Content-Type");
        EXPECT_NE(answer->field("Access-Control-Max-Age"), "-");
        EXPECT_EQ(answer->field("Vary"), "Origin");
        EXPECT_EQ(answer->field("Access-Control-Allow-Credentials"), "-");
    }
}

TEST(ServerCors, GivesAForeignOriginNothing) // CORS-04, CTL-18
{
    Running running{withCors({CorsPolicy::Mode::Listed, {"https://ehr.example"}})};
    RawClient client{running.port()};

    for (auto const* method : {"OPTIONS", "GET"}) {
        auto const answer =
            client.ask(method + " /a HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\n\r\n"s);
        ASSERT_TRUE(answer) << method;
        EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), "-") << method;
        EXPECT_EQ(answer->field("Access-Control-Allow-Methods"), "-") << method;
        EXPECT_EQ(answer->field("Vary"), "Origin") << method;
    }
}

TEST(ServerCors, MarksAnswersAndErrorsAlike) // CORS-03
{
    EchoHandler handler;
    handler.answerWith = [](Request&& request) {
        Response response;
        response.status = request.path == "/missing" ? 404 : 412;
        return response;
    };
    Running running{withCors({CorsPolicy::Mode::AnyOrigin, {}}), handler};
    auto const origin = "Origin: http://localhost:3000\r\n"s;
    struct Row {
        std::string bytes;
        int status;
    } const rows[] = {
        {get("/missing", origin), 404},
        {get("/", origin), 412},
        {get("/../", origin), 400},
        {"POST / HTTP/1.1\r\nHost: x\r\n" + origin + "Content-Length: 99999999999\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ?\r\n" + origin + "\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\n" + origin + "A: " + std::string(20'000, 'a') + "\r\n\r\n",
         431},
    };
    for (auto const& row : rows) {
        RawClient client{running.port()};
        auto const answer = client.ask(row.bytes);
        ASSERT_TRUE(answer) << row.status;
        EXPECT_EQ(answer->status, row.status);
        EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), "http://localhost:3000")
            << row.status;
        EXPECT_EQ(answer->field("Access-Control-Expose-Headers"), "X-Decision-Id") << row.status;
    }
}

TEST(ServerCors, OffLeavesOptionsToTheHandler)
{
    Running running;
    RawClient client{running.port()};

    auto const answer = client.ask("OPTIONS /a HTTP/1.1\r\nHost: x\r\nOrigin: http://o\r\n\r\n");

    EXPECT_EQ(answer->body, "OPTIONS /a||");
    EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), "-");
    EXPECT_EQ(answer->field("Vary"), "-");
}

} // namespace tcds::http::test
