#include "server/audit/log_tree.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/record_line.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <condition_variable>
#include <mutex>

namespace tcds::audit {
namespace {

using test::linesOf;
using test::recordsIn;
using test::SetClock;
using test::TemporaryDirectory;
using test::writeLines;

constexpr auto kDay = "2026-03-03T10:00:00Z";
constexpr auto kFile = "decisions-2026-03-03.jsonl";

LogOptions everyRecords(std::string const& directory, std::uint64_t records)
{
    auto options = test::optionsIn(directory);
    options.checkpoints = CheckpointOptions{};
    options.checkpoints->records = records;
    options.checkpoints->interval = std::chrono::hours{24};
    return options;
}

std::unique_ptr<Log> opened(LogOptions const& options, Clock const& clock)
{
    auto log = Log::open(options, clock);
    EXPECT_TRUE(log) << (log ? std::string{} : toText(log.error()));
    return log ? *std::move(log) : nullptr;
}

void append(Log& log, int count)
{
    for (int i = 0; i < count; ++i)
        ASSERT_TRUE(log.append("decision", "\"n\":" + std::to_string(i)));
}

std::string types(std::vector<std::string> const& lines)
{
    std::string text;
    for (auto const& line : lines) {
        auto const type = splitLine(line)->type;
        text += (text.empty() ? "" : " ") + std::string{type == "checkpoint" ? "CHECK" : type};
    }
    return text;
}

/// "" when each tree that a record states is that of the `hash`es before it.
std::string wrongTree(std::vector<std::string> const& lines, std::uint64_t first = 1)
{
    Sha256 sha256;
    LogTree tree{first, {}};
    for (auto const& line : lines) {
        auto const parts = splitLine(line);
        auto const stated = readTree(line);
        if (!stated) return toText(stated.error());
        if (*stated &&
            ((*stated)->tree.first != first || (*stated)->tree.tree.size() != tree.tree.size() ||
             (*stated)->root != tree.tree.root(sha256)))
            return "seq " + std::to_string(parts->seq);
        if (parts->seq >= first) tree.tree.add(bytesOf(parts->hash), sha256);
    }
    return {};
}

TEST(Checkpoints, ComeAfterSoManyRecordsAndAtTheEnd)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    {
        auto const log = opened(everyRecords(folder.path(), 4), clock);
        append(*log, 7);
    }

    auto const lines = recordsIn(folder.path());

    EXPECT_EQ(types(lines), "start decision decision decision CHECK decision decision decision "
                            "decision CHECK stop CHECK");
    EXPECT_EQ(wrongTree(lines), "");
    EXPECT_EQ(test::breakIn(folder.path()), "");
}

TEST(Checkpoints, StateTheTreeOverAllRecordsBefore)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    auto const log = opened(everyRecords(folder.path(), 3), clock);
    append(*log, 2);

    auto const lines = linesOf(folder.path(kFile));

    // RFC 6962, 2.1, over three leaves: H(H(a, b), c).
    Sha256 sha256;
    auto const leaf = [&](std::size_t at) {
        return leafHash(bytesOf(splitLine(lines[at])->hash), sha256);
    };
    auto const pair = nodeHash(leaf(0), leaf(1), sha256);
    auto const root = nodeHash(pair, leaf(2), sha256);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_NE(lines[3].find(R"(,"cause":"records","tree":{"size":3,"root":")" +
                            toBase64(view(root)) + R"(","peaks":[")" + toBase64(view(pair)) +
                            R"(",")" + toBase64(view(leaf(2))) + R"("]},"signed":false,"prev":)"),
              std::string::npos)
        << lines[3];
    EXPECT_NE(
        lines[0].find(R"("tree":{"size":0,"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",)"
                      R"("peaks":[]})"), // SHA-256 of nothing
        std::string::npos)
        << lines[0];
}

TEST(Checkpoints, GoOnAfterARestart)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    for (int run = 0; run < 12; ++run) append(*opened(everyRecords(folder.path(), 5), clock), run);

    auto const lines = recordsIn(folder.path());

    EXPECT_EQ(wrongTree(lines), "");
    EXPECT_EQ(test::breakIn(folder.path()), "");
}

TEST(Checkpoints, GoOnAfterACrashInTheMiddle)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    append(*opened(everyRecords(folder.path(), 5), clock), 9);
    auto const whole = linesOf(folder.path(kFile));
    for (std::size_t kept = 1; kept < whole.size(); ++kept) {
        auto cut = whole;
        cut.resize(kept);
        writeLines(folder.path(kFile), cut);

        append(*opened(everyRecords(folder.path(), 5), clock), 2);

        EXPECT_EQ(wrongTree(recordsIn(folder.path())), "") << kept;
    }
}

TEST(Checkpoints, CloseAFileAndTheNextStatesTheTreeBeforeIt)
{
    TemporaryDirectory const folder;
    SetClock clock{kDay};
    auto const log = opened(everyRecords(folder.path(), 1000), clock);
    append(*log, 2);
    clock.set("2026-03-04T00:00:00Z");
    append(*log, 1);

    EXPECT_EQ(types(linesOf(folder.path(kFile))), "start decision decision CHECK");
    EXPECT_EQ(types(linesOf(folder.path("decisions-2026-03-04.jsonl"))), "start decision");
    EXPECT_EQ(wrongTree(recordsIn(folder.path())), "");
}

TEST(Checkpoints, NeedNoOlderFiles)
{
    TemporaryDirectory const folder;
    SetClock clock{kDay};
    {
        auto const log = opened(everyRecords(folder.path(), 1000), clock);
        append(*log, 20);
        clock.set("2026-03-04T00:00:00Z");
        append(*log, 3);
    }
    auto const whole = recordsIn(folder.path());
    std::filesystem::rename(folder.path(kFile), folder.path("elsewhere")); // retention
    append(*opened(everyRecords(folder.path(), 1000), clock), 1);

    auto lines = whole;
    for (auto const& line : recordsIn(folder.path()))
        if (splitLine(line)->seq > splitLine(whole.back())->seq) lines.push_back(line);
    EXPECT_EQ(lines.size(), whole.size() + 4);
    EXPECT_EQ(wrongTree(lines), "");
}

TEST(Checkpoints, BeginWhereALogWithoutThemEnds)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    append(*opened(test::optionsIn(folder.path()), clock), 3); // seq 1 to 5
    append(*opened(everyRecords(folder.path(), 1000), clock), 2);
    append(*opened(everyRecords(folder.path(), 1000), clock), 2);

    auto const lines = recordsIn(folder.path());

    EXPECT_NE(lines[5].find(R"("tree":{"first":6,"size":0,)"), std::string::npos) << lines[5];
    EXPECT_EQ(wrongTree(lines, 6), "");
}

TEST(Checkpoints, AreNotRepeatedWhenNothingWasWritten)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    auto const log = opened(everyRecords(folder.path(), 1000), clock);

    for (int i = 0; i < 3; ++i) EXPECT_TRUE(log->checkpoint());

    EXPECT_EQ(types(linesOf(folder.path(kFile))), "start CHECK");
}

TEST(Checkpoints, BeginNoFileForANewDayWithoutRecords)
{
    TemporaryDirectory const folder;
    SetClock clock{kDay};
    auto const log = opened(everyRecords(folder.path(), 1000), clock);
    ASSERT_TRUE(log->checkpoint());
    clock.set("2026-03-04T10:00:00Z");

    EXPECT_TRUE(log->checkpoint());

    EXPECT_EQ(*logFilesIn(folder.path()), std::vector<std::string>{kFile});
}

TEST(Checkpoints, ComeAfterAWhileWithoutCalls)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    std::mutex mutex;
    std::condition_variable came;
    std::vector<Checkpoint> made;
    auto options = everyRecords(folder.path(), 1000);
    options.checkpoints->interval = std::chrono::milliseconds{1};
    options.checkpoints->made = [&](Checkpoint const& checkpoint) {
        std::lock_guard const lock{mutex};
        made.push_back(checkpoint);
        came.notify_one();
    };
    auto const log = opened(options, clock);

    std::unique_lock lock{mutex};
    ASSERT_TRUE(came.wait_for(lock, std::chrono::seconds{30}, [&] { return !made.empty(); }));

    EXPECT_EQ(made.front().seq, 2U);
    EXPECT_EQ(made.front().head.size, 1U);
    EXPECT_EQ(made.front().time, test::instant(kDay));
    EXPECT_EQ(made.front().note, "");
}

TEST(Checkpoints, HoldTheSignedNoteAndHandItOut)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    std::vector<Checkpoint> made;
    auto options = everyRecords(folder.path(), 3);
    options.checkpoints->sign = [](TreeHead const& head) {
        return "origin\n" + std::to_string(head.size) + "\n";
    };
    options.checkpoints->made = [&](Checkpoint const& checkpoint) { made.push_back(checkpoint); };
    auto const log = opened(options, clock);
    append(*log, 2);

    auto const last = linesOf(folder.path(kFile)).back();

    EXPECT_NE(last.find(R"("signed":true,"note":"origin\n3\n",)"), std::string::npos) << last;
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].seq, 4U);
    EXPECT_EQ(made[0].note, "origin\n3\n");
    EXPECT_EQ((*readTree(last))->note, "origin\n3\n");
    EXPECT_EQ((*readTree(last))->root, made[0].head.root);
}

TEST(Checkpoints, AreNoRecordsToTheCountOfStop)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    {
        auto const log = opened(everyRecords(folder.path(), 2), clock);
        append(*log, 5);
    }
    auto const lines = linesOf(folder.path(kFile));
    EXPECT_NE(lines[lines.size() - 2].find(R"("type":"stop",)"), std::string::npos);
    EXPECT_NE(lines[lines.size() - 2].find(R"("records":5,)"), std::string::npos);
}

struct Altered {
    char const* from;
    char const* to;
};

TEST(Checkpoints, RefuseToGoOnFromATreeThatContradictsItself)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    append(*opened(everyRecords(folder.path(), 1000), clock), 1); // start decision stop CHECK
    auto const whole = linesOf(folder.path(kFile));
    // The record before the last is looked at only where the last states no tree.
    for (auto const& [from, to] :
         {Altered{"\"size\":3", "\"size\":2"}, Altered{"\"size\":3", "\"size\":-3"},
          Altered{"\"tree\":{", "\"tree\":[{"}, Altered{"\"peaks\":[\"", "\"peaks\":[\"AAAA"}}) {
        SCOPED_TRACE(to);
        auto changed = whole;
        auto const at = changed[3].find(from);
        ASSERT_NE(at, std::string::npos);
        changed[3].replace(at, std::string{from}.size(), to);
        writeLines(folder.path(kFile), changed);

        auto const tree = recoverTree(folder.path(), 4);

        ASSERT_FALSE(tree);
        EXPECT_EQ(tree.error().kind, Error::Kind::Config);
        EXPECT_NE(tree.error().what.find("record 4"), std::string::npos) << tree.error().what;
    }
}

TEST(Checkpoints, RefuseToGoOnWhereARecordIsMissing)
{
    TemporaryDirectory const folder;
    SetClock const clock{kDay};
    auto options = everyRecords(folder.path(), 1000);
    append(*opened(options, clock), 3);
    auto lines = linesOf(folder.path(kFile)); // start decision decision decision stop CHECK
    lines.resize(4);
    lines.erase(lines.begin() + 2);
    writeLines(folder.path(kFile), lines);

    auto const again = Log::open(options, clock);

    ASSERT_FALSE(again);
    EXPECT_NE(toText(again.error()).find("audit verify"), std::string::npos);
}

} // namespace
} // namespace tcds::audit
