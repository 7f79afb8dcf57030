#include "server/http/exchange.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

namespace tcds::http::test {
namespace {

using Outcome = Exchange::Outcome;

struct Connection {
    int woken = 0;
    std::shared_ptr<Exchange> exchange = std::make_shared<Exchange>([this] { ++woken; });
    Response response{};

    Outcome take() { return exchange->take(response); }
};

} // namespace

TEST(Exchange, HandsOutAnAnswerThatIsThereWithoutWaking)
{
    Connection c;

    c.exchange->open()({.status = 201});

    EXPECT_EQ(c.take(), Outcome::Answered);
    EXPECT_EQ(c.response.status, 201);
    EXPECT_EQ(c.woken, 0);
}

TEST(Exchange, WakesOnceForAnAnswerThatWasMissed)
{
    Connection c;
    auto const answer = c.exchange->open();

    ASSERT_EQ(c.take(), Outcome::Pending);
    answer({.status = 201});
    answer({.status = 202});

    EXPECT_EQ(c.woken, 1);
    EXPECT_EQ(c.take(), Outcome::Answered);
    EXPECT_EQ(c.response.status, 201);
}

TEST(Exchange, NoticesWhenTheLastCopyGoesUnused)
{
    Connection c;
    std::optional<Answer> first = c.exchange->open();
    std::optional<Answer> second = first;

    first.reset();
    EXPECT_EQ(c.take(), Outcome::Pending);
    second.reset();

    EXPECT_EQ(c.woken, 1);
    EXPECT_EQ(c.take(), Outcome::Dropped);
}

TEST(Exchange, MayBeUsedAgainOnlyWhenNobodyHoldsTheLastAnswer)
{
    Connection c;
    std::optional<Answer> answer = c.exchange->open();
    (*answer)({.status = 201});

    EXPECT_FALSE(c.exchange->reusable());
    answer.reset();
    EXPECT_TRUE(c.exchange->reusable());

    auto const next = c.exchange->open();
    EXPECT_EQ(c.take(), Outcome::Pending); // the answer of the first request is forgotten
}

TEST(Exchange, WakesNobodyOnceDetached)
{
    Connection c;
    auto const answer = c.exchange->open();
    ASSERT_EQ(c.take(), Outcome::Pending);

    c.exchange->detach();
    answer({.status = 201});

    EXPECT_EQ(c.woken, 0);
}

TEST(Exchange, TakesOneOfManyAnswersAtOnce)
{
    Connection c;
    auto const answer = c.exchange->open();
    ASSERT_EQ(c.take(), Outcome::Pending);

    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([answer, i] { answer({.status = 200 + i}); });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(c.woken, 1);
    EXPECT_EQ(c.take(), Outcome::Answered);
}

} // namespace tcds::http::test
