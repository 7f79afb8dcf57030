#include "raw_client.hpp"
#include "test_server.hpp"

#include <boost/system/error_code.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace tcds::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Allows this process no further descriptor while it lives.
class NoDescriptors
{
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        int const next = ::dup(0); // the lowest free number
        ::close(next);
        auto none = before_;
        none.rlim_cur = static_cast<rlim_t>(next);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(NoDescriptors const&) = delete;
    NoDescriptors& operator=(NoDescriptors const&) = delete;

private:
    rlimit before_{};
};

} // namespace

TEST(ServerLimits, TwentyMegabytesAreAnsweredReadably) // HTTP-02
{
    Running running;
    std::string const body(20'000'000, 'x');
    for (bool const chunked : {false, true}) {
        RawClient client{running.port()};
        auto const head = "POST / HTTP/1.1\r\nHost: x\r\n" +
                          (chunked ? std::string{"Transfer-Encoding: chunked\r\n\r\n1312D00\r\n"}
                                   : "Content-Length: 20000000\r\n\r\n");

        bool const sent = client.send(head) && client.send(body);
        auto const answer = client.answer();

        EXPECT_TRUE(sent) << chunked; // the server kept reading
        ASSERT_TRUE(answer) << chunked;
        EXPECT_EQ(answer->status, 413);
        EXPECT_EQ(answer->body, "E request body|larger than the limit of 10485760 bytes");
        EXPECT_EQ(answer->field("Connection"), "close");
        EXPECT_TRUE(client.closedByServer());
    }
    RawClient client{running.port()};
    EXPECT_EQ(client.ask(get("/next"))->body, "GET /next||");
}

TEST(ServerLimits, ABodyThatGrowsBeyondTheLimitInChunksIsRefused) // CTL-11
{
    auto options = testOptions();
    options.limits.body = 1'000'000;
    Running running{options};
    RawClient client{running.port()};
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");

    std::string const chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(client.send(chunk));

    EXPECT_EQ(client.answer()->status, 413);
    EXPECT_TRUE(client.closedByServer());
}

TEST(ServerLimits, ABodyOfExactlyTheLimitPasses) // CTL-11
{
    auto options = testOptions();
    options.limits.body = 300'000;
    Running running{options};
    RawClient client{running.port()};
    std::string const body(300'000, 'x');

    EXPECT_EQ(client.ask(post("/", body))->body.size(), body.size() + 8); // "POST /||"
    EXPECT_EQ(client.ask(post("/", body + "x"))->status, 413);
}

TEST(ServerLimits, ReadsTheDefaultLimitInFull)
{
    Running running;
    RawClient client{running.port()};
    std::string const body(10U * 1024U * 1024U, 'x');

    EXPECT_EQ(client.ask(post("/", body))->body.size(), body.size() + 8);
}

TEST(ServerLimits, LongTargetsAndHeadersHaveTheirOwnStatus) // CTL-11
{
    Running running;
    RawClient target{running.port()};
    EXPECT_EQ(target.ask(get("/" + std::string(60'000, 'a')))->status, 414);

    RawClient header{running.port()};
    EXPECT_EQ(header.ask(get("/", "A: " + std::string(60'000, 'a') + "\r\n"))->status, 431);

    RawClient within{running.port()};
    EXPECT_EQ(within.ask(get("/", "A: " + std::string(15'000, 'a') + "\r\n"))->status, 200);
}

TEST(ServerLimits, ASlowHeaderIsCutOffWith408) // HTTP-11, CTL-12
{
    auto options = testOptions();
    options.deadlines.header = 60ms;
    Running running{options};
    RawClient client{running.port()};

    client.send("GET / HTTP/1.1\r\nHos");
    auto const answer = client.answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(answer->body, "E request header|not complete within its deadline");
}

TEST(ServerLimits, ASlowSecondHeaderIsCutOffLongBeforeTheIdleDeadline)
{
    auto options = testOptions();
    options.deadlines.header = 60ms;
    options.deadlines.idle = 1h;
    Running running{options};
    RawClient client{running.port()};
    ASSERT_EQ(client.ask(get("/"))->status, 200);

    client.send("GET / HTTP/1.1\r\nHos");

    EXPECT_EQ(client.answer()->status, 408);
}

TEST(ServerLimits, DribblingBytesDoesNotExtendADeadline) // HTTP-11, CTL-12
{
    auto options = testOptions();
    options.deadlines.body = 60ms;
    Running running{options};
    RawClient client{running.port()};
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");

    while (!running.log.has("request refused status=408") && client.send("x")) {
        std::this_thread::yield(); // each byte comes in time by itself
    }
    auto const answer = client.answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(answer->body, "E request body|not complete within its deadline");
}

TEST(ServerLimits, SilentConnectionsAreClosedWithoutAWord)
{
    auto options = testOptions();
    options.deadlines.header = 60ms;
    options.deadlines.idle = 60ms;
    Running running{options};

    RawClient silent{running.port()};
    EXPECT_TRUE(silent.closedByServer());

    RawClient idle{running.port()};
    ASSERT_EQ(idle.ask(get("/"))->status, 200);
    EXPECT_TRUE(idle.closedByServer());
}

TEST(ServerLimits, AHandlerIsNotCutOffByTheDeadlinesOfItsPeer)
{
    Gate gate;
    auto options = testOptions();
    options.deadlines.header = options.deadlines.body = options.deadlines.idle = 20ms;
    EchoHandler handler;
    handler.blockAbove = 0;
    handler.answerWith = [&gate](Request&&) {
        gate.pass();
        return Response{};
    };
    Running running{options, handler};
    RawClient busy{running.port()};
    busy.send(post("/", "x"));
    gate.awaitGuest();

    RawClient silent{running.port()};
    EXPECT_TRUE(silent.closedByServer()); // so the deadline has passed for the other one as well
    gate.open();

    EXPECT_EQ(busy.answer()->status, 200);
}

TEST(ServerLimits, AClientThatDoesNotReadIsCutOff)
{
    auto options = testOptions();
    options.deadlines.write = 60ms;
    options.deadlines.drain = 1h;
    EchoHandler handler;
    handler.answerWith = [](Request&& request) {
        Response response;
        response.body.assign(request.path == "/large" ? 50'000'000 : 1, 'y');
        return response;
    };
    Running running{options, handler};
    RawClient client{running.port()};
    client.send(get("/large"));
    RawClient other{running.port()};
    EXPECT_TRUE(other.ask(get("/")).has_value()); // served meanwhile

    EXPECT_EQ(running.server.drain(),
              0U); // returns, because the write deadline ended the first one
}

TEST(ServerLimits, ConnectionsBeyondTheBoundAreToldToComeBack) // CTL-12
{
    auto options = testOptions();
    options.maxConnections = 2;
    Running running{options};
    auto first = std::make_unique<RawClient>(running.port());
    RawClient second{running.port()};
    ASSERT_EQ(first->ask(get("/"))->status, 200);
    ASSERT_EQ(second.ask(get("/"))->status, 200);

    RawClient third{running.port()};
    auto const refused = third.ask(get("/"));

    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->field("Retry-After"), "1");
    EXPECT_EQ(refused->field("Connection"), "close");
    EXPECT_EQ(refused->body, "E server|too many connections");
    EXPECT_EQ(second.ask(get("/"))->status, 200);
    EXPECT_TRUE(running.log.waitFor("connection refused"));

    third.finishSending();
    EXPECT_TRUE(third.closedByServer());
    first->finishSending();
    EXPECT_TRUE(first->closedByServer());
    for (int status = 0; status != 200;) { // a place is free as soon as the server has noticed
        RawClient again{running.port()};
        auto const answer = again.ask(get("/"));
        ASSERT_TRUE(answer);
        status = answer->status;
    }
}

TEST(ServerLimits, RunningOutOfDescriptorsIsWaitedOut)
{
    // UBSan opens a pipe to look at an object of a type that it meets for the first time.
    ASSERT_FALSE(
        boost::system::error_code(EMFILE, boost::system::system_category()).message().empty());
    Running running;
    RawClient client{running.port()};
    ASSERT_EQ(client.ask(get("/"))->status, 200);
    std::unique_ptr<RawClient> waiting;
    std::optional<std::string> reported;
    std::optional<Answer> meanwhile;
    {
        // One descriptor is left, and the client takes it: the server gets none for its side.
        int const spare = ::dup(0);
        NoDescriptors const none;
        ::close(spare);
        waiting = std::make_unique<RawClient>(running.port());
        waiting->send(get("/a"));
        reported = running.log.waitFor("accept failed");
        meanwhile = client.ask(get("/b"));
    }

    EXPECT_THAT(reported.value_or("nothing"), HasSubstr("reason="));
    ASSERT_TRUE(meanwhile); // who is connected is served
    EXPECT_EQ(meanwhile->body, "GET /b||");
    EXPECT_EQ(waiting->answer()->body, "GET /a||");
}

} // namespace tcds::http::test
