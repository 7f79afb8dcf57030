#include "server/forward/follower.hpp"

#include "server/audit/gzip.hpp"
#include "server/audit/log_directory.hpp"
#include "tests/unit/audit/log_stage.hpp"
#include "tests/unit/forward/fake_destination.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace tcds::forward {

namespace {

namespace files = std::filesystem;

using audit::test::SetClock;
using audit::test::TemporaryDirectory;
using test::FakeStore;

/// Writes `count` records as one run of the service, with its `start` and `stop`.
void run(std::string const& directory, SetClock const& clock, int count)
{
    auto const log = audit::Log::open(audit::test::optionsIn(directory), clock);
    ASSERT_TRUE(log) << toText(log.error());
    for (int i = 0; i < count; ++i)
        ASSERT_TRUE((*log)->append("reject", "\"http\":400,\"reason\":\"json\""));
}

std::vector<std::string> linesIn(std::string const& directory)
{
    return audit::test::recordsIn(directory);
}

/// Everything that the follower gives now, in batches of the bounds.
std::vector<std::string> rest(Follower& follower, Follower::Bounds bounds = {})
{
    std::vector<std::string> lines;
    for (;;) {
        auto const batch = follower.next(bounds);
        EXPECT_TRUE(batch) << toText(batch.error());
        if (!batch || batch->lines.empty()) return lines;
        EXPECT_LE(batch->lines.size(), bounds.lines);
        lines.insert(lines.end(), batch->lines.begin(), batch->lines.end());
        follower.took();
    }
}

std::unique_ptr<Destination> connected(FakeStore& store)
{
    return *store.connect()(std::stop_token{});
}

/// Packs a finished file as the service does.
void compress(std::string const& path)
{
    auto const text = audit::test::readFile(path);
    audit::GzipBlocks blocks;
    auto const packed = blocks.pack(text);
    audit::test::writeFile(path + ".gz", std::string{packed.begin(), packed.end()});
    files::remove(path);
}

TEST(Follower, GivesEveryLineOfEveryDayByteForByte)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T23:59:59Z"};
    run(directory.path(), clock, 7);
    clock.set("2026-04-01T00:00:01Z");
    run(directory.path(), clock, 3);
    FakeStore store;
    Follower follower{directory.path()};

    auto const beginning = follower.begin(*connected(store));

    ASSERT_TRUE(beginning) << toText(beginning.error());
    EXPECT_FALSE(beginning->newest);
    EXPECT_FALSE(beginning->unlike);
    EXPECT_EQ(rest(follower), linesIn(directory.path()));
    EXPECT_EQ(linesIn(directory.path()).size(), 14U); // with start and stop of both runs
}

TEST(Follower, GivesTheSameLinesAgainUntilTheyArrived)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 5);
    Follower follower{directory.path()};

    auto const first = follower.next({3, 1000});
    auto const again = follower.next({3, 1000});

    ASSERT_TRUE(first && again);
    EXPECT_EQ(first->lines.size(), 3U);
    EXPECT_EQ(first->lastSeq, 3U);
    EXPECT_EQ(first->lines, again->lines);
}

TEST(Follower, KeepsABatchWithinItsBytesButForOneLine)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 5);
    Follower follower{directory.path()};

    auto const batch = follower.next({500, 1});

    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->lines.size(), 1U);
}

TEST(Follower, GoesOnBehindTheNewestRecordThatIsThere)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-30T08:00:00Z"};
    for (auto const* day : {"2026-03-30T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-01T08:00:00Z",
                            "2026-04-02T08:00:00Z"}) {
        clock.set(day);
        run(directory.path(), clock, 3);
    }
    auto const all = linesIn(directory.path());
    ASSERT_EQ(all.size(), 20U);
    for (std::size_t there = 0; there <= all.size(); ++there) {
        SCOPED_TRACE(there);
        FakeStore store;
        auto const session = connected(store);
        ASSERT_TRUE(session->append(std::span{all}.first(there)));
        Follower follower{directory.path()};

        auto const beginning = follower.begin(*session);

        ASSERT_TRUE(beginning);
        EXPECT_FALSE(beginning->unlike);
        EXPECT_EQ(rest(follower),
                  (std::vector<std::string>{all.begin() + static_cast<long>(there), all.end()}));
    }
}

TEST(Follower, SendsALogThatWasBegunAnewFromItsBeginning) // each is then refused and kept there
{
    TemporaryDirectory const before;
    TemporaryDirectory const after;
    SetClock clock{"2026-03-31T08:00:00Z"};
    run(before.path(), clock, 5);
    clock.set("2026-03-31T09:00:00Z");
    run(after.path(), clock, 2);
    FakeStore store;
    auto const session = connected(store);
    ASSERT_TRUE(session->append(linesIn(before.path())));
    Follower follower{after.path()};

    auto const beginning = follower.begin(*session);

    ASSERT_TRUE(beginning);
    EXPECT_TRUE(beginning->unlike);
    ASSERT_TRUE(beginning->newest);
    EXPECT_EQ(beginning->newest->seq, 7U);
    EXPECT_EQ(rest(follower), linesIn(after.path()));
}

TEST(Follower, SaysThatTheLogEndsBeforeWhatIsThere)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 5);
    FakeStore store;
    auto const session = connected(store);
    auto lines = linesIn(directory.path());
    ASSERT_TRUE(session->append(lines));
    lines.resize(4);
    audit::test::writeLines(directory.path("decisions-2026-03-31.jsonl"), lines);
    Follower follower{directory.path()};

    auto const beginning = follower.begin(*session);

    ASSERT_TRUE(beginning);
    EXPECT_TRUE(beginning->unlike);
}

TEST(Follower, WaitsForTheRestOfALine)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 2);
    auto const path = directory.path("decisions-2026-03-31.jsonl");
    auto const whole = audit::test::readFile(path);
    audit::test::writeFile(path, whole.substr(0, whole.size() - 10));
    Follower follower{directory.path()};
    EXPECT_EQ(rest(follower).size(), 3U);

    audit::test::writeFile(path, whole);

    EXPECT_EQ(rest(follower), (std::vector<std::string>{linesIn(directory.path()).back()}));
}

TEST(Follower, TakesALineAnewThatWasCutAndWrittenAgain) // what a restart does with a torn end
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 2);
    auto const path = directory.path("decisions-2026-03-31.jsonl");
    audit::test::writeFile(path, audit::test::readFile(path) + "{\"v\":1,\"type\":\"dec");
    Follower follower{directory.path()};
    EXPECT_EQ(rest(follower).size(), 4U);

    run(directory.path(), clock, 1);

    EXPECT_EQ(rest(follower).size(), 3U);
}

TEST(Follower, PassesATornEndOfAFinishedFile)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 2);
    clock.set("2026-04-01T08:00:00Z");
    run(directory.path(), clock, 1);
    auto const path = directory.path("decisions-2026-03-31.jsonl");
    audit::test::writeFile(path, audit::test::readFile(path) + "{\"v\":1,\"type\":\"dec");
    Follower follower{directory.path()};

    EXPECT_EQ(rest(follower).size(), 7U);
}

TEST(Follower, GoesOnInAFileThatWasCompressedMeanwhile)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 4);
    clock.set("2026-04-01T08:00:00Z");
    run(directory.path(), clock, 1);
    auto const all = linesIn(directory.path());
    Follower follower{directory.path()};
    ASSERT_TRUE(follower.next({2, 100000}));
    follower.took();

    compress(directory.path("decisions-2026-03-31.jsonl"));

    EXPECT_EQ(rest(follower), (std::vector<std::string>{all.begin() + 2, all.end()}));
    Follower another{directory.path()};
    FakeStore store;
    auto const session = connected(store);
    ASSERT_TRUE(session->append(std::span{all}.first(3)));
    ASSERT_TRUE(another.begin(*session));
    EXPECT_EQ(rest(another), (std::vector<std::string>{all.begin() + 3, all.end()}));
}

TEST(Follower, GoesOnWithTheNextFileWhenItsOwnWasRemoved)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 4);
    clock.set("2026-04-01T08:00:00Z");
    run(directory.path(), clock, 1);
    Follower follower{directory.path()};
    ASSERT_TRUE(follower.next({2, 100000}));
    follower.took();

    files::remove(directory.path("decisions-2026-03-31.jsonl"));

    EXPECT_EQ(rest(follower), linesIn(directory.path()));
}

TEST(Follower, SaysThatAFileIsShorterThanWhatWasForwarded)
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 4);
    Follower follower{directory.path()};
    EXPECT_EQ(rest(follower).size(), 6U);

    audit::test::writeFile(directory.path("decisions-2026-03-31.jsonl"), "");
    auto const next = follower.next({});

    ASSERT_FALSE(next);
    EXPECT_THAT(next.error().what, testing::HasSubstr("shorter"));
}

TEST(Follower, GivesLinesThatAreNoRecordsToo) // the destination keeps them as evidence
{
    TemporaryDirectory const directory;
    SetClock const clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 1);
    auto const path = directory.path("decisions-2026-03-31.jsonl");
    audit::test::writeFile(path, audit::test::readFile(path) + "no record \xff\n\n");
    Follower follower{directory.path()};

    auto const lines = rest(follower);

    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[3], "no record \xff");
    EXPECT_EQ(lines[4], "");
}

TEST(NewestRecord, IsThatOfTheEndOfTheLog)
{
    TemporaryDirectory const directory;
    EXPECT_FALSE(*newestRecord(directory.path()));
    SetClock clock{"2026-03-31T08:00:00Z"};
    run(directory.path(), clock, 2000); // more than is read at once
    auto const newest = newestRecord(directory.path());

    ASSERT_TRUE(newest && *newest);
    EXPECT_EQ((*newest)->place.seq, 2002U);
    EXPECT_EQ((*newest)->origin, (Origin{"mercy-west", "cds-1"}));
}

} // namespace

} // namespace tcds::forward
