#include "tests/unit/audit/log_stage.hpp"

#include "server/audit/disk.hpp"
#include "server/audit/log_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tcds::audit {
namespace {

using test::breakIn;
using test::optionsIn;
using test::SetClock;
using test::TemporaryDirectory;

/// A disk that is told when to be slow and when to fail.
class ToldDisk final : public Disk
{
public:
    // Whether the next calls fail, with this errno; 0: they do not.
    std::atomic<int> writeFails{0}, syncFails{0}, cutFails{0};
    std::atomic<std::size_t> mostAtOnce{SIZE_MAX}; // bytes of one write()
    mutable std::atomic<off_t> onDisk{0};          // size of the file that was forced to disk last
    mutable std::atomic<off_t> rewrittenFrom{-1}, rewrittenTo{-1};
    mutable std::atomic<int> syncs{0};

    ssize_t write(int file, void const* bytes, std::size_t size) const override
    {
        if (writeFails != 0) return fail(writeFails);
        return ::write(file, bytes, std::min(size, mostAtOnce.load()));
    }

    int sync(int file) const override
    {
        {
            std::unique_lock lock{mutex_};
            ++within_;
            changed_.notify_all();
            changed_.wait(lock, [this] { return !closed_; });
            --within_;
        }
        ++syncs;
        if (syncFails != 0) return static_cast<int>(fail(syncFails));
        struct stat status {
        };
        if (::fstat(file, &status) == 0) onDisk = status.st_size;
        return 0;
    }

    ssize_t writeAt(int file, void const* bytes, std::size_t size, off_t at) const override
    {
        std::lock_guard const lock{mutex_};
        if (rewrittenFrom < 0) rewrittenFrom = at;
        rewrittenTo = at + static_cast<off_t>(size);
        return ::pwrite(file, bytes, size, at);
    }

    int cut(int file, off_t size) const override
    {
        return cutFails != 0 ? static_cast<int>(fail(cutFails)) : ::ftruncate(file, size);
    }

    /// From here on sync() returns no more..
    void close()
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
    }
    /// .. until here.
    void open()
    {
        std::lock_guard const lock{mutex_};
        closed_ = false;
        changed_.notify_all();
    }
    void waitForSync() const
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return within_ > 0; });
    }

private:
    static ssize_t fail(int code)
    {
        errno = code;
        return -1;
    }
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mutable int within_ = 0;
    bool closed_ = false;
};

class LogOnDisk : public testing::Test
{
protected:
    void open(Sync sync)
    {
        options.sync = sync;
        options.directory = folder.path();
        options.disk = &disk;
        reopen();
    }
    void reopen()
    {
        log.reset();
        auto opened = Log::open(options, clock);
        ASSERT_TRUE(opened) << toText(opened.error());
        log = *std::move(opened);
    }
    Result<void> append(int number) const
    {
        return log->append("decision", "\"n\":" + std::to_string(number));
    }
    /// "1 3": numbers of the decisions that are in the log.
    [[nodiscard]] std::string kept() const
    {
        std::string numbers;
        Wanted wanted;
        wanted.type = "decision";
        for (auto const& line : test::recordsIn(folder.path(), wanted)) {
            auto const at = line.find("\"n\":") + 4;
            numbers += (numbers.empty() ? "" : " ") + line.substr(at, line.find(',', at) - at);
        }
        return numbers;
    }

    TemporaryDirectory folder;
    SetClock clock{"2026-03-03T10:00:00Z"};
    ToldDisk disk;
    LogOptions options = optionsIn({});
    std::unique_ptr<Log> log;
};

// The power is cut at the moment in which append() returns: what counts is what was forced to disk.
TEST_F(LogOnDisk, HasForcedARecordToDiskBeforeTheCallIsAnswered)
{
    open(Sync::Always);
    auto const file = folder.path("decisions-2026-03-03.jsonl");
    EXPECT_EQ(static_cast<std::uintmax_t>(disk.onDisk), std::filesystem::file_size(file));
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(append(i));
        EXPECT_EQ(static_cast<std::uintmax_t>(disk.onDisk), std::filesystem::file_size(file));
    }
}

TEST_F(LogOnDisk, ForcesTheOldFileToDiskBeforeAnotherBegins)
{
    options.syncInterval = std::chrono::hours{1}; // so it is nobody else
    options.rotateBytes = 1000;
    open(Sync::Interval);
    auto const first = folder.path("decisions-2026-03-03.jsonl");
    while (std::filesystem::file_size(first) < options.rotateBytes) ASSERT_TRUE(append(1));
    ASSERT_EQ(disk.syncs, 0);

    ASSERT_TRUE(append(2));

    ASSERT_EQ(logFilesIn(folder.path()).value().size(), 2U);
    EXPECT_EQ(disk.syncs, 1);
    EXPECT_EQ(static_cast<std::uintmax_t>(disk.onDisk), std::filesystem::file_size(first));
}

TEST_F(LogOnDisk, KeepsAllOfSeveralRecordsOrNone)
{
    open(Sync::Never);
    ASSERT_TRUE(append(1));
    std::vector<std::string> const three{"\"n\":2", "\"n\":3", "\"n\":4"};
    disk.writeFails = ENOSPC;
    EXPECT_FALSE(log->append("decision", three));
    disk.writeFails = 0;
    EXPECT_EQ(kept(), "1");

    disk.mostAtOnce = 500; // several calls of write() for them
    ASSERT_TRUE(log->append("decision", three));
    EXPECT_EQ(kept(), "1 2 3 4");
}

TEST_F(LogOnDisk, KeepsNothingOfARecordThatCannotBeForcedToDisk)
{
    open(Sync::Always);
    ASSERT_TRUE(append(1));
    disk.syncFails = EIO;

    auto const failed = append(2);

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Error::Kind::Unavailable);
    EXPECT_FALSE(log->healthy());
    EXPECT_EQ(kept(), "1");
    disk.syncFails = 0;
    EXPECT_TRUE(append(3));
    EXPECT_TRUE(log->healthy());
    log.reset();
    EXPECT_EQ(kept(), "1 3");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(LogOnDisk, TakesAwayLaterWhatItCouldNotTakeAwayAtOnce)
{
    open(Sync::Always);
    ASSERT_TRUE(append(1));
    disk.syncFails = EIO;
    disk.cutFails = EIO;
    ASSERT_FALSE(append(2));
    disk.syncFails = 0;
    ASSERT_FALSE(append(3)) << "behind a rest nothing is written";
    disk.cutFails = 0;

    ASSERT_TRUE(append(4));

    log.reset();
    EXPECT_EQ(kept(), "1 4");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(LogOnDisk, WritesWholeLinesInHoweverManySteps)
{
    open(Sync::Never);
    disk.mostAtOnce = 7;
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(append(i));
    log.reset();

    EXPECT_EQ(kept(), "1 2 3");
    EXPECT_EQ(breakIn(folder.path()), "");
}

// Linux takes pages that it could not write for written: to sync again would succeed and help
// nobody. So the bytes since the last good sync are handed over once more.
TEST_F(LogOnDisk, HandsOverAgainWhatTheIntervalCouldNotForceToDisk)
{
    options.syncInterval = std::chrono::milliseconds{1};
    open(Sync::Interval);
    auto const file = folder.path("decisions-2026-03-03.jsonl");
    auto const isSafe = [&] {
        return static_cast<std::uintmax_t>(disk.onDisk) == std::filesystem::file_size(file);
    };
    while (!isSafe()) std::this_thread::yield();
    auto const safe = disk.onDisk.load();
    disk.syncFails = EIO;
    ASSERT_TRUE(append(1)) << "it is in the hands of the kernel";
    while (log->healthy()) std::this_thread::yield();
    ASSERT_TRUE(append(2)) << "and so is the next";
    auto const text = test::readFile(file);

    disk.syncFails = 0;

    while (!log->healthy()) std::this_thread::yield();
    while (!isSafe()) std::this_thread::yield();
    EXPECT_EQ(disk.rewrittenFrom, safe);
    EXPECT_GT(disk.rewrittenTo, safe);
    EXPECT_EQ(test::readFile(file), text) << "the same bytes in the same place";
    EXPECT_TRUE(append(3));
    log.reset();
    EXPECT_EQ(kept(), "1 2 3");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(LogOnDisk, LetsCallsGoOnWhileItIsMended)
{
    options.syncInterval = std::chrono::milliseconds{1};
    open(Sync::Interval);
    disk.syncFails = EIO;
    std::atomic<int> appended{0};
    std::vector<std::thread> calls;
    for (int thread = 0; thread < 4; ++thread)
        calls.emplace_back([&] {
            // On a busy machine the thread that mends may come late.
            for (int i = 0; i < 500 || (disk.rewrittenFrom < 0 && i < 100'000); ++i)
                EXPECT_TRUE(append(++appended));
        });
    for (auto& call : calls) call.join();
    disk.syncFails = 0;
    log.reset();

    EXPECT_GE(disk.rewrittenFrom, 0);
    EXPECT_EQ(breakIn(folder.path()), "");
    EXPECT_EQ(std::ranges::count(kept(), ' '), appended - 1);
}

TEST_F(LogOnDisk, StaysInItsFileWhenThatCannotBeForcedToDiskForTheNext)
{
    options.syncInterval = std::chrono::hours{1};
    open(Sync::Interval);
    clock.set("2026-03-04T10:00:00Z");
    disk.syncFails = EIO;

    ASSERT_FALSE(append(1));
    ASSERT_FALSE(append(1));

    EXPECT_EQ(logFilesIn(folder.path()).value().size(), 1U);
    EXPECT_GE(disk.rewrittenFrom, 0);
    disk.syncFails = 0;
    ASSERT_TRUE(append(2));
    log.reset();
    EXPECT_EQ(kept(), "2");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(LogOnDisk, LetsNoMoreCallsWaitThanItsQueueHolds)
{
    options.maxWaiting = 2;
    options.maxWait = std::chrono::minutes{5};
    open(Sync::Always);
    disk.close();
    std::thread leader{[&] { EXPECT_TRUE(append(0)); }};
    disk.waitForSync(); // the leader writes its record, which the disk does not finish
    constexpr int kCalls = 10;
    std::mutex mutex;
    std::condition_variable answered;
    int refused = 0;
    int good = 0;
    std::vector<std::thread> calls;
    for (int i = 1; i <= kCalls; ++i)
        calls.emplace_back([&, i] {
            auto const result = append(i);
            std::lock_guard const lock{mutex};
            ++(result ? good : refused);
            if (!result) {
                EXPECT_EQ(result.error().kind, Error::Kind::Unavailable);
            }
            answered.notify_all();
        });

    {
        std::unique_lock lock{mutex};
        answered.wait(lock, [&] { return refused == kCalls - 2; }); // at once, not after maxWait
        EXPECT_EQ(good, 0);
    }
    EXPECT_FALSE(log->healthy());
    disk.open();
    leader.join();
    for (auto& call : calls) call.join();

    EXPECT_EQ(good, 2);
    EXPECT_TRUE(log->healthy());
    EXPECT_TRUE(append(99));
    log.reset();
    EXPECT_EQ(std::ranges::count(kept(), ' '), 3) << "the leader's, two that waited, one after";
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(LogOnDisk, LetsNoCallWaitLongerThanItsBound)
{
    options.maxWait = std::chrono::milliseconds{30};
    open(Sync::Always);
    disk.close();
    std::thread leader{[&] { EXPECT_TRUE(append(1)) << "its bytes are on their way"; }};
    disk.waitForSync();

    auto const begin = std::chrono::steady_clock::now();
    auto const late = append(2);
    auto const took = std::chrono::steady_clock::now() - begin;

    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, Error::Kind::Unavailable);
    EXPECT_NE(late.error().what.find("30 ms"), std::string::npos);
    EXPECT_GE(took, options.maxWait);
    disk.open();
    leader.join();
    EXPECT_TRUE(append(3));
    EXPECT_TRUE(log->healthy());
    log.reset();
    EXPECT_EQ(kept(), "1 3") << "nothing of the call that was refused";
    EXPECT_EQ(breakIn(folder.path()), "");
}

} // namespace
} // namespace tcds::audit
