#include "server/audit/log_upkeep.hpp"

#include "server/audit/log_directory.hpp"
#include "server/audit/removal.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

namespace tcds::audit {
namespace {

using test::breakIn;
using test::linesOf;
using test::optionsIn;
using test::SetClock;
using test::TemporaryDirectory;
using testing::ElementsAre;
using testing::HasSubstr;

/// "2026-03-03" and 2: "2026-03-05"
std::string day(int number)
{
    return toDay(test::instant("2026-03-01T00:00:00Z") + std::chrono::hours{24} * (number - 1));
}

/// A log of one file a day, from 1 March on: three records each. The last one stays open.
class Upkeep : public testing::Test
{
protected:
    void writeDays(int count)
    {
        options.directory = folder.path();
        log = Log::open(optionsIn(folder.path()), clock).value();
        for (int number = 1; number <= count; ++number) {
            clock.set(day(number) + "T12:00:00Z");
            for (int i = number == 1 ? 1 : 0; i < 2; ++i)
                ASSERT_TRUE(log->append("decision", "\"n\":" + std::to_string(i)));
        }
    }

    /// One round at an instant; what is recorded goes to the log.
    void round(std::string const& now)
    {
        if (!upkeep)
            upkeep.emplace(
                options,
                [this](std::string_view type, std::string_view members) {
                    return refuse ? Result<void>{Error{Error::Kind::Unavailable, "disk", "is full",
                                                       "free space"}}
                                  : log->append(type, members);
                },
                stop);
        clock.set(now);
        upkeep->round(logFilesIn(folder.path()).value().back(), clock.now());
    }

    [[nodiscard]] std::vector<std::string> names() const
    {
        return logFilesIn(folder.path()).value();
    }
    [[nodiscard]] std::vector<std::string> changes(std::string const& change) const
    {
        std::vector<std::string> found;
        Wanted wanted;
        wanted.type = "config";
        for (auto const& line : test::recordsIn(folder.path(), wanted))
            if (line.find("\"change\":\"" + change + "\"") != std::string::npos)
                found.push_back(line);
        return found;
    }

    TemporaryDirectory folder;
    SetClock clock{"2026-03-01T10:00:00Z"};
    LogOptions options = optionsIn({});
    std::unique_ptr<Log> log;
    std::optional<LogUpkeep> upkeep;
    std::atomic<bool> stop{false};
    bool refuse = false;
    std::vector<std::string> news;
};

TEST_F(Upkeep, CompressesEveryFinishedFileAndNeverTheOneThatIsWritten)
{
    writeDays(3);
    options.compress = true;

    round("2026-03-03T13:00:00Z");

    EXPECT_THAT(names(),
                ElementsAre("decisions-2026-03-01.jsonl.gz", "decisions-2026-03-02.jsonl.gz",
                            "decisions-2026-03-03.jsonl"));
    EXPECT_EQ(breakIn(folder.path()), "");
    ASSERT_TRUE(log->append("decision", "\"n\":9"));
    log.reset();
    EXPECT_EQ(breakIn(folder.path()), "");
    EXPECT_EQ(test::recordsIn(folder.path()).size(), 2U + 3U + 3U + 2U);
}

TEST_F(Upkeep, RemovesAFileWhenItsLastDayIsOlderThanThePeriod)
{
    writeDays(13);
    options.retentionDays = 10;

    round("2026-03-11T00:00:00Z"); // the clock is behind the files: no file of day 1 + 10 is over
    EXPECT_EQ(names().size(), 13U);
    round("2026-03-11T23:59:59Z"); // records of 1 March are ten days old, but for its last second
    EXPECT_EQ(names().size(), 13U);
    round("2026-03-12T00:00:00Z");
    EXPECT_THAT(names().front(), "decisions-2026-03-02.jsonl");
    round("2026-03-13T23:00:00Z");

    EXPECT_THAT(names().front(), "decisions-2026-03-03.jsonl");
    EXPECT_EQ(names().size(), 11U);
}

TEST_F(Upkeep, WritesDownWhatItRemovesAndVerifyGoesByThat)
{
    writeDays(4);
    auto const first = linesOf(folder.path("decisions-2026-03-01.jsonl"));
    auto const second = linesOf(folder.path("decisions-2026-03-02.jsonl"));
    options.retentionDays = 1;

    round("2026-03-04T13:00:00Z");

    EXPECT_THAT(names(), ElementsAre("decisions-2026-03-03.jsonl", "decisions-2026-03-04.jsonl"));
    auto const records = changes("retention");
    ASSERT_EQ(records.size(), 2U);
    auto const hash = [](std::string const& line) { return line.substr(line.size() - 66, 64); };
    EXPECT_THAT(records[0],
                HasSubstr(R"("change":"retention","removed":{"file":"decisions-2026-03-01.jsonl",)"
                          R"("records":2,"firstSeq":1,"lastSeq":2,)"
                          R"("from":"2026-03-01T10:00:00.000Z","to":"2026-03-01T12:00:00.000Z",)"
                          R"("hash":")" +
                          hash(first.back()) + R"("},"days":1,)"));
    EXPECT_THAT(records[1], HasSubstr(R"("records":3,"firstSeq":3,"lastSeq":5,)"));
    EXPECT_THAT(records[1], HasSubstr(hash(second.back())));
    auto const found = test::verified(folder.path());
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->firstBreak) << found->firstBreak->what;
    EXPECT_EQ(found->firstSeq, 6U);
    ASSERT_TRUE(found->removed);
    EXPECT_EQ(found->removed->lastSeq, 5U);
    EXPECT_EQ(found->removed->file, "decisions-2026-03-02.jsonl");
    EXPECT_EQ(found->removed->days, 1U);
}

TEST_F(Upkeep, LeavesTheThiefsWorkToBeSeen)
{
    writeDays(5);
    options.retentionDays = 2;
    round("2026-03-05T13:00:00Z"); // days 1 and 2 go
    ASSERT_EQ(names().front(), "decisions-2026-03-03.jsonl");
    std::filesystem::remove(folder.path("decisions-2026-03-03.jsonl"));

    EXPECT_THAT(breakIn(folder.path()), HasSubstr("records 1 to 8 are not here"));
}

TEST_F(Upkeep, RemovesCompressedFilesToo)
{
    writeDays(4);
    options.compress = true;
    round("2026-03-04T13:00:00Z");
    options.retentionDays = 2;
    round("2026-03-04T13:00:00Z");

    EXPECT_THAT(names(),
                ElementsAre("decisions-2026-03-02.jsonl.gz", "decisions-2026-03-03.jsonl.gz",
                            "decisions-2026-03-04.jsonl"));
    EXPECT_THAT(changes("retention").at(0), HasSubstr("\"file\":\"decisions-2026-03-01.jsonl\""));
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(Upkeep, RemovesBothFormsOfAFileWhoseCompressionWasInterrupted)
{
    writeDays(4);
    auto const plain = test::readFile(folder.path("decisions-2026-03-01.jsonl"));
    options.compress = true;
    round("2026-03-04T13:00:00Z");
    test::writeFile(folder.path("decisions-2026-03-01.jsonl"), plain);
    options.retentionDays = 2;

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().front(), "decisions-2026-03-02.jsonl.gz");
    EXPECT_EQ(changes("retention").size(), 1U);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(Upkeep, DoesAgainWhatEndedBetweenTheRecordAndTheRemoval)
{
    writeDays(4);
    auto const name = folder.path("decisions-2026-03-01.jsonl");
    auto const plain = test::readFile(name);
    options.retentionDays = 2;
    round("2026-03-04T13:00:00Z");
    test::writeFile(name, plain); // as if it had not gone yet
    EXPECT_EQ(breakIn(folder.path()), "");

    round("2026-03-04T13:00:00Z");

    EXPECT_FALSE(std::filesystem::exists(name));
    EXPECT_EQ(changes("retention").size(), 2U);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(Upkeep, RemovesNothingThatItCannotWriteDown)
{
    writeDays(4);
    options.retentionDays = 1;
    options.news = [this](LogNews const& item) { news.emplace_back(item.what); };
    refuse = true; // a full disk

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().size(), 4U);
    ASSERT_EQ(news.size(), 1U);
    EXPECT_THAT(news[0], HasSubstr("is full"));
    refuse = false;
    round("2026-03-04T13:00:00Z");
    EXPECT_EQ(names().size(), 2U);
}

TEST_F(Upkeep, RemovesNothingBeforeThePeriodWasReachedByTheLogItself)
{
    writeDays(4);
    options.retentionDays = 10;

    round("2040-01-01T00:00:00Z"); // a clock that is wrong by years

    EXPECT_EQ(names().size(), 4U);
}

TEST_F(Upkeep, NeverRemovesTheNewestFile)
{
    writeDays(1);
    options.retentionDays = 1;

    round("2040-01-01T00:00:00Z");

    EXPECT_THAT(names(), ElementsAre("decisions-2026-03-01.jsonl"));
}

TEST_F(Upkeep, KeepsEveryFileWithoutAPeriod)
{
    writeDays(4);
    round("2040-01-01T00:00:00Z");
    EXPECT_EQ(names().size(), 4U);
}

TEST_F(Upkeep, RemovesNothingUnderALegalHoldOfTheSettings)
{
    writeDays(4);
    options.retentionDays = 1;
    options.legalHold = true;

    round("2026-03-04T13:00:00Z");
    round("2026-03-04T14:00:00Z");

    EXPECT_EQ(names().size(), 4U);
    auto const records = changes("legal-hold");
    ASSERT_EQ(records.size(), 1U) << "said once";
    EXPECT_THAT(records[0], HasSubstr(R"("outcome":"in-force","via":"setting")"));
}

TEST_F(Upkeep, RemovesNothingWhileTheHoldFileIsThere)
{
    writeDays(4);
    options.retentionDays = 1;
    test::writeFile(folder.path("LEGAL-HOLD"), "by counsel, matter 17\n");

    round("2026-03-04T13:00:00Z");
    EXPECT_EQ(names().size(), 4U);
    std::filesystem::remove(folder.path("LEGAL-HOLD"));
    round("2026-03-04T14:00:00Z");

    EXPECT_EQ(names().size(), 2U);
    auto const records = changes("legal-hold");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_THAT(records[0], HasSubstr(R"("outcome":"in-force","via":"file")"));
    EXPECT_THAT(records[1], HasSubstr(R"("outcome":"lifted","via":"file")"));
    for (auto const& record : records) EXPECT_EQ(record.find("counsel"), std::string::npos);
}

TEST_F(Upkeep, HoldsAlsoWhenTheHoldCannotBeWrittenDown)
{
    writeDays(4);
    options.retentionDays = 1;
    options.legalHold = true;
    refuse = true;

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().size(), 4U);
}

TEST_F(Upkeep, LeavesAFileThatWasAlteredAndAllBehindIt)
{
    options.news = [this](LogNews const& item) { news.emplace_back(item.what); };
    writeDays(5);
    options.retentionDays = 1;
    auto changed = linesOf(folder.path("decisions-2026-03-02.jsonl"));
    changed[1].replace(changed[1].find("\"n\":0"), 5, "\"n\":5");
    test::writeLines(folder.path("decisions-2026-03-02.jsonl"), changed);

    round("2026-03-05T13:00:00Z");

    EXPECT_EQ(names().front(), "decisions-2026-03-02.jsonl");
    EXPECT_EQ(names().size(), 4U);
    ASSERT_EQ(news.size(), 2U); // one was removed
    EXPECT_THAT(news[1], HasSubstr("decisions-2026-03-02.jsonl:2: was altered"));
}

TEST_F(Upkeep, LeavesAFileWhoseEndIsMissing)
{
    writeDays(4);
    options.retentionDays = 2;
    auto changed = linesOf(folder.path("decisions-2026-03-01.jsonl"));
    changed.pop_back();
    test::writeLines(folder.path("decisions-2026-03-01.jsonl"), changed);

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().size(), 4U);
}

TEST_F(Upkeep, LeavesAFileThatHoldsLaterRecordsThanItsNameSays)
{
    writeDays(4);
    options.retentionDays = 2;
    std::filesystem::remove(folder.path("decisions-2026-03-01.jsonl"));
    std::filesystem::rename(folder.path("decisions-2026-03-02.jsonl"),
                            folder.path("decisions-2026-03-01.jsonl"));

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().size(), 3U);
}

TEST_F(Upkeep, TakesAnEmptyFileAwayWithoutARecordOfIt)
{
    writeDays(4);
    options.retentionDays = 2;
    test::writeFile(folder.path("decisions-2026-02-01.jsonl"), "");
    test::writeFile(folder.path("decisions-2026-03-01.2.jsonl"), "");

    round("2026-03-04T13:00:00Z");

    EXPECT_EQ(names().front(), "decisions-2026-03-02.jsonl");
    EXPECT_EQ(changes("retention").size(), 1U);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(Upkeep, DoesNothingOnceItIsTold)
{
    writeDays(4);
    options.compress = true;
    options.retentionDays = 1;
    stop = true;

    round("2026-03-04T13:00:00Z");

    EXPECT_THAT(names(), ElementsAre("decisions-2026-03-01.jsonl", "decisions-2026-03-02.jsonl",
                                     "decisions-2026-03-03.jsonl", "decisions-2026-03-04.jsonl"));
}

TEST(Removal, IsReadAsItWasWritten)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const log = Log::open(optionsIn(folder.path()), clock).value();
    Removal const removal{"decisions-2020-01-01.2.jsonl", 3,
                          18'446'744'073'709'551'613U,    18'446'744'073'709'551'615U,
                          "2020-01-01T00:00:00.000Z",     "2020-01-01T01:00:00.000Z",
                          std::string(64, 'a'),           2192};
    ASSERT_TRUE(log->append("config", writeRemoval(removal)));
    ASSERT_TRUE(log->append("config", R"("change":"content","why":"\"change\":\"retention\"")"));
    ASSERT_TRUE(log->append("decision", writeRemoval(removal)));
    ASSERT_TRUE(log->append("config", R"("change":"retention","removed":{"records":-1},"days":1)"));

    auto const lines = test::recordsIn(folder.path());
    auto const read = readRemoval(lines.at(1));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->file, removal.file);
    EXPECT_EQ(read->records, 3U);
    EXPECT_EQ(read->firstSeq, removal.firstSeq);
    EXPECT_EQ(read->lastSeq, removal.lastSeq);
    EXPECT_EQ(read->from, removal.from);
    EXPECT_EQ(read->to, removal.to);
    EXPECT_EQ(read->hash, removal.hash);
    EXPECT_EQ(read->days, 2192U);
    for (auto const at : {0U, 2U, 3U, 4U}) EXPECT_FALSE(readRemoval(lines.at(at))) << at;
    EXPECT_FALSE(readRemoval("no record"));
}

/// Counts what the log tells, so that a test can wait for it.
class Heard
{
public:
    void operator()(LogNews const& item)
    {
        std::lock_guard const lock{mutex_};
        items_.push_back(item.kind);
        changed_.notify_all();
    }
    [[nodiscard]] bool waitFor(LogNews::Kind kind, std::ptrdiff_t times)
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, std::chrono::seconds{60},
                                 [&] { return std::ranges::count(items_, kind) >= times; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<LogNews::Kind> items_;
};

TEST(LogUpkeepThread, FollowsTheLogWhileItIsWritten)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-01T10:00:00Z"};
    Heard heard;
    auto options = optionsIn(folder.path(), Sync::Interval);
    options.rotateBytes = 3000;
    options.compress = true;
    options.retentionDays = 2;
    options.news = [&](LogNews const& item) { heard(item); };
    auto log = Log::open(options, clock).value();
    for (int number = 1; number <= 4; ++number) {
        clock.set("2026-03-0" + std::to_string(number) + "T12:00:00Z");
        for (int i = 0; i < 6; ++i)
            ASSERT_TRUE(log->append("decision", "\"m\":\"" + std::string(1000, 'x') + "\""));
    }

    EXPECT_TRUE(heard.waitFor(LogNews::Kind::Removed, 2)) << "the parts of 1 March";
    EXPECT_TRUE(heard.waitFor(LogNews::Kind::Compressed, 5));
    log.reset();

    EXPECT_EQ(breakIn(folder.path()), "");
    auto const names = logFilesIn(folder.path()).value();
    EXPECT_EQ(names.front(), "decisions-2026-03-02.jsonl.gz");
    log = Log::open(options, clock).value(); // and goes on
    ASSERT_TRUE(log->append("decision", "\"n\":1"));
    log.reset();
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRecovery, GoesOnInANewPartWhenTheNewestFileIsCompressed)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:00:00Z"};
    Log::open(optionsIn(folder.path()), clock).value().reset();
    ASSERT_EQ(std::system(("gzip '" + folder.path("decisions-2026-03-03.jsonl") + "'").c_str()), 0);

    Log::open(optionsIn(folder.path()), clock).value().reset();
    EXPECT_THAT(logFilesIn(folder.path()).value(),
                ElementsAre("decisions-2026-03-03.jsonl.gz", "decisions-2026-03-03.2.jsonl"));
    EXPECT_EQ(breakIn(folder.path()), "");
    ASSERT_EQ(std::system(("gzip '" + folder.path("decisions-2026-03-03.2.jsonl") + "'").c_str()),
              0);
    clock.set("2026-03-04T10:00:00Z");

    Log::open(optionsIn(folder.path()), clock).value().reset();
    EXPECT_EQ(logFilesIn(folder.path()).value().back(), "decisions-2026-03-04.jsonl");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRecovery, RefusesADamagedCompressedFileAsItsEnd)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    Log::open(optionsIn(folder.path()), clock).value().reset();
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    ASSERT_EQ(std::system(("gzip '" + path + "'").c_str()), 0);
    std::filesystem::resize_file(path + ".gz", std::filesystem::file_size(path + ".gz") - 4);

    auto const log = Log::open(optionsIn(folder.path()), clock);

    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().kind, Error::Kind::Config);
    EXPECT_THAT(log.error().where, HasSubstr("decisions-2026-03-03.jsonl.gz"));
    EXPECT_THAT(log.error().what, HasSubstr("damaged"));
}

TEST(LogRecovery, TakesAwayWhatCompressionLeft)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    test::writeFile(folder.path("decisions-2026-03-02.jsonl.gz.tmp"), "half");

    Log::open(optionsIn(folder.path()), clock).value().reset();

    EXPECT_FALSE(std::filesystem::exists(folder.path("decisions-2026-03-02.jsonl.gz.tmp")));
}

} // namespace
} // namespace tcds::audit
