#include "server/forward/forwarder.hpp"

#include "tests/unit/audit/log_stage.hpp"
#include "tests/unit/forward/fake_destination.hpp"

#include <gmock/gmock.h>

namespace tcds::forward {

namespace {

using namespace std::chrono_literals;

using audit::test::SetClock;
using audit::test::TemporaryDirectory;
using test::FakeStore;

std::unique_ptr<audit::Log> openLog(std::string const& directory, Clock const& clock)
{
    auto log = audit::Log::open(audit::test::optionsIn(directory), clock);
    EXPECT_TRUE(log) << toText(log.error());
    return log ? *std::move(log) : nullptr;
}

void write(audit::Log& log, int count)
{
    for (int i = 0; i < count; ++i)
        ASSERT_TRUE(log.append("reject", "\"http\":400,\"reason\":\"json\""));
}

Options quick(std::string const& directory)
{
    Options options;
    options.directory = directory;
    options.batch = {7, 100'000};
    options.look = 1ms;
    options.firstPause = 1ms;
    options.mostPause = 4ms;
    return options;
}

TEST(Forwarder, SendsWhatIsThereAndWhatComesInOrderAndOnce)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T23:59:00Z"};
    auto const log = openLog(directory.path(), clock);
    write(*log, 20);
    FakeStore store;
    Forwarder const forwarder{quick(directory.path()), store.connect(), clock, {}};
    ASSERT_TRUE(store.waitForLines(21));

    clock.set("2026-04-01T00:00:01Z");
    write(*log, 20);

    ASSERT_TRUE(store.waitForLines(42)); // two `start`
    EXPECT_EQ(store.lines(), audit::test::recordsIn(directory.path()));
    EXPECT_EQ(store.sent(), 42U);
}

TEST(Forwarder, LosesAndDoublesNothingWhateverFails)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    auto const log = openLog(directory.path(), clock);
    FakeStore store;
    Forwarder const forwarder{quick(directory.path()), store.connect(), clock, {}};
    std::size_t attempts = 0;
    std::size_t written = 1;
    for (auto const fault : {FakeStore::Fault::Unreachable, FakeStore::Fault::BeforeKeeping,
                             FakeStore::Fault::AfterKeeping, FakeStore::Fault::AfterKeeping}) {
        store.failWith(fault);
        write(*log, 30);
        written += 30;
        attempts += 3;
        ASSERT_TRUE(store.waitForAttempts(attempts));
        store.failWith(FakeStore::Fault::None);
        ASSERT_TRUE(store.waitForLines(written));
    }

    EXPECT_EQ(store.lines(), audit::test::recordsIn(directory.path()));
    EXPECT_EQ(store.refused(), 0U);
    EXPECT_GE(forwarder.state().failures, 3U);
}

TEST(Forwarder, TellsHowFarTheDestinationIsBehind)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T08:00:00Z"};
    auto const log = openLog(directory.path(), clock);
    write(*log, 4);
    FakeStore store;
    std::mutex mutex;
    std::condition_variable changed;
    State told;
    Listener listener;
    listener.state = [&](State const& state) {
        std::lock_guard const lock{mutex};
        told = state;
        changed.notify_all();
    };
    auto const waitFor = [&](auto condition) {
        std::unique_lock lock{mutex};
        return changed.wait_for(lock, 20s, [&] { return condition(told); });
    };
    Forwarder const forwarder{quick(directory.path()), store.connect(), clock, listener};
    ASSERT_TRUE(waitFor([](State const& state) { return state.forwarded == 5U; }));
    ASSERT_TRUE(waitFor([](State const& state) { return state.connected && state.behind == 0; }));

    store.failWith(FakeStore::Fault::Unreachable);
    clock.set("2026-03-31T08:10:00Z");
    write(*log, 3);

    ASSERT_TRUE(waitFor([](State const& state) { return !state.connected && state.behind == 3; }));
    EXPECT_EQ(told.newest, 8U);
    EXPECT_EQ(told.waitingSince, audit::test::instant("2026-03-31T08:10:00Z"));

    store.failWith(FakeStore::Fault::None);

    ASSERT_TRUE(waitFor([](State const& state) { return state.connected && state.behind == 0; }));
    EXPECT_FALSE(told.waitingSince);
}

TEST(Forwarder, SaysOnceThatTheDestinationIsAwayAndOnceThatAllHasArrived)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    auto const log = openLog(directory.path(), clock);
    FakeStore store;
    store.failWith(FakeStore::Fault::Unreachable);
    std::atomic<int> failed{0};
    std::atomic<int> caughtUp{0};
    Listener listener;
    listener.failed = [&](Error const&) { ++failed; };
    listener.caughtUp = [&](State const&) { ++caughtUp; };
    {
        Forwarder const forwarder{quick(directory.path()), store.connect(), clock, listener};
        ASSERT_TRUE(store.waitForAttempts(5));
        store.failWith(FakeStore::Fault::None);
        ASSERT_TRUE(store.waitForLines(1));
        write(*log, 3);
        ASSERT_TRUE(store.waitForLines(4));
    }

    EXPECT_EQ(failed, 1);
    EXPECT_LE(caughtUp, 1);
}

TEST(Forwarder, EndsDuringALongPause)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    auto const log = openLog(directory.path(), clock);
    FakeStore store;
    store.failWith(FakeStore::Fault::Unreachable);
    auto options = quick(directory.path());
    options.firstPause = options.mostPause = 1h;
    auto forwarder = std::make_unique<Forwarder>(options, store.connect(), clock, Listener{});
    ASSERT_TRUE(store.waitForAttempts(1));

    forwarder.reset(); // the test's own time limit ends it otherwise

    EXPECT_TRUE(store.lines().empty());
}

TEST(Forwarder, WaitsForADirectoryThatIsNotThereYet)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    FakeStore store;
    Forwarder const forwarder{quick(directory.path("later")), store.connect(), clock, {}};
    ASSERT_TRUE(store.waitForAttempts(2));

    auto const log = openLog(directory.path("later"), clock);

    EXPECT_TRUE(store.waitForLines(1));
}

TEST(ForwardOnce, SendsWhatIsThereAndSaysWhatBecameOfIt)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    auto const log = openLog(directory.path(), clock);
    write(*log, 9);
    FakeStore store;

    auto const first = forwardOnce(quick(directory.path()), store.connect(), {}, {}, {});
    write(*log, 1);
    auto const second = forwardOnce(quick(directory.path()), store.connect(), {}, {}, {});

    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->added, 10U);
    EXPECT_EQ(second->added, 1U);
    EXPECT_EQ(second->present, 0U); // it went on where the store was
}

TEST(PauseAfter, DoublesUpToItsLimitAndIsShortenedByAtMostHalf)
{
    Options options;
    options.firstPause = 500ms;
    options.mostPause = 30s;
    std::minstd_rand random{7};
    struct Row {
        unsigned failures;
        std::chrono::milliseconds most;
    };
    for (auto const& row : {Row{1, 500ms}, Row{2, 1s}, Row{3, 2s}, Row{6, 16s}, Row{7, 30s},
                            Row{8, 30s}, Row{4'000'000'000, 30s}}) {
        SCOPED_TRACE(row.failures);
        for (int i = 0; i < 50; ++i) {
            auto const pause = pauseAfter(row.failures, options, random);
            EXPECT_LE(pause, row.most);
            EXPECT_GE(pause, row.most / 2);
        }
    }
}

} // namespace

} // namespace tcds::forward
