#include "server/auth/replay_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tcds::auth {
namespace {

using namespace std::chrono_literals;
using Use = ReplayStore::Use;

constexpr Instant kNow{std::chrono::seconds{1'769'846'400}};

TokenId id(unsigned number)
{
    TokenId bytes{};
    bytes[0] = static_cast<unsigned char>(number & 0xffU);
    bytes[1] = static_cast<unsigned char>(number >> 8U);
    return bytes;
}

ReplayStore::Presented token(unsigned number, std::chrono::seconds life = 300s,
                             std::chrono::seconds window = 0s, std::string_view body = "b")
{
    return {id(number), kNow + life, window, body};
}

} // namespace

// JWT-07
TEST(ReplayStore, TakesATokenOnce)
{
    ReplayStore store;

    EXPECT_EQ(store.use(token(1), kNow), Use::First);
    EXPECT_EQ(store.use(token(2), kNow), Use::First);
    EXPECT_EQ(store.use(token(1), kNow), Use::Replay);
    EXPECT_EQ(store.use(token(1), kNow + 299s), Use::Replay);
}

TEST(ReplayStore, RemembersUntilTheTokenHasExpiredAndNotAMillisecondLess)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 300s), kNow), Use::First);

    EXPECT_EQ(store.use(token(2, 600s), kNow + 300s - 1ms), Use::First);
    EXPECT_EQ(store.size(), 2U);
    EXPECT_EQ(store.use(token(3, 600s), kNow + 300s), Use::First);
    EXPECT_EQ(store.size(), 2U); // 1 is forgotten, 2 and 3 are held
}

TEST(ReplayStore, RefusesWhenFullInsteadOfForgettingALiveToken)
{
    ReplayStore store{2};
    EXPECT_EQ(store.use(token(1, 100s), kNow), Use::First);
    EXPECT_EQ(store.use(token(2, 200s), kNow), Use::First);

    EXPECT_EQ(store.use(token(3), kNow), Use::Full);
    EXPECT_EQ(store.use(token(3), kNow), Use::Full); // it was not remembered
    EXPECT_EQ(store.use(token(1, 100s), kNow), Use::Replay);
    EXPECT_EQ(store.use(token(2, 200s), kNow), Use::Replay);
    EXPECT_EQ(store.use(token(3), kNow + 100s), Use::First); // the place of 1
    EXPECT_EQ(store.use(token(4), kNow + 100s), Use::Full);
    EXPECT_EQ(store.size(), 2U);
}

TEST(ReplayStore, AClockThatStepsBackRevivesNoToken)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 60s), kNow), Use::First);
    EXPECT_EQ(store.use(token(2, 600s), kNow + 61s), Use::First); // 1 is forgotten here

    EXPECT_EQ(store.use(token(1, 60s), kNow), Use::Past);
    EXPECT_EQ(store.use(token(3, 61s), kNow), Use::First); // lives longer than any forgotten one
}

// CTL-04, CTL-12: a client in a loop fills its own places only.
TEST(ReplayStore, GivesEachClientPlacesOfItsOwn)
{
    ReplayStore store{2};
    auto const of = [](std::string_view client, unsigned number, std::chrono::seconds life) {
        auto shown = token(number, life);
        shown.client = client;
        return shown;
    };
    EXPECT_EQ(store.use(of("a", 1, 100s), kNow), Use::First);
    EXPECT_EQ(store.use(of("a", 2, 200s), kNow), Use::First);
    EXPECT_EQ(store.use(of("a", 3, 100s), kNow), Use::Full);

    EXPECT_EQ(store.use(of("b", 4, 100s), kNow), Use::First);
    EXPECT_EQ(store.use(of("b", 5, 100s), kNow), Use::First);
    EXPECT_EQ(store.use(of("b", 6, 100s), kNow), Use::Full);
    EXPECT_EQ(store.use(of("b", 1, 100s), kNow), Use::Replay);       // whoever shows it
    EXPECT_EQ(store.use(of("a", 3, 200s), kNow + 100s), Use::First); // the place of 1
    EXPECT_EQ(store.use(of("a", 7, 200s), kNow + 100s), Use::Full);
}

// TOL-16
TEST(ReplayStore, RetryNamesTheCallThatUsedTheTokenFirst)
{
    ReplayStore store;
    auto const by = [](std::string_view call, std::chrono::seconds window) {
        auto shown = token(1, 300s, window);
        shown.call = call;
        return shown;
    };
    EXPECT_EQ(store.use(by("call-1", 30s), kNow).firstCall, "");

    EXPECT_EQ(store.use(by("call-2", 30s), kNow + 1s).firstCall, "call-1");
    EXPECT_EQ(store.use(by("call-2", 30s), kNow + 1s).firstAt, kNow);
    EXPECT_EQ(store.use(by("call-3", 30s), kNow + 2s).firstCall, "call-1");
    EXPECT_EQ(store.use(by("call-4", 30s), kNow + 31s).firstCall, ""); // a replay
}

// CTL-04, TOL-16
TEST(ReplayStore, RetryWindowAdmitsTheSameBodyOnly)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 300s, 30s, "body"), kNow), Use::First);

    EXPECT_EQ(store.use(token(1, 300s, 30s, "body"), kNow + 1s), Use::Retry);
    EXPECT_EQ(store.use(token(1, 300s, 30s, "other"), kNow + 1s), Use::Replay);
    EXPECT_EQ(store.use(token(1, 300s, 30s, ""), kNow + 1s), Use::Replay);
    EXPECT_EQ(store.use(token(1, 300s, 30s, "body"), kNow + 30s), Use::Retry);
    EXPECT_EQ(store.use(token(1, 300s, 30s, "body"), kNow + 30s + 1ms), Use::Replay);
}

TEST(ReplayStore, RetriesDoNotProlongTheWindow)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 300s, 30s), kNow), Use::First);
    EXPECT_EQ(store.use(token(1, 300s, 30s), kNow + 29s), Use::Retry);

    EXPECT_EQ(store.use(token(1, 300s, 30s), kNow + 31s), Use::Replay);
}

TEST(ReplayStore, AnEmptyDigestIsEqualToNothing)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 300s, 30s, ""), kNow), Use::First);

    EXPECT_EQ(store.use(token(1, 300s, 30s, ""), kNow), Use::Replay);
}

TEST(ReplayStore, WithoutAWindowTheSameBodyIsAReplay)
{
    ReplayStore store;
    EXPECT_EQ(store.use(token(1, 300s, 0s, "body"), kNow), Use::First);

    EXPECT_EQ(store.use(token(1, 300s, 0s, "body"), kNow), Use::Replay);
}

TEST(ReplayStore, OfManyThreadsWithTheSameTokensEachTokenIsFirstOnce)
{
    constexpr unsigned kTokens = 500;
    ReplayStore store;
    std::atomic<unsigned> first{0};
    std::atomic<unsigned> replayed{0};

    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (unsigned number = 0; number < kTokens; ++number)
                (store.use(token(number), kNow) == Use::First ? first : replayed)++;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(first, kTokens);
    EXPECT_EQ(replayed, 3 * kTokens);
    EXPECT_EQ(store.size(), kTokens);
}

} // namespace tcds::auth
