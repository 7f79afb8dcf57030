#include "raw_client.hpp"
#include "test_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace tcds::http::test {
namespace {

using namespace std::chrono_literals;

Options patient()
{
    auto options = testOptions();
    options.threads = 2; // one may wait at a gate
    options.deadlines = {
        .header = 1h, .body = 1h, .idle = 1h, .write = 1h, .linger = 1h, .drain = 1h};
    return options;
}

EchoHandler waitingAt(Gate& gate, bool onPool)
{
    EchoHandler handler;
    handler.blockAbove = onPool ? 0 : SIZE_MAX;
    handler.answerWith = [&gate](Request&& request) {
        gate.pass();
        Response response;
        response.body = "done " + request.body;
        return response;
    };
    return handler;
}

} // namespace

TEST(ServerDrain, ReleasesIdleConnectionsAtOnce)
{
    Running running{patient()}; // every deadline is an hour: only the drain can end them
    RawClient silent{running.port()};
    RawClient idle{running.port()};
    ASSERT_EQ(idle.ask(get("/"))->status, 200);

    EXPECT_EQ(running.server.drain(), 0U);

    EXPECT_TRUE(idle.closedByServer());
    EXPECT_FALSE(silent.answer().has_value());
}

TEST(ServerDrain, LetsABusyRequestFinishAndSaysClose)
{
    for (bool const onPool : {false, true}) {
        Gate gate;
        Running running{patient(), waitingAt(gate, onPool)};
        RawClient busy{running.port()};
        busy.send(post("/", "x"));
        gate.awaitGuest();
        RawClient idle{running.port()};

        auto drained = std::async(std::launch::async, [&] { return running.server.drain(); });
        EXPECT_FALSE(idle.answer().has_value()) << onPool; // the drain has begun
        gate.open();
        auto const answer = busy.answer();

        ASSERT_TRUE(answer) << onPool;
        EXPECT_EQ(answer->body, "done x");
        EXPECT_EQ(answer->field("Connection"), "close");
        EXPECT_TRUE(busy.closedByServer());
        EXPECT_EQ(drained.get(), 0U);
    }
}

TEST(ServerDrain, LetsAHalfReadRequestArrive)
{
    Running running{patient()};
    RawClient half{running.port()};
    half.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_EQ(half.answer()->status, 100); // so the server is in the middle of it
    RawClient idle{running.port()};
    ASSERT_EQ(idle.ask(get("/"))->status, 200);

    auto drained = std::async(std::launch::async, [&] { return running.server.drain(); });
    ASSERT_TRUE(idle.closedByServer());
    half.send("body");
    auto const answer = half.answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "POST /a||body");
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_EQ(drained.get(), 0U);
}

TEST(ServerDrain, CutsWhatIsStillBusyAtTheDeadline)
{
    auto options = patient();
    options.deadlines.drain = 30ms;
    Running running{options};
    RawClient half{running.port()};
    half.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_EQ(half.answer()->status, 100);

    EXPECT_EQ(running.server.drain(), 1U);

    EXPECT_FALSE(half.answer().has_value());
}

TEST(ServerDrain, AcceptsNobodyAfterwards)
{
    Running running{patient()};
    running.server.drain();
    RawClient late{running.port()};

    EXPECT_FALSE(late.ask(get("/")).has_value());
    EXPECT_EQ(running.server.drain(), 0U); // a second drain finds nothing to do
}

TEST(ServerDrain, IsNotNeededBeforeDestruction)
{
    auto running = std::make_unique<Running>(patient());
    RawClient idle{running->port()};
    ASSERT_EQ(idle.ask(get("/"))->status, 200);
    RawClient half{running->port()};
    half.send("GET / HT");

    running.reset(); // every deadline is an hour: this waits for nobody

    EXPECT_TRUE(idle.closedByServer());
    EXPECT_FALSE(half.answer().has_value());
}

TEST(ServerDrain, OfAServerThatNeverStartedDoesNothing)
{
    EchoHandler handler;
    RecordingLog log;
    Server server{testOptions(), handler, log};

    EXPECT_EQ(server.drain(), 0U);
    EXPECT_EQ(server.port(), 0);
}

TEST(ServerDrain, UnderLoadLosesNoAnswer)
{
    auto options = testOptions();
    options.threads = 2;
    EchoHandler handler;
    handler.blockAbove = 100;
    Running running{options, handler};
    std::atomic<int> answered = 0;
    std::atomic<int> broken = 0;
    std::vector<std::thread> clients;
    for (int c = 0; c < 8; ++c) {
        clients.emplace_back([&, c] {
            RawClient client{running.port()};
            std::string const body(static_cast<std::size_t>(c) * 40U, 'x');
            for (;;) {
                auto const answer = client.ask(post("/", body));
                if (!answer) break; // released while idle: nothing of the answer had been sent
                if (answer->body != "POST /||" + body) ++broken;
                ++answered;
                if (answer->field("Connection") == "close") break;
            }
        });
    }
    while (answered < 500) std::this_thread::yield();

    EXPECT_EQ(running.server.drain(), 0U);

    for (auto& client : clients) client.join();
    EXPECT_EQ(broken, 0);
}

} // namespace tcds::http::test
