#include "tests/unit/audit/log_stage.hpp"

#include <set>
#include <thread>

namespace tcds::audit {
namespace {

using test::SetClock;
using test::TemporaryDirectory;

class LogThreads : public testing::TestWithParam<Sync>
{
};

TEST_P(LogThreads, KeepEachRecordOnceInOneChain)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = Log::open(test::optionsIn(folder.path(), GetParam()), clock);
    ASSERT_TRUE(log);
    constexpr int kThreads = 16, kEach = 200;
    std::atomic<int> refused{0};

    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < kEach; ++i) {
                auto const name = std::to_string(thread * kEach + i);
                if (!(*log)->append("decision",
                                    "\"n\":" + name + ",\"m\":\"" + std::string(500, 'x') + "\""))
                    ++refused;
            }
        });
    for (auto& thread : threads) thread.join();
    log->reset();

    EXPECT_EQ(refused, 0);
    EXPECT_EQ(test::breakIn(folder.path()), "");
    Wanted wanted;
    wanted.type = "decision";
    std::set<std::string> names;
    for (auto const& line : test::recordsIn(folder.path(), wanted)) {
        auto const from = line.find("\"n\":") + 4;
        EXPECT_TRUE(names.insert(line.substr(from, line.find(',', from) - from)).second);
    }
    EXPECT_EQ(names.size(), std::size_t{kThreads * kEach});
}

INSTANTIATE_TEST_SUITE_P(EachPolicy, LogThreads,
                         testing::Values(Sync::Always, Sync::Interval, Sync::Never),
                         [](auto const& policy) {
                             return policy.param == Sync::Always     ? "Always"
                                    : policy.param == Sync::Interval ? "Interval"
                                                                     : "Never";
                         });

TEST(LogQueue, RefusesMoreCallsThanMayWait)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = test::optionsIn(folder.path());
    options.maxWaiting = 0;
    auto log = Log::open(options, clock);
    ASSERT_TRUE(log) << toText(log.error());

    auto const kept = (*log)->append("decision", "\"n\":1");

    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, Error::Kind::Unavailable);
    EXPECT_FALSE((*log)->healthy());
}

/// Holds its first caller until it is told to go on: a disk that answers late.
class HeldClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override
    {
        if (holding) {
            entered = true;
            entered.notify_all();
            holding.wait(true);
        }
        return test::instant("2026-03-03T10:00:00Z");
    }
    mutable std::atomic<bool> holding{false}, entered{false};
};

TEST(LogQueue, GivesUpARecordThatNobodyTookUpInTime)
{
    TemporaryDirectory const folder;
    HeldClock clock;
    auto options = test::optionsIn(folder.path());
    options.maxWait = std::chrono::milliseconds{10};
    auto log = Log::open(options, clock);
    ASSERT_TRUE(log);
    clock.holding = true;
    Result<void> first;
    std::thread slow{[&] { first = (*log)->append("decision", "\"n\":1"); }};
    clock.entered.wait(false);

    auto const second = (*log)->append("decision", "\"n\":2");
    auto const third = (*log)->append("decision", "\"n\":3");
    clock.holding = false;
    clock.holding.notify_all();
    slow.join();

    EXPECT_TRUE(first);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Error::Kind::Unavailable);
    EXPECT_NE(second.error().what.find("took no record up"), std::string::npos);
    ASSERT_FALSE(third);
    EXPECT_NE(third.error().what.find("a write takes longer"), std::string::npos)
        << "it waited, though nothing had moved: " << third.error().what;
    log->reset();
    EXPECT_EQ(test::breakIn(folder.path()), "");
    EXPECT_EQ(test::recordsIn(folder.path()).size(), 3U) << "start, the first, stop";
}

} // namespace
} // namespace tcds::audit
