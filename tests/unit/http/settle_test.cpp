#include "raw_client.hpp"
#include "test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tcds::http::test {
namespace {

using testing::Contains;

/// Puts off every answer that may be, until settle().
class PuttingOff final : public EchoHandler
{
public:
    void handle(Request&& request, http::Answer answer) override
    {
        if (request.path == "/gate") gate.pass();
        std::lock_guard const lock{mutex_};
        settledAfter_.push_back(request.settled);
        if (!request.settled) return EchoHandler::handle(std::move(request), std::move(answer));
        waiting_.emplace_back(std::move(request), std::move(answer));
    }

    void settle() override
    {
        std::vector<std::pair<Request, http::Answer>> all;
        {
            std::lock_guard const lock{mutex_};
            all.swap(waiting_);
            if (!all.empty()) together_.push_back(all.size());
        }
        for (auto& [request, answer] : all)
            EchoHandler::handle(std::move(request), std::move(answer));
    }

    /// How many were waiting at each settle() that found some.
    std::vector<std::size_t> together()
    {
        std::lock_guard const lock{mutex_};
        return together_;
    }
    std::vector<bool> settledAfter()
    {
        std::lock_guard const lock{mutex_};
        return settledAfter_;
    }

    Gate gate;

private:
    std::mutex mutex_;
    std::vector<std::pair<Request, http::Answer>> waiting_;
    std::vector<std::size_t> together_;
    std::vector<bool> settledAfter_;
};

struct PutOff : testing::Test {
    PutOff() { EXPECT_TRUE(server.start()); }
    PuttingOff handler;
    RecordingLog log;
    Server server{testOptions(), handler, log};
};

} // namespace

TEST_F(PutOff, IsAnsweredWhenItIsSettled)
{
    RawClient client{server.port()};

    for (int i = 0; i < 3; ++i) {
        auto const answer = client.ask(post("/a", std::to_string(i)));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "POST /a||" + std::to_string(i));
    }
    EXPECT_EQ(handler.together(), (std::vector<std::size_t>{1, 1, 1}));
}

// The only I/O thread stands at the gate, and three requests lie ready behind it.
TEST_F(PutOff, IsSettledWithTheOthersThatWereReady)
{
    RawClient first{server.port()};
    std::vector<std::unique_ptr<RawClient>> others;
    for (int i = 0; i < 3; ++i) {
        others.push_back(std::make_unique<RawClient>(server.port()));
        ASSERT_TRUE(others.back()->ask(get("/known"))); // the connection is accepted by now
    }
    ASSERT_TRUE(first.send(get("/gate")));
    handler.gate.awaitGuest();
    for (auto const& client : others) ASSERT_TRUE(client->send(get("/b")));
    handler.gate.open();

    EXPECT_EQ(first.answer().value().status, 200);
    for (auto const& client : others) EXPECT_EQ(client->answer().value().body, "GET /b||");
    EXPECT_THAT(handler.together(), Contains(3U));
}

TEST_F(PutOff, IsNothingOnThePoolWhereNoOthersWait)
{
    handler.blockAbove = 10; // before the first request
    RawClient client{server.port()};

    ASSERT_TRUE(client.ask(post("/a", std::string(11, 'x'))));
    ASSERT_TRUE(client.ask(post("/a", "short")));

    EXPECT_EQ(handler.settledAfter(), (std::vector<bool>{false, true}));
}

} // namespace tcds::http::test
