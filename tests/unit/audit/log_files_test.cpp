#include "tests/unit/audit/log_stage.hpp"

#include "server/audit/log_directory.hpp"

namespace tcds::audit {
namespace {

using test::breakIn;
using test::linesOf;
using test::optionsIn;
using test::SetClock;
using test::TemporaryDirectory;

std::string withBytes(std::size_t bytes) { return "\"m\":\"" + std::string(bytes, 'x') + "\""; }

std::unique_ptr<Log> opened(LogOptions const& options, Clock const& clock)
{
    auto log = Log::open(options, clock);
    EXPECT_TRUE(log) << (log ? std::string{} : toText(log.error()));
    return log ? std::move(*log) : nullptr;
}

std::vector<std::string> namesIn(TemporaryDirectory const& folder)
{
    auto names = logFilesIn(folder.path());
    EXPECT_TRUE(names);
    return names ? *names : std::vector<std::string>{};
}

TEST(LogFileName, IsReadAsItIsWritten)
{
    for (auto const* text : {"decisions-2026-03-03.jsonl", "decisions-2026-03-03.2.jsonl",
                             "decisions-2026-03-03.10.jsonl", "decisions-2026-03-03.jsonl.gz",
                             "decisions-2026-03-03.999999999.jsonl.gz"}) {
        SCOPED_TRACE(text);
        auto const name = readFileName(text);
        ASSERT_TRUE(name);
        EXPECT_EQ(name->day, "2026-03-03");
        EXPECT_EQ(toText(*name), text);
    }
    EXPECT_EQ(readFileName("decisions-2026-03-03.10.jsonl.gz")->part, 10U);
    EXPECT_TRUE(readFileName("decisions-2026-03-03.10.jsonl.gz")->compressed);
    EXPECT_EQ(readFileName("decisions-2026-03-03.jsonl")->part, 1U);
}

TEST(LogFileName, IsNoOther)
{
    for (auto const* text :
         {"", "decisions-.jsonl", "decisions-2026-03-03", "decisions-2026-03-03.json",
          "decisions-2026-03-3.jsonl", "decisions-2026-03-03.1.jsonl",
          "decisions-2026-03-03.0.jsonl", "decisions-2026-03-03.02.jsonl",
          "decisions-2026-03-03.+2.jsonl", "decisions-2026-03-03.2x.jsonl",
          "decisions-2026-03-03..jsonl", "decisions-2026-03-03.99999999999.jsonl",
          "decisions-2026-03-03.jsonl.gz.tmp", "decisions-2026-03-03.jsonl.gz.gz",
          "decisions-2026-03-03.2.2.jsonl", "decisions-2026-03-03jsonl", "audit.log"})
        EXPECT_FALSE(readFileName(text)) << text;
}

TEST(LogFileName, KeepsItsPlainNameWhenCompressed)
{
    EXPECT_EQ(plainNameOf("decisions-2026-03-03.2.jsonl.gz"), "decisions-2026-03-03.2.jsonl");
    EXPECT_EQ(plainNameOf("decisions-2026-03-03.2.jsonl"), "decisions-2026-03-03.2.jsonl");
    EXPECT_EQ(dayOf("decisions-2026-03-03.2.jsonl.gz"), "2026-03-03");
    EXPECT_EQ(dayOf("decisions-2026-03-03.1.jsonl"), "");
}

TEST(LogFiles, AreListedByDayAndNumberEachOnce)
{
    TemporaryDirectory const folder;
    for (auto const* name :
         {"decisions-2026-03-03.10.jsonl", "decisions-2026-03-03.2.jsonl.gz",
          "decisions-2026-03-03.2.jsonl", "decisions-2026-03-04.jsonl",
          "decisions-2026-03-03.jsonl.gz", "decisions-2026-03-03.9.jsonl.gz",
          "decisions-2026-03-02.77.jsonl", "notes.txt", "decisions-2026-03-02.77.jsonl.gz.tmp"})
        test::writeFile(folder.path(name), "");

    EXPECT_EQ(
        namesIn(folder),
        (std::vector<std::string>{"decisions-2026-03-02.77.jsonl", "decisions-2026-03-03.jsonl.gz",
                                  "decisions-2026-03-03.2.jsonl", "decisions-2026-03-03.9.jsonl.gz",
                                  "decisions-2026-03-03.10.jsonl", "decisions-2026-03-04.jsonl"}));
}

TEST(LogRotation, BeginsAPartOfTheDayWhenTheFileHasItsSize)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:00:00Z"};
    auto options = optionsIn(folder.path(), Sync::Always);
    options.rotateBytes = 5000;
    auto log = opened(options, clock);
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(log->append("decision", withBytes(2000)));
    clock.set("2026-03-04T10:00:00Z");
    ASSERT_TRUE(log->append("decision", withBytes(10)));
    log.reset();

    EXPECT_EQ(namesIn(folder), (std::vector<std::string>{
                                   "decisions-2026-03-03.jsonl", "decisions-2026-03-03.2.jsonl",
                                   "decisions-2026-03-03.3.jsonl", "decisions-2026-03-04.jsonl"}));
    EXPECT_EQ(breakIn(folder.path()), "");
    // start, three of about 2,280 bytes each: more than 5000; two for the third.
    auto const second = linesOf(folder.path("decisions-2026-03-03.2.jsonl"));
    EXPECT_EQ(linesOf(folder.path("decisions-2026-03-03.jsonl")).size(), 4U);
    ASSERT_EQ(second.size(), 4U);
    EXPECT_EQ(linesOf(folder.path("decisions-2026-03-03.3.jsonl")).size(), 3U);
    EXPECT_TRUE(second[0].starts_with(R"({"v":1,"type":"start","seq":5,)")) << second[0];
    EXPECT_NE(second[0].find(R"("cause":"size")"), std::string::npos) << second[0];
    EXPECT_NE(linesOf(folder.path("decisions-2026-03-04.jsonl"))[0].find(R"("cause":"day")"),
              std::string::npos);
}

TEST(LogRotation, NeverPartsABatch)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = optionsIn(folder.path());
    options.rotateBytes = 1000;
    auto log = opened(options, clock);

    ASSERT_TRUE(log->append("decision", withBytes(100'000)));

    EXPECT_EQ(namesIn(folder).size(), 1U) << "a record goes to one file, however long it is";
    ASSERT_TRUE(log->append("decision", withBytes(1)));
    EXPECT_EQ(namesIn(folder).size(), 2U);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRotation, GoesOnInTheNewestPartAfterARestart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = optionsIn(folder.path());
    options.rotateBytes = 3000;
    for (int run = 0; run < 12; ++run) {
        auto const log = opened(options, clock);
        ASSERT_TRUE(log->append("decision", withBytes(2000)));
    }

    auto const names = namesIn(folder);
    ASSERT_GT(names.size(), 9U) << "ten and more parts: numbers, not letters, are compared";
    for (std::size_t i = 1; i < names.size(); ++i)
        EXPECT_EQ(names[i], "decisions-2026-03-03." + std::to_string(i + 1) + ".jsonl");
    EXPECT_EQ(breakIn(folder.path()), "");
    EXPECT_EQ(test::recordsIn(folder.path()).size(), 36U + names.size() - 1)
        << "start, decision and stop of each run, and a start of each part";
}

TEST(LogRotation, StaysAtTheNewestDayWhenTheClockGoesBack)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-04T10:00:00Z"};
    auto options = optionsIn(folder.path());
    options.rotateBytes = 3000;
    auto log = opened(options, clock);
    clock.set("2026-03-03T10:00:00Z");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append("decision", withBytes(2000)));
    log.reset();
    log = opened(options, clock);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append("decision", withBytes(2000)));
    log.reset();

    for (auto const& name : namesIn(folder)) EXPECT_EQ(dayOf(name), "2026-03-04");
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRotation, RefusesAPartThatSomebodyElsePutThere)
{
    for (auto const* name : {"decisions-2026-03-03.2.jsonl", "decisions-2026-03-03.2.jsonl.gz"}) {
        SCOPED_TRACE(name);
        TemporaryDirectory const folder;
        SetClock const clock{"2026-03-03T10:00:00Z"};
        auto options = optionsIn(folder.path());
        options.rotateBytes = 100;
        auto const log = opened(options, clock);
        test::writeFile(folder.path(name), "foreign\n");

        auto const kept = log->append("decision", "\"n\":1");

        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().kind, Error::Kind::Unavailable);
        EXPECT_NE(kept.error().where.find("decisions-2026-03-03.2.jsonl"), std::string::npos);
        EXPECT_EQ(test::readFile(folder.path(name)), "foreign\n");
        std::filesystem::remove(folder.path(name));
        EXPECT_TRUE(log->append("decision", "\"n\":1")) << "and goes on when it is gone";
    }
}

TEST(LogRecovery, GoesOnInAnEmptyNewPart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    opened(optionsIn(folder.path()), clock).reset();
    // The process ended between making the file and writing its `start`, or inside of that.
    for (auto const* torn : {"", "{\"v\":1,\"type\":\"sta"}) {
        SCOPED_TRACE(torn);
        auto const path = folder.path("decisions-2026-03-03.2.jsonl");
        test::writeFile(path, torn);

        opened(optionsIn(folder.path()), clock).reset();

        EXPECT_EQ(linesOf(path).size(), 2U);
        EXPECT_EQ(linesOf(path)[0].find("\"torn\"") != std::string::npos, *torn != '\0');
        EXPECT_EQ(breakIn(folder.path()), "");
        std::filesystem::remove(path);
    }
}

TEST(LogRecovery, GoesOnInANewPartThatHoldsOnlyItsStart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = optionsIn(folder.path());
    options.rotateBytes = 1000;
    auto log = opened(options, clock);
    ASSERT_TRUE(log->append("decision", withBytes(2000)));
    ASSERT_TRUE(log->append("decision", withBytes(1)));
    auto const path = folder.path("decisions-2026-03-03.2.jsonl");
    auto const start = linesOf(path).front();
    log.reset();
    test::writeLines(path, {start}); // killed right after it

    opened(options, clock).reset();

    EXPECT_EQ(linesOf(path).size(), 3U); // start, start, stop
    EXPECT_EQ(breakIn(folder.path()), "");
}

} // namespace
} // namespace tcds::audit
