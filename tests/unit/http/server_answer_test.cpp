// Answers that come after the handler has returned, twice, or never.

#include "raw_client.hpp"
#include "test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>

namespace tcds::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Response saying(std::string body)
{
    Response response;
    response.body = std::move(body);
    return response;
}

/// Keeps the answers of a server until the test gives them.
class Pending
{
public:
    EchoHandler handler(bool onPool = false)
    {
        EchoHandler made;
        made.blockAbove = onPool ? 0 : SIZE_MAX;
        made.handleWith = [this](Request&& request, http::Answer answer) {
            if (request.path == "/now") return answer(saying("now"));
            std::scoped_lock const lock{mutex_};
            answers_.push_back(std::move(answer));
            added_.notify_all();
        };
        return made;
    }

    /// Waits for the next one that was asked.
    http::Answer next()
    {
        std::unique_lock lock{mutex_};
        added_.wait(lock, [this] { return !answers_.empty(); });
        auto answer = std::move(answers_.front());
        answers_.erase(answers_.begin());
        return answer;
    }

private:
    std::mutex mutex_;
    std::condition_variable added_;
    std::vector<http::Answer> answers_;
};

Options patient(std::chrono::milliseconds drain = 1h)
{
    auto options = testOptions();
    options.deadlines = {
        .header = 1h, .body = 1h, .idle = 1h, .write = 1h, .linger = 1h, .drain = drain};
    return options;
}

} // namespace

TEST(LateAnswer, ArrivesAndKeepsTheConnection)
{
    for (bool const onPool : {false, true}) {
        Pending pending;
        Running running{patient(), pending.handler(onPool)};
        RawClient client{running.port()};

        for (int i = 0; i < 3; ++i) {
            client.send(post("/later", "x"));
            pending.next()(saying("late " + std::to_string(i)));
            EXPECT_EQ(client.answer()->body, "late " + std::to_string(i)) << onPool;
        }
        EXPECT_EQ(client.ask(post("/now", "x"))->body, "now") << onPool;
    }
}

TEST(LateAnswer, HoldsNoThreadMeanwhile)
{
    Pending pending;
    Running running{patient(), pending.handler()}; // one thread
    RawClient waiting{running.port()};
    RawClient other{running.port()};

    waiting.send(get("/later"));
    auto const answer = pending.next();
    EXPECT_EQ(other.ask(get("/now"))->body, "now");
    answer(saying("late"));

    EXPECT_EQ(waiting.answer()->body, "late");
}

TEST(LateAnswer, KeepsTheOrderOfPipelinedRequests)
{
    Pending pending;
    Running running{patient(), pending.handler()};
    RawClient client{running.port()};

    client.send(get("/later") + get("/now"));
    pending.next()(saying("late"));

    EXPECT_EQ(client.answer()->body, "late");
    EXPECT_EQ(client.answer()->body, "now");
}

TEST(LateAnswer, OfARequestThatIsAnsweredDoesNotReachTheNext)
{
    Pending pending;
    Running running{patient(), pending.handler()};
    RawClient client{running.port()};

    client.send(get("/later"));
    auto const first = pending.next();
    first(saying("one"));
    EXPECT_EQ(client.answer()->body, "one");
    client.send(get("/later"));
    auto const second = pending.next();
    first(saying("one again"));
    second(saying("two"));

    EXPECT_EQ(client.answer()->body, "two");
}

TEST(LateAnswer, ThatNeverComesIs500WithAnErrorId)
{
    Pending pending;
    Running running{patient(), pending.handler()};
    RawClient client{running.port()};

    client.send(get("/later"));
    (void)pending.next(); // the only copy goes
    auto const answer = client.answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    auto const line = running.log.waitFor("handler failed");
    ASSERT_TRUE(line);
    auto const at = line->find("error_id=") + 9;
    EXPECT_THAT(answer->body, HasSubstr(line->substr(at, 16)));
    EXPECT_EQ(client.ask(get("/now"))->body, "now");
}

TEST(LateAnswer, DroppedByTheHandlerItselfIs500)
{
    EchoHandler handler;
    handler.handleWith = [](Request&&, http::Answer const&) {};
    Running running{patient(), handler};
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/"))->status, 500);
    EXPECT_TRUE(running.log.waitFor("handler failed"));
}

TEST(LateAnswer, LosesAgainstAnException)
{
    std::promise<http::Answer> kept;
    EchoHandler handler;
    handler.handleWith = [&kept](Request&& request, http::Answer answer) {
        if (request.path == "/now") return answer(saying("now"));
        kept.set_value(std::move(answer));
        throw std::runtime_error{"broken"};
    };
    Running running{patient(), handler};
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/"))->status, 500);
    kept.get_future().get()(saying("late"));

    EXPECT_EQ(client.ask(get("/now"))->body, "now");
}

TEST(LateAnswer, GivenBeforeAnExceptionStands)
{
    EchoHandler handler;
    handler.handleWith = [](Request&&, http::Answer const& answer) {
        answer(saying("first"));
        throw std::runtime_error{"too late"};
    };
    Running running{patient(), handler};
    RawClient client{running.port()};

    EXPECT_EQ(client.ask(get("/"))->body, "first");
    EXPECT_TRUE(running.log.waitFor("handler failed"));
}

TEST(LateAnswer, ToAPeerThatHasGoneIsHarmless)
{
    Pending pending;
    Running running{patient(), pending.handler()};
    std::optional<RawClient> gone{std::in_place, running.port()};
    gone->send(get("/later"));
    auto const answer = pending.next();

    gone.reset();
    answer(saying(std::string(1'000'000, 'x')));

    RawClient other{running.port()};
    EXPECT_EQ(other.ask(get("/now"))->body, "now");
    EXPECT_EQ(running.server.drain(), 0U); // the connection of the lost peer has ended by itself
}

TEST(LateAnswer, IsAwaitedByTheDrain)
{
    Pending pending;
    Running running{patient(), pending.handler()};
    RawClient busy{running.port()};
    busy.send(get("/later"));
    auto const answer = pending.next();
    RawClient idle{running.port()};

    auto drained = std::async(std::launch::async, [&] { return running.server.drain(); });
    EXPECT_FALSE(idle.answer().has_value()); // the drain has begun
    answer(saying("late"));

    auto const got = busy.answer();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, "late");
    EXPECT_EQ(got->field("Connection"), "close");
    EXPECT_EQ(drained.get(), 0U);
}

TEST(LateAnswer, AfterTheServerHasGoneIsHarmless)
{
    for (bool const onPool : {false, true}) {
        Pending pending;
        auto running = std::make_unique<Running>(patient(30ms), pending.handler(onPool));
        RawClient busy{running->port()};
        busy.send(post("/later", "x"));
        auto const answer = pending.next();

        EXPECT_EQ(running->server.drain(), 1U) << onPool; // cut at the deadline
        EXPECT_FALSE(busy.answer().has_value()) << onPool;
        running.reset();

        answer(saying("late")); // must touch nothing of the server
    }
}

} // namespace tcds::http::test
