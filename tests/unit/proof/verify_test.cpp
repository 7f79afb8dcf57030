#include "tests/unit/audit/log_stage.hpp"

#include "server/audit/digest.hpp"

namespace tcds::proof {
namespace {

namespace test = audit::test;

using test::breakIn;
using test::linesOf;
using test::SetClock;
using test::TemporaryDirectory;
using test::verified;
using test::writeLines;

constexpr auto kFirst = "decisions-2026-03-03.jsonl";
constexpr auto kSecond = "decisions-2026-03-04.jsonl";
constexpr auto kThird = "decisions-2026-03-05.jsonl";

/// Three days: seq 1-4 (start, three decisions), 5-7 (start, two), 8-10 (start, one, stop).
class ThreeDays : public testing::Test
{
protected:
    ThreeDays()
    {
        SetClock clock{"2026-03-03T10:00:00Z"};
        auto log = audit::Log::open(test::optionsIn(folder.path()), clock);
        for (auto const& [time, count] :
             {std::pair{"2026-03-03T11:00:00Z", 3}, std::pair{"2026-03-04T11:00:00Z", 2},
              std::pair{"2026-03-05T11:00:00Z", 1}}) {
            clock.set(time);
            for (int i = 0; i < count; ++i)
                EXPECT_TRUE((*log)->append("decision", "\"n\":" + std::to_string(i)));
        }
    }

    [[nodiscard]] std::vector<std::string> lines(char const* name) const
    {
        return linesOf(folder.path(name));
    }
    void put(char const* name, std::vector<std::string> const& changed) const
    {
        writeLines(folder.path(name), changed);
    }

    TemporaryDirectory folder;
};

using Verify = ThreeDays;

/// The line with its hash made right again, as somebody who owns the file can do.
std::string rehashed(std::string line)
{
    auto const at = line.rfind(",\"hash\":\"");
    auto const body = line.substr(0, at) + "}";
    return body.substr(0, body.size() - 1) + ",\"hash\":\"" + audit::sha256(body) + "\"}";
}

std::string replaced(std::string text, std::string const& from, std::string const& to)
{
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST_F(Verify, FindsAnIntactLogIntact)
{
    std::uint64_t done = 0, all = 0;
    auto const found = verified(folder.path(), [&](std::uint64_t now, std::uint64_t of) {
        done = now;
        all = of;
    });

    ASSERT_TRUE(found) << toText(found.error());
    EXPECT_FALSE(found->firstBreak);
    EXPECT_EQ(found->records, 10U);
    EXPECT_EQ(found->firstSeq, 1U);
    EXPECT_EQ(found->lastSeq, 10U);
    EXPECT_EQ(found->firstTime, "2026-03-03T10:00:00.000Z");
    EXPECT_EQ(found->lastTime, "2026-03-05T11:00:00.000Z");
    EXPECT_EQ(found->files.size(), 3U);
    EXPECT_GT(all, 0U);
    EXPECT_EQ(done, all);
}

TEST_F(Verify, NamesEveryAlteredByte)
{
    auto const good = test::readFile(folder.path(kFirst));
    auto const whole = lines(kFirst);
    auto const start = whole[0].size() + whole[1].size() + 2; // of the third line
    for (std::size_t at = 0; at < whole[2].size(); ++at) {
        auto changed = good;
        changed[start + at] = changed[start + at] == 'x' ? 'y' : 'x';
        test::writeFile(folder.path(kFirst), changed);

        auto const broken = breakIn(folder.path());

        ASSERT_TRUE(broken.starts_with("decisions-2026-03-03.jsonl:3 seq ")) << at << broken;
    }
}

TEST_F(Verify, NamesTheRecordThatWasAltered)
{
    auto changed = lines(kFirst);
    changed[2] = replaced(changed[2], "\"n\":1", "\"n\":7");
    put(kFirst, changed);

    auto const found = verified(folder.path());

    ASSERT_TRUE(found->firstBreak);
    EXPECT_EQ(found->firstBreak->seq, 3U);
    EXPECT_EQ(found->firstBreak->line, 3U);
    EXPECT_EQ(found->records, 2U) << "intact before it";
    EXPECT_NE(found->firstBreak->what.find("altered"), std::string::npos);
    EXPECT_NE(found->firstBreak->fix.find("records 1 to 2 are intact"), std::string::npos);
}

TEST_F(Verify, SeesAnAlteredRecordWhoseHashWasMadeAnew)
{
    auto changed = lines(kFirst);
    changed[2] = rehashed(replaced(changed[2], "\"n\":1", "\"n\":7"));
    put(kFirst, changed);

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-03.jsonl:4 seq 4: ")) << broken;
    EXPECT_NE(broken.find("exchanged"), std::string::npos) << broken;
}

TEST_F(Verify, SeesADroppedLine)
{
    auto changed = lines(kFirst);
    changed.erase(changed.begin() + 1);
    put(kFirst, changed);

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-03.jsonl:2 seq 2: ")) << broken;
    EXPECT_NE(broken.find("record 2 is not here"), std::string::npos) << broken;
}

TEST_F(Verify, SeesADroppedFirstLine)
{
    auto changed = lines(kFirst);
    changed.erase(changed.begin());
    put(kFirst, changed);

    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-03.jsonl:1 seq 2: "));
}

TEST_F(Verify, SeesLinesThatChangedPlaces)
{
    auto changed = lines(kFirst);
    std::swap(changed[1], changed[2]);
    put(kFirst, changed);

    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-03.jsonl:2 seq 2: "));
}

TEST_F(Verify, SeesARepeatedLine)
{
    auto changed = lines(kFirst);
    changed.insert(changed.begin() + 2, changed[1]);
    put(kFirst, changed);

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-03.jsonl:3 seq 2: ")) << broken;
    EXPECT_NE(broken.find("inserted"), std::string::npos) << broken;
}

TEST_F(Verify, SeesAnInsertedRecordWithAHashOfItsOwn)
{
    auto changed = lines(kFirst);
    auto forged = replaced(changed[2], "\"seq\":3", "\"seq\":4");
    changed.insert(changed.begin() + 3, rehashed(forged));
    put(kFirst, changed);

    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-03.jsonl:4 seq 4: "));
}

struct Foreign {
    char const* line;
    char const* what;
};

TEST_F(Verify, SeesLinesThatAreNoRecords)
{
    auto const good = lines(kFirst);
    for (auto const& foreign :
         {Foreign{R"({"resourceType":"Patient"})", "no record of this log"},
          Foreign{"hello", "not JSON"}, Foreign{"", "empty line"}, Foreign{"[1,2]", "not JSON"}}) {
        SCOPED_TRACE(foreign.line);
        auto changed = good;
        changed.insert(changed.begin() + 2, foreign.line);
        put(kFirst, changed);

        auto const broken = breakIn(folder.path());

        EXPECT_TRUE(broken.starts_with("decisions-2026-03-03.jsonl:3 seq 3: ")) << broken;
        EXPECT_NE(broken.find(foreign.what), std::string::npos) << broken;
    }
}

TEST_F(Verify, SeesARecordThatIsNotJsonThoughItsHashIsRight)
{
    auto changed = lines(kThird);
    changed[2] = rehashed(replaced(changed[2], "\"records\":", "\"records\""));
    put(kThird, changed);

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-05.jsonl:3 seq 10: ")) << broken;
    EXPECT_NE(broken.find("not JSON"), std::string::npos) << broken;
}

TEST_F(Verify, SeesAFileThatIsMissingInTheMiddle)
{
    std::filesystem::remove(folder.path(kSecond));

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-05.jsonl:1 seq 5: ")) << broken;
    EXPECT_NE(broken.find("records 5 to 7 are not here"), std::string::npos) << broken;
    EXPECT_NE(broken.find("a file before this one is missing"), std::string::npos) << broken;
}

TEST_F(Verify, SeesAnEndThatWasCutInsideALine)
{
    auto const text = test::readFile(folder.path(kThird));
    test::writeFile(folder.path(kThird), text.substr(0, text.size() - 10));

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-05.jsonl:3 seq 10: ")) << broken;
    EXPECT_NE(broken.find("ends inside a line"), std::string::npos) << broken;
}

TEST_F(Verify, SeesALostLineFeedAtTheEnd)
{
    auto const text = test::readFile(folder.path(kThird));
    test::writeFile(folder.path(kThird), text.substr(0, text.size() - 1));

    EXPECT_NE(breakIn(folder.path()).find("ends inside a line"), std::string::npos);
}

TEST_F(Verify, SeesAnOlderFileThatEndsInsideALine)
{
    auto const text = test::readFile(folder.path(kSecond));
    test::writeFile(folder.path(kSecond), text.substr(0, text.size() - 10));

    auto const broken = breakIn(folder.path());

    EXPECT_TRUE(broken.starts_with("decisions-2026-03-04.jsonl:3 seq 7: ")) << broken;
    EXPECT_NE(broken.find("a later file goes on"), std::string::npos) << broken;
}

TEST_F(Verify, SeesAnOlderFileThatLostItsLastLines)
{
    auto changed = lines(kSecond);
    changed.pop_back();
    put(kSecond, changed);

    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-05.jsonl:1 seq 7: "));
}

TEST_F(Verify, SeesThatTheOldestFilesAreMissing)
{
    std::filesystem::remove(folder.path(kFirst)); // what retention does: log_upkeep_test.cpp

    EXPECT_TRUE(breakIn(folder.path())
                    .starts_with("decisions-2026-03-04.jsonl:1 seq 1: records 1 to 4 are not here"))
        << breakIn(folder.path());
}

TEST_F(Verify, TakesNoRemovalForAnotherOne)
{
    auto const removalOf = [](std::uint64_t lastSeq, std::string const& hash) {
        return audit::writeRemoval(
            {"decisions-2026-03-03.jsonl", 4, 1, lastSeq, "", "", hash, 2192});
    };
    auto const hash = lines(kFirst).back().substr(lines(kFirst).back().size() - 66, 64);
    std::filesystem::remove(folder.path(kFirst));
    SetClock const clock{"2026-03-05T12:00:00Z"};
    auto const log = audit::Log::open(test::optionsIn(folder.path()), clock).value();

    ASSERT_TRUE(log->append("config", removalOf(4, std::string(64, 'a'))));
    ASSERT_TRUE(log->append("config", removalOf(3, hash)));
    ASSERT_TRUE(log->append("config", removalOf(5, hash)));
    ASSERT_TRUE(log->append("decision", removalOf(4, hash)));
    EXPECT_NE(breakIn(folder.path()), "");
    ASSERT_TRUE(log->append("config", removalOf(4, hash)));
    EXPECT_EQ(breakIn(folder.path()), "");
}

TEST_F(Verify, ReadsCompressedFilesAndNamesADamagedOne)
{
    auto const path = folder.path(kSecond);
    ASSERT_EQ(std::system(("gzip '" + path + "'").c_str()), 0);
    EXPECT_EQ(breakIn(folder.path()), "");

    std::filesystem::resize_file(path + ".gz", std::filesystem::file_size(path + ".gz") - 1);

    // Its three lines could be read, but not what says that they are right and all.
    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-04.jsonl.gz:4 seq 8: "))
        << breakIn(folder.path());
}

TEST_F(Verify, RefusesAFirstRecordThatNamesOneBeforeIt)
{
    auto changed = lines(kFirst);
    changed[0] = rehashed(replaced(changed[0], std::string(64, '0'), std::string(64, 'a')));
    put(kFirst, changed);

    EXPECT_TRUE(breakIn(folder.path()).starts_with("decisions-2026-03-03.jsonl:1 seq 1: "));
}

TEST_F(Verify, IsNotFooledByDeeplyNestedForeignJson)
{
    auto changed = lines(kThird);
    changed[2] = rehashed(
        replaced(changed[2], "\"records\":6", "\"records\":" + std::string(2'000'000, '[')));
    put(kThird, changed);

    EXPECT_NE(breakIn(folder.path()).find("not JSON"), std::string::npos);
}

TEST(VerifyDirectory, ThatIsAbsentOrEmptyIsSaid)
{
    TemporaryDirectory const folder;
    for (auto const& path : {folder.path("none"), folder.path()}) {
        auto const found = verified(path);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().kind, Error::Kind::NotFound);
    }
}

} // namespace
} // namespace tcds::proof
