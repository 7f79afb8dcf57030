#include "server/query/index.hpp"

#include "server/audit/gzip.hpp"
#include "tests/unit/query/stage.hpp"

#include <SQLiteCpp/Database.h>

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace tcds::query {
namespace {

using audit::test::readFile;
using audit::test::writeFile;
using test::card;
using test::Decision;
using test::feedback;
using test::rule;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kFirst = "decisions-2026-03-01.jsonl";
constexpr auto kSecond = "decisions-2026-03-02.jsonl";
constexpr auto kThird = "decisions-2026-03-03.jsonl";

Decision decisionOf(std::string const& patient, std::string const& uuid)
{
    Decision decision;
    decision.patient = patient;
    decision.rules = rule("R", "fired");
    decision.cards = card(uuid, R"("R")");
    return decision;
}

/// Three days: p1 (card c1), p2 (card c2), p1 (card c3); c1 overridden on the second day and
/// accepted on the third.
///
/// seq 1 start, 2 p1, 3 start, 4 p2, 5 overridden, 6 start, 7 p1, 8 accepted, 9 stop
class IndexTest : public testing::Test
{
protected:
    IndexTest() { fill(folder.path()); }

    static void fill(std::string const& directory)
    {
        test::Filling log{directory};
        log.add(decisionOf("p1", "c1"));
        log.at("2026-03-02T10:00:00Z");
        log.add(decisionOf("p2", "c2"));
        log.add("feedback", feedback("c1", "overridden", "addressed", "2026-03-02T10:00:00Z"));
        log.at("2026-03-03T10:00:00Z");
        log.add(decisionOf("p1", "c3"));
        log.add("feedback", feedback("c1", "accepted", "", "2026-03-03T10:00:00Z"));
    }

    [[nodiscard]] std::string file() const { return place.path("index.db"); }
    [[nodiscard]] test::Opened open(bool rebuild = false) const
    {
        auto opened = test::openIndex(folder.path(), file(), rebuild);
        EXPECT_TRUE(opened.index) << toText(opened.index.error());
        return opened;
    }
    static std::vector<std::uint64_t> ofPatient(Index const& index, std::string const& key)
    {
        Question question;
        question.ofPatient = true;
        question.patientKeys = {key};
        return test::seqsOf(index, question);
    }
    static std::uint64_t overridden(Index const& index)
    {
        return index.report({})->all.cards.overridden;
    }
    void expectWhole(test::Opened const& opened) const
    {
        EXPECT_EQ(opened.index->extent()->records, 9U);
        EXPECT_EQ(opened.index->extent()->unreadable, 0U);
        EXPECT_EQ(opened.index->extent()->lastSeq, 9U);
        EXPECT_THAT(ofPatient(*opened.index, "p1"), ElementsAre(2, 5, 7, 8));
        EXPECT_THAT(ofPatient(*opened.index, "p2"), ElementsAre(4));
        EXPECT_EQ(overridden(*opened.index), 0U) << "accepted later";
    }

    test::TemporaryDirectory folder, place;
};

TEST_F(IndexTest, CoversTheWholeLog)
{
    auto const opened = open();
    expectWhole(opened);
    EXPECT_THAT(opened.said, IsEmpty());
    EXPECT_EQ(opened.index->extent()->files, 3U);
    EXPECT_EQ(opened.index->extent()->last, audit::test::instant("2026-03-03T10:00:00Z"));
}

TEST_F(IndexTest, IsReadableByItsOwnerAlone)
{
    (void)open();
    struct stat found {
    };
    ASSERT_EQ(::stat(file().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(IndexTest, ReadsOnlyWhatIsNew)
{
    (void)open();
    auto const before = readFile(folder.path(kThird)).size();
    {
        test::Filling log{folder.path(), "2026-03-03T11:00:00Z"};
        log.add(decisionOf("p1", "c4"));
    }
    auto const after = readFile(folder.path(kThird)).size();
    IndexOptions options;
    options.directory = folder.path();
    options.file = file();
    std::uint64_t all = 0;
    options.progress = [&](std::uint64_t, std::uint64_t bytes) { all = bytes; };

    auto const index = Index::open(options);

    EXPECT_EQ(all, after - before);
    EXPECT_THAT(ofPatient(*index, "p1"), ElementsAre(2, 5, 7, 8, 11));
}

TEST_F(IndexTest, ATornEndWaitsForItsRest)
{
    auto const whole = readFile(folder.path(kThird));
    auto const cut = whole.rfind('\n', whole.size() - 2) + 20; // inside the last line
    writeFile(folder.path(kThird), whole.substr(0, cut));
    auto const torn = open();
    EXPECT_EQ(torn.index->extent()->records, 8U);

    writeFile(folder.path(kThird), whole);

    auto const opened = open();
    expectWhole(opened);
    EXPECT_THAT(opened.said, IsEmpty());
}

TEST_F(IndexTest, WhatRetentionRemovedIsGone)
{
    (void)open();
    std::filesystem::remove(folder.path(kFirst));

    auto const opened = open();

    EXPECT_THAT(opened.said, IsEmpty());
    EXPECT_EQ(opened.index->extent()->records, 7U);
    EXPECT_THAT(ofPatient(*opened.index, "p2"), ElementsAre(4));
    EXPECT_EQ(opened.index->report({})->unlinked, 2U) << "c1 is not there any more";
}

TEST_F(IndexTest, FeedbackThatIsGoneSaysNothingOfItsCard)
{
    (void)open();
    std::filesystem::remove(folder.path(kThird));
    EXPECT_EQ(overridden(*open().index), 1U) << "what was said on the second day";
    std::filesystem::remove(folder.path(kSecond));
    auto const opened = open();
    EXPECT_EQ(overridden(*opened.index), 0U);
    EXPECT_EQ(opened.index->report({})->all.cards.answered(), 0U);
}

TEST_F(IndexTest, AFileThatIsCompressedStaysTheSame)
{
    (void)open();
    auto const text = readFile(folder.path(kFirst));
    audit::GzipBlocks gzip;
    auto const packed = gzip.pack(text);
    writeFile(folder.path(std::string{kFirst} + ".gz"),
              {reinterpret_cast<char const*>(packed.data()), packed.size()}); // NOLINT: bytes
    std::filesystem::remove(folder.path(kFirst));

    auto const opened = open();

    expectWhole(opened);
    EXPECT_THAT(opened.said, IsEmpty());
    EXPECT_THAT(open().said, IsEmpty());
}

TEST_F(IndexTest, ADamagedCompressedFileEndsWhereItCanBeRead)
{
    auto const text = readFile(folder.path(kFirst));
    audit::GzipBlocks gzip;
    auto const packed = gzip.pack(text);
    std::string bytes{reinterpret_cast<char const*>(packed.data()), packed.size()}; // NOLINT
    writeFile(folder.path(std::string{kFirst} + ".gz"), bytes.substr(0, bytes.size() - 9));
    std::filesystem::remove(folder.path(kFirst));

    for (int times = 0; times < 2; ++times) {
        auto const opened = open();
        EXPECT_EQ(opened.index->extent()->unreadable, 1U);
        EXPECT_THAT(ofPatient(*opened.index, "p2"), ElementsAre(4)) << "the other files count";
        EXPECT_THAT(opened.said, IsEmpty());
    }
}

TEST_F(IndexTest, AnAlteredOldFileIsReadAnew)
{
    (void)open();
    auto text = readFile(folder.path(kFirst));
    text.replace(text.find("\"p1\""), 4, "\"p7\"");
    writeFile(folder.path(kFirst), text);

    auto const opened = open();

    EXPECT_THAT(opened.said, ElementsAre(HasSubstr("the files are not those")));
    EXPECT_THAT(ofPatient(*opened.index, "p7"), ElementsAre(2, 5, 8));
    EXPECT_THAT(ofPatient(*opened.index, "p1"), ElementsAre(7));
}

TEST_F(IndexTest, ATruncatedFileIsReadAnew)
{
    (void)open();
    auto const text = readFile(folder.path(kThird));
    writeFile(folder.path(kThird), text.substr(0, text.find('\n') + 1));

    auto const opened = open();

    EXPECT_THAT(opened.said, ElementsAre(HasSubstr("the files are not those")));
    EXPECT_EQ(opened.index->extent()->records, 6U);
}

TEST_F(IndexTest, AnOlderFileThatComesBackIsReadInItsPlace)
{
    auto const first = readFile(folder.path(kFirst));
    std::filesystem::remove(folder.path(kFirst));
    (void)open();
    writeFile(folder.path(kFirst), first);
    expectWhole(open());
}

TEST_F(IndexTest, AnotherLogIsReadAnew)
{
    (void)open();
    test::TemporaryDirectory const other;
    {
        test::Filling log{other.path()};
        log.add(decisionOf("p5", "c5"));
    }
    auto const opened = test::openIndex(other.path(), file());
    ASSERT_TRUE(opened.index);
    EXPECT_EQ(opened.index->extent()->records, 3U);
    EXPECT_THAT(ofPatient(*opened.index, "p1"), IsEmpty());
    expectWhole(open());
}

TEST_F(IndexTest, ADamagedIndexIsMadeAnew)
{
    (void)open();
    auto const good = readFile(file());
    for (auto const& bad :
         {good.substr(0, good.size() / 2), good.substr(0, 100),
          good.substr(0, 4096) + std::string(good.size() - 4096, 'x'), std::string{}}) {
        for (auto const* const ending : {"-wal", "-shm"}) std::filesystem::remove(file() + ending);
        writeFile(file(), bad);
        expectWhole(open());
    }
}

TEST_F(IndexTest, OneOfAnotherVersionIsMadeAnew)
{
    (void)open();
    {
        SQLite::Database database{file(), SQLite::OPEN_READWRITE};
        database.exec("PRAGMA user_version=999");
        database.exec("DELETE FROM record");
    }
    auto const opened = open();
    EXPECT_THAT(opened.said, ElementsAre(HasSubstr("of another version")));
    expectWhole(opened);
}

TEST_F(IndexTest, AFileThatIsNoIndexIsLeftAlone)
{
    writeFile(file(), "the thesis of somebody, and more than one hundred bytes of it, which is to "
                      "say a good deal of work that nobody wants to lose");
    auto const before = readFile(file());
    auto const opened = test::openIndex(folder.path(), file());
    ASSERT_FALSE(opened.index);
    EXPECT_EQ(opened.index.error().kind, Error::Kind::Config);
    EXPECT_EQ(readFile(file()), before);

    std::filesystem::remove(file());
    {
        SQLite::Database other{file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        other.exec("CREATE TABLE mine (a)");
    }
    EXPECT_FALSE(test::openIndex(folder.path(), file(), true).index) << "not for --rebuild either";
}

TEST_F(IndexTest, RebuildReadsEverything)
{
    (void)open();
    {
        SQLite::Database database{file(), SQLite::OPEN_READWRITE};
        database.exec("UPDATE record SET patient = 0");
    }
    expectWhole(open(true));
}

TEST_F(IndexTest, LinesThatAreNoRecordsAreCounted)
{
    auto const text = readFile(folder.path(kSecond));
    writeFile(folder.path(kSecond), "no record\n" + text + "{\"v\":1}\n");
    auto const opened = open();
    EXPECT_EQ(opened.index->extent()->unreadable, 2U);
    EXPECT_EQ(opened.index->extent()->records, 9U);
    Question question;
    question.type = "unreadable";
    std::vector<std::string> lines;
    ASSERT_TRUE(
        opened.index->find(question, [&](Found const& found) { lines.emplace_back(found.line); }));
    EXPECT_THAT(lines, ElementsAre("no record", "{\"v\":1}"));
}

/// Runs `work` in a process of its own.
template <class Work>
pid_t inAnotherProcess(Work work)
{
    auto const child = ::fork();
    if (child == 0) ::_exit(work() ? 0 : 1);
    return child;
}

int codeOf(pid_t child)
{
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(IndexTest, SeveralProcessesMayOpenItAtOnce)
{
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i)
        children.push_back(inAnotherProcess([&] {
            auto const opened = test::openIndex(folder.path(), file());
            return opened.index && opened.index->extent()->records == 9 &&
                   ofPatient(*opened.index, "p1").size() == 4;
        }));
    for (auto const child : children) EXPECT_EQ(codeOf(child), 0);
}

TEST_F(IndexTest, OneThatWasHalfWrittenIsFinished)
{
    {
        test::Filling log{folder.path(), "2026-03-03T12:00:00Z"};
        for (int i = 0; i < 600; ++i) { // 6 MB: progress is told after 4
            auto decision = decisionOf("p3", "x");
            decision.user = std::string(10'000, 'u');
            log.add(decision);
        }
    }
    auto const child = inAnotherProcess([&] {
        IndexOptions options;
        options.directory = folder.path();
        options.file = file();
        options.progress = [](std::uint64_t, std::uint64_t) { ::_exit(9); };
        return static_cast<bool>(Index::open(options));
    });
    ASSERT_EQ(codeOf(child), 9) << "it ended in the middle";

    auto const opened = open();

    EXPECT_EQ(opened.index->extent()->records, 9U + 602);
    EXPECT_THAT(opened.said, IsEmpty());
}

TEST_F(IndexTest, TheServiceMayWriteMeanwhile)
{
    test::Filling log{folder.path(), "2026-03-04T10:00:00Z"};
    log.add(decisionOf("p1", "c9"));
    auto const opened = open();
    EXPECT_THAT(ofPatient(*opened.index, "p1"), ElementsAre(2, 5, 7, 8, 11));
    log.add(decisionOf("p1", "c10"));
    EXPECT_THAT(ofPatient(*opened.index, "p1"), ElementsAre(2, 5, 7, 8, 11))
        << "an open index stays as it is";
    EXPECT_THAT(ofPatient(*open().index, "p1"), ElementsAre(2, 5, 7, 8, 11, 12));
}

TEST(IndexPlace, IsBesideTheLogOrInTheCacheOfTheUser)
{
    test::TemporaryDirectory const folder;
    EXPECT_EQ(placeOf(folder.path()).value(), folder.path("index.db"));
    ::setenv("XDG_CACHE_HOME", folder.path("cache").c_str(), 1); // NOLINT: no threads here
    auto const elsewhere = placeOf(folder.path("absent"));
    ASSERT_TRUE(elsewhere);
    EXPECT_THAT(*elsewhere, testing::StartsWith(folder.path("cache/twitch-cds/index-")));
    EXPECT_NE(*elsewhere, placeOf(folder.path("absent2")).value());
}

TEST(IndexOpen, NeedsAFolder)
{
    test::TemporaryDirectory const folder;
    EXPECT_EQ(test::openIndex(folder.path("absent"), folder.path("i.db")).index.error().kind,
              Error::Kind::NotFound);
    EXPECT_EQ(test::openIndex(folder.path(), folder.path("no/such/i.db")).index.error().kind,
              Error::Kind::Config);
    EXPECT_EQ(test::openIndex(folder.path(), folder.path("i.db")).index->extent()->records, 0U)
        << "an empty folder is a log without records";
}

} // namespace
} // namespace tcds::query
