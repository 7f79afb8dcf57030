#include "server/audit/log.hpp"

#include "server/audit/digest.hpp"
#include "server/audit/record_line.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace tcds::audit {
namespace {

using test::breakIn;
using test::linesOf;
using test::optionsIn;
using test::SetClock;
using test::TemporaryDirectory;

std::unique_ptr<Log> opened(LogOptions const& options, Clock const& clock)
{
    auto log = Log::open(options, clock);
    EXPECT_TRUE(log) << (log ? std::string{} : toText(log.error()));
    return log ? std::move(*log) : nullptr;
}

unsigned modeOf(std::string const& path)
{
    struct stat status {
    };
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

// The hashes were computed with `openssl dgst -sha256` over the lines as specified: without the
// member `hash` and its comma, without line feed.
TEST(Log, WritesLinesWhoseHashesOpensslConfirms)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:12:44.402Z"};
    auto log = opened(optionsIn(folder.path("audit")), clock);

    ASSERT_TRUE(log->append("reject", R"("http":400,"reason":"json")"));

    auto const lines = linesOf(folder.path("audit/decisions-2026-03-03.jsonl"));
    ASSERT_EQ(lines.size(), 2U);
    std::string const first = "4327f9b569fc5401c355d4d995828782d64d153eafe1ba822b908e4fc3f63ff7";
    std::string const second = "2922d220da5523cf76ae4659a4716f15a2356b5f630f7cc428a4f22ea67d8ff8";
    EXPECT_EQ(lines[0],
              R"({"v":1,"type":"start","seq":1,"ts":"2026-03-03T10:12:44.402Z","node":"cds-1",)"
              R"("tenant":"mercy-west","cause":"open","engine":{"version":"0.1.0"},)"
              R"("sync":"never","prev":")" +
                  std::string(64, '0') + R"(","hash":")" + first + "\"}");
    EXPECT_EQ(lines[1],
              R"({"v":1,"type":"reject","seq":2,"ts":"2026-03-03T10:12:44.402Z","node":"cds-1",)"
              R"("tenant":"mercy-west","http":400,"reason":"json","prev":")" +
                  first + R"(","hash":")" + second + "\"}");
}

TEST(Log, KeepsItsFilesToTheirOwner)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const log = opened(optionsIn(folder.path("a/b")), clock);

    EXPECT_EQ(modeOf(folder.path("a/b")), 0700U);
    EXPECT_EQ(modeOf(folder.path("a/b/decisions-2026-03-03.jsonl")), 0600U);
}

TEST(Log, ContinuesTheChainWhenItIsOpenedAgain)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    for (int run = 0; run < 3; ++run) {
        auto log = opened(optionsIn(folder.path()), clock);
        ASSERT_TRUE(log->append("decision", "\"n\":1"));
    }

    EXPECT_EQ(breakIn(folder.path()), "");
    auto const lines = linesOf(folder.path("decisions-2026-03-03.jsonl"));
    ASSERT_EQ(lines.size(), 9U); // start, decision, stop each time
    EXPECT_NE(lines[8].find(R"("type":"stop","seq":9,)"), std::string::npos);
    EXPECT_NE(lines[8].find(R"("records":1)"), std::string::npos);
}

TEST(Log, EscapesNodeAndTenant)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = optionsIn(folder.path());
    options.node = "a\"b";
    opened(options, clock).reset();

    EXPECT_EQ(breakIn(folder.path()), "");
    EXPECT_NE(linesOf(folder.path("decisions-2026-03-03.jsonl"))[0].find(R"("node":"a\"b",)"),
              std::string::npos);
}

TEST(Log, BeginsANewFileWithAStartRecordWhenTheDayChanges)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T23:59:59.999Z"};
    auto log = opened(optionsIn(folder.path(), Sync::Always), clock);
    ASSERT_TRUE(log->append("decision", "\"n\":1"));
    clock.set("2026-03-04T00:00:00Z");
    ASSERT_TRUE(log->append("decision", "\"n\":2"));

    auto const first = linesOf(folder.path("decisions-2026-03-03.jsonl"));
    auto const second = linesOf(folder.path("decisions-2026-03-04.jsonl"));
    ASSERT_EQ(first.size(), 2U);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_TRUE(second[0].starts_with(R"({"v":1,"type":"start","seq":3,)")) << second[0];
    EXPECT_NE(second[0].find(R"("cause":"day")"), std::string::npos);
    EXPECT_NE(second[1].find("\"n\":2"), std::string::npos);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(Log, StaysInItsFileWhenTheClockGoesBack)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-04T00:00:01Z"};
    auto log = opened(optionsIn(folder.path()), clock);
    clock.set("2026-03-03T23:00:00Z");
    ASSERT_TRUE(log->append("decision", "\"n\":1"));
    log.reset();
    log = opened(optionsIn(folder.path()), clock);

    EXPECT_FALSE(std::filesystem::exists(folder.path("decisions-2026-03-03.jsonl")));
    EXPECT_EQ(linesOf(folder.path("decisions-2026-03-04.jsonl")).size(), 4U);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(Log, RefusesARecordWithALineBreak)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = opened(optionsIn(folder.path()), clock);

    EXPECT_FALSE(log->append("decision", "\"n\":1,\n\"m\":2"));
    EXPECT_TRUE(log->append("decision", "\"n\":1"));
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(Log, KeepsSeveralRecordsInTheirOrder)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:12:44.402Z"};
    auto log = opened(optionsIn(folder.path("audit")), clock);

    std::array<std::string, 3> const three{"\"n\":1", "\"n\":2", "\"n\":3"};
    ASSERT_TRUE(log->append("decision", three));

    auto const lines = linesOf(folder.path("audit/decisions-2026-03-03.jsonl"));
    ASSERT_EQ(lines.size(), 4U);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        auto const parts = splitLine(lines[i]);
        ASSERT_TRUE(parts);
        EXPECT_EQ(parts->seq, i + 1);
        EXPECT_EQ(parts->prev, splitLine(lines[i - 1])->hash);
        EXPECT_NE(lines[i].find(three.at(i - 1)), std::string::npos);
    }
}

TEST(Log, KeepsNoneOfSeveralRecordsWhenOneHasALineBreak)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:12:44.402Z"};
    auto log = opened(optionsIn(folder.path("audit")), clock);

    std::array<std::string, 2> const two{"\"n\":1", "\"n\":\n2"};
    EXPECT_FALSE(log->append("decision", two));

    EXPECT_EQ(linesOf(folder.path("audit/decisions-2026-03-03.jsonl")).size(), 1U);
}

TEST(Log, WritesLossesIntoStop)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = opened(optionsIn(folder.path()), clock);
    log->countLoss();
    log->countLoss();
    EXPECT_EQ(log->losses(), 2U);
    log.reset();

    auto const lines = linesOf(folder.path("decisions-2026-03-03.jsonl"));
    EXPECT_NE(lines.back().find(R"("lost":2)"), std::string::npos);
}

TEST(LogLock, RefusesASecondWriterAndNamesTheFirst)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const log = opened(optionsIn(folder.path()), clock);

    auto const second = Log::open(optionsIn(folder.path()), clock);

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Error::Kind::Config);
    EXPECT_NE(second.error().what.find("pid " + std::to_string(::getpid())), std::string::npos)
        << second.error().what;
}

TEST(LogLock, HoldsAgainstAnotherProcess)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const log = opened(optionsIn(folder.path()), clock);

    auto const child = ::fork();
    if (child == 0) ::_exit(Log::open(optionsIn(folder.path()), clock) ? 1 : 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "both processes have the log";
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogLock, HoldsWhenSomebodyRemovesTheLockFile)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const log = opened(optionsIn(folder.path()), clock);
    std::filesystem::remove(folder.path(".lock"));

    auto const second = Log::open(optionsIn(folder.path()), clock);

    ASSERT_FALSE(second);
    EXPECT_NE(second.error().what.find("in use"), std::string::npos) << second.error().what;
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogLock, IsFreeAgainAfterTheLogIsClosed)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    opened(optionsIn(folder.path()), clock).reset();

    EXPECT_TRUE(Log::open(optionsIn(folder.path()), clock));
}

TEST(LogDirectory, ThatCannotBeMadeIsAConfigurationErrorWithAFix)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    test::writeFile(folder.path("file"), "");

    for (auto const& path : {folder.path("file"), folder.path("file/below"), std::string{}}) {
        SCOPED_TRACE(path);
        auto const log = Log::open(optionsIn(path), clock);
        ASSERT_FALSE(log);
        EXPECT_EQ(log.error().kind, Error::Kind::Config);
        EXPECT_FALSE(log.error().fix.empty());
    }
}

TEST(LogRecovery, CutsATornLineAndNotesItInStart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    opened(optionsIn(folder.path()), clock).reset();
    std::ofstream{path, std::ios::app} << R"({"v":1,"type":"dec)";

    opened(optionsIn(folder.path()), clock).reset();

    auto const lines = linesOf(path);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_NE(lines[2].find(R"("type":"start","seq":3,)"), std::string::npos);
    EXPECT_NE(lines[2].find(R"("torn":18)"), std::string::npos) << lines[2];
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRecovery, CutsALastLineWhereverItEnds)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    auto log = opened(optionsIn(folder.path()), clock);
    auto const before = test::readFile(path);
    ASSERT_TRUE(log->append("decision", R"("n":1,"m":"x")"));
    auto const whole = test::readFile(path);
    log.reset();
    for (auto end = before.size() + 1; end < whole.size(); ++end) {
        SCOPED_TRACE("cut after byte " + std::to_string(end));
        test::writeFile(path, whole.substr(0, end));

        opened(optionsIn(folder.path()), clock).reset();

        auto const lines = linesOf(path);
        ASSERT_EQ(lines.size(), 3U) << "start; start and stop of the next run";
        ASSERT_EQ(lines[0] + "\n", before);
        auto const torn = "\"torn\":" + std::to_string(end - before.size()) + ",";
        ASSERT_NE(lines[1].find(torn), std::string::npos) << lines[1];
        ASSERT_EQ(breakIn(folder.path()), "");
    }
}

TEST(LogRecovery, FindsTheLastLineHoweverLongItIs)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = opened(optionsIn(folder.path()), clock);
    ASSERT_TRUE(log->append("decision", "\"long\":\"" + std::string(300'000, 'x') + "\""));
    // A writer that is killed leaves no `stop`: a torn copy of the file stands for it.
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    auto const text = test::readFile(path);
    log.reset();
    test::writeFile(path, text + std::string(70'000, 'y'));

    opened(optionsIn(folder.path()), clock).reset();

    auto const lines = linesOf(path);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_NE(lines[2].find(R"("seq":3,)"), std::string::npos);
    EXPECT_NE(lines[2].find(R"("torn":70000)"), std::string::npos);
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST(LogRecovery, TakesTheChainFromTheDayBeforeWhenTheNewestFileHasNoLineYet)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:00:00Z"};
    opened(optionsIn(folder.path()), clock).reset();
    test::writeFile(folder.path("decisions-2026-03-04.jsonl"), "{\"v\":1");
    clock.set("2026-03-05T10:00:00Z");

    opened(optionsIn(folder.path()), clock).reset();

    EXPECT_EQ(breakIn(folder.path()), "");
    auto const lines = linesOf(folder.path("decisions-2026-03-05.jsonl"));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find(R"("torn":6)"), std::string::npos);
    EXPECT_EQ(linesOf(folder.path("decisions-2026-03-04.jsonl")).size(), 0U);
}

TEST(LogRecovery, RefusesToGoOnFromALastLineThatWasAltered)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    opened(optionsIn(folder.path()), clock).reset();
    auto text = test::readFile(path);
    text.replace(text.rfind("cds-1"), 5, "cds-2");
    test::writeFile(path, text);

    auto const log = Log::open(optionsIn(folder.path()), clock);

    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().kind, Error::Kind::Config);
    EXPECT_NE(log.error().what.find("altered"), std::string::npos);
    EXPECT_EQ(test::readFile(path), text) << "nothing may be written to it";
}

} // namespace
} // namespace tcds::audit
