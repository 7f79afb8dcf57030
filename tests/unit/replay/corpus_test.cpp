#include "server/replay/difference.hpp"
#include "tests/unit/replay/stage.hpp"

#include <cstdlib>

// Decisions of an earlier day (tests/replay/decisions.jsonl) are made again by the engine and the
// rules of this checkout. What comes out differently stands in tests/replay/differences.txt and
// nothing else may: a change of engine or rules that changes a decision shows in the review of that
// file. TCDS_UPDATE=1 writes it anew.

namespace tcds::replay::test {
namespace {

std::string const kRecords = std::string{TCDS_CORPUS} + "/decisions.jsonl";
std::string const kDifferences = std::string{TCDS_CORPUS} + "/differences.txt";

/// The facts of the day with the rules of today: names of the words that they were understood as
/// have to be known still.
std::string ofToday(std::string line, std::string const& digest)
{
    auto const at = line.find("\"sha256\":\"", line.find("\"pack\":{")) + 10;
    return line.replace(at, 64, digest);
}

TEST(Corpus, DiffersFromTheRulesAndTheEngineOfItsDayOnlyAsIsWrittenDown)
{
    Stage stage;
    for (std::size_t i = 0; i < 420; ++i) stage.keep(howOf(i).settings);
    auto const lines = audit::test::linesOf(kRecords);
    ASSERT_GE(lines.size(), 40U);
    std::string differences;
    for (auto const& line : lines) {
        auto const recorded = readDecision(ofToday(line, shippedRules()->digest));
        ASSERT_TRUE(recorded) << toText(recorded.error());
        auto const replay = stage.replayer().again(*recorded);
        differences += recorded->id + "\n";
        if (auto const* const no = std::get_if<NotReplayable>(&replay)) {
            differences += "  not replayable: " + toText(no->why) + "\n";
            continue;
        }
        auto const& replayed = std::get<Replayed>(replay);
        if (replayed.refused) differences += "  refused: " + toText(*replayed.refused) + "\n";
        differences += toText(differenceOf(recorded->decided, replayed.now));
    }

    if (std::getenv("TCDS_UPDATE") != nullptr) audit::test::writeFile(kDifferences, differences);
    EXPECT_EQ(differences, audit::test::readFile(kDifferences))
        << "If the change is meant: TCDS_UPDATE=1 ctest -R Corpus, and let it be reviewed.";
}

/// How the records were made; run by hand, and seldom: old records are the point.
TEST(Corpus, DISABLED_IsRecorded)
{
    Stage stage;
    std::string lines;
    std::size_t place = 0, taken = 0;
    for (auto const& test : shippedCases()) {
        auto const i = place++;
        if (i % 101 != 0) continue;
        auto how = howOf(taken);
        how.decisionId.replace(24, 12, std::to_string(100000000000 + taken));
        auto const decision = stage.decide(test, how);
        if (!decision || (decision->cards.empty() && taken % 4 != 0)) continue;
        lines += stage.line(*decision, how) + "\n";
        ++taken;
    }
    audit::test::writeFile(kRecords, lines);
}

} // namespace
} // namespace tcds::replay::test
