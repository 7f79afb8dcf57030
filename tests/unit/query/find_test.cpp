#include "server/query/index_find.hpp"

#include "tests/unit/query/stage.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace tcds::query {
namespace {

using test::card;
using test::Decision;
using test::feedback;
using test::rule;
using testing::ElementsAre;
using testing::IsEmpty;

/// | seq | what |
/// |---|---|
/// | 1 | start, 1 March |
/// | 2 | north, u1, p1: K fired on card c1 with LOOP; CA unknown |
/// | 3 | south, u2, p2, order-sign: K suppressed as a repeat; RF not met |
/// | 4 | start, 2 March |
/// | 5 | north, u1, p2: MG fired on card c2, K fired without a card |
/// | 6 | reject of north |
/// | 7 | feedback on c1: overridden |
/// | 8 | feedback on c2: overridden, then |
/// | 9 | accepted |
/// | 10 | stop |
class FindTest : public testing::Test
{
protected:
    FindTest()
    {
        {
            test::Filling log{folder.path()};
            Decision decision{"d1"};
            decision.client = "north";
            decision.user = "Practitioner/u1";
            decision.patient = "k1:p1";
            decision.server = "https://ehr.example.org";
            decision.rules = rule("EL-K-LOW", "fired") + "," + rule("EL-CA-LOW", "unknown");
            decision.cards = card("c1", R"("EL-K-LOW","MED-LOOP")");
            log.add(decision);
            decision = Decision{"d2"};
            decision.client = "south";
            decision.user = "Practitioner/u2";
            decision.patient = "k1:p2";
            decision.hook = "order-sign";
            decision.rules =
                rule("EL-K-LOW", "suppressed", "repeat") + "," + rule("RF-ALS", "not-met");
            log.add(decision);
            log.at("2026-03-02T10:00:00Z");
            decision = Decision{"d3"};
            decision.client = "north";
            decision.user = "Practitioner/u1";
            decision.patient = "k2:p2";
            decision.rules = rule("EL-MG-LOW", "fired") + "," + rule("EL-K-LOW", "fired");
            decision.cards = card("c2", R"("EL-MG-LOW")");
            log.add(decision);
            log.add("reject", R"("http":400,"reason":"json","client":"north")");
            log.add("feedback", R"("decisionId":"d1","rules":["EL-K-LOW","MED-LOOP"],)" +
                                    feedback("c1", "overridden", "addressed"));
            log.add("feedback", feedback("c2", "overridden", "", "2026-03-03T09:00:00Z"));
            log.add("feedback", feedback("c2", "accepted", "", "2026-03-03T10:00:00Z"));
        }
        auto opened = test::openIndex(folder.path(), folder.path("index.db"));
        index = std::make_unique<Index>(std::move(*opened.index));
    }

    [[nodiscard]] std::vector<std::uint64_t> seqs(Question const& question) const
    {
        return test::seqsOf(*index, question);
    }
    [[nodiscard]] std::vector<std::uint64_t> with(std::string Question::*member,
                                                  std::string value) const
    {
        Question question;
        question.*member = std::move(value);
        return seqs(question);
    }

    test::TemporaryDirectory folder;
    std::unique_ptr<Index> index;
};

TEST_F(FindTest, NothingAskedIsEverything)
{
    EXPECT_THAT(seqs({}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_F(FindTest, EachQuestionAlone)
{
    EXPECT_THAT(with(&Question::type, "decision"), ElementsAre(2, 3, 5));
    EXPECT_THAT(with(&Question::type, "reject"), ElementsAre(6));
    EXPECT_THAT(with(&Question::client, "north"), ElementsAre(2, 5, 6));
    EXPECT_THAT(with(&Question::user, "Practitioner/u2"), ElementsAre(3));
    EXPECT_THAT(with(&Question::hook, "order-sign"), ElementsAre(3));
    EXPECT_THAT(with(&Question::service, "twitch-order-sign"), ElementsAre(3));
    EXPECT_THAT(with(&Question::decision, "d1"), ElementsAre(2, 7)) << "and what names it";
    EXPECT_THAT(with(&Question::card, "c2"), ElementsAre(5, 8, 9));
    EXPECT_THAT(with(&Question::from, "2026-03-02"), ElementsAre(4, 5, 6, 7, 8, 9, 10));
    EXPECT_THAT(with(&Question::to, "2026-03-01"), ElementsAre(1, 2, 3));
}

TEST_F(FindTest, WhatNoRecordHasFindsNothing)
{
    for (auto const member :
         {&Question::type, &Question::client, &Question::user, &Question::hook, &Question::service,
          &Question::decision, &Question::card, &Question::rule, &Question::answer})
        EXPECT_THAT(with(member, "nobody's"), IsEmpty());
}

TEST_F(FindTest, ARuleFiredOrSomethingElse)
{
    EXPECT_THAT(with(&Question::rule, "EL-K-LOW"), ElementsAre(2, 5)) << "fired";
    Question question;
    question.rule = "EL-K-LOW";
    question.outcome = "suppressed";
    EXPECT_THAT(seqs(question), ElementsAre(3));
    question.outcome = "any";
    EXPECT_THAT(seqs(question), ElementsAre(2, 3, 5));
    EXPECT_THAT(with(&Question::outcome, "unknown"), ElementsAre(2)) << "of any rule";
    EXPECT_THAT(with(&Question::rule, "MED-LOOP"), IsEmpty()) << "on a card, but no candidate";
}

TEST_F(FindTest, AnAnswerIsTheLastOnACard)
{
    EXPECT_THAT(with(&Question::answer, "overridden"), ElementsAre(2)) << "c2 was accepted later";
    EXPECT_THAT(with(&Question::answer, "accepted"), ElementsAre(5));
    Question question;
    question.answer = "accepted";
    question.rule = "EL-K-LOW";
    EXPECT_THAT(seqs(question), IsEmpty()) << "it fired, but the card was magnesium's";
    question.rule = "EL-MG-LOW";
    EXPECT_THAT(seqs(question), ElementsAre(5));
    question = {};
    question.answer = "overridden";
    question.type = "feedback";
    EXPECT_THAT(seqs(question), ElementsAre(7, 8)) << "what was said, whatever came later";
    question.rule = "MED-LOOP";
    EXPECT_THAT(seqs(question), ElementsAre(7));
}

TEST_F(FindTest, APatientIsFoundUnderEachOfTheKeysWithTheFeedback)
{
    Question question;
    question.ofPatient = true;
    question.patientKeys = {"k1:p2", "k2:p2"};
    EXPECT_THAT(seqs(question), ElementsAre(3, 5, 8, 9));
    question.patientKeys = {"k1:p1"};
    EXPECT_THAT(seqs(question), ElementsAre(2, 7));
    question.patientKeys.clear();
    EXPECT_THAT(seqs(question), IsEmpty()) << "no key is left: nobody, and not everybody";
}

TEST_F(FindTest, EverythingAskedMustHold)
{
    Question question;
    question.client = "north";
    question.rule = "EL-K-LOW";
    question.from = "2026-03-02";
    EXPECT_THAT(seqs(question), ElementsAre(5));
    question.hook = "order-sign";
    EXPECT_THAT(seqs(question), IsEmpty());
}

TEST_F(FindTest, TheNewestComeInTheirOrder)
{
    Question question;
    question.limit = 3;
    std::vector<std::uint64_t> found;
    auto const count =
        index->find(question, [&](Found const& each) { found.push_back(each.record.seq); });
    EXPECT_THAT(found, ElementsAre(8, 9, 10));
    EXPECT_EQ(count->matching, 10U);
    EXPECT_EQ(count->shown, 3U);
}

TEST_F(FindTest, RecordsComeFromTheirFilesWithTheAnswersToTheirCards)
{
    Question question;
    question.decision = "d3";
    int times = 0;
    ASSERT_TRUE(index->find(question, [&](Found const& found) {
        ++times;
        EXPECT_EQ(found.file, "decisions-2026-03-02.jsonl");
        EXPECT_EQ(found.line, audit::test::linesOf(folder.path(std::string{found.file})).at(1));
        ASSERT_EQ(found.answers.size(), 1U);
        EXPECT_EQ(found.answers[0].answer, "accepted");
        EXPECT_FALSE(found.altered);
    }));
    EXPECT_EQ(times, 1);
}

TEST_F(FindTest, TellsTheFhirServersOfTheLog)
{
    EXPECT_THAT(*index->fhirServers(), ElementsAre("https://ehr.example.org"));
}

TEST_F(FindTest, RefusesATimeThatIsNone)
{
    Question question;
    question.from = "yesterday";
    EXPECT_EQ(index->find(question, {}).error().kind, Error::Kind::BadRequest);
}

/// Changes a file without any trace in its size and times.
void alterQuietly(std::string const& path, std::string_view from, std::string_view to)
{
    struct stat before {
    };
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    auto text = audit::test::readFile(path);
    text.replace(text.find(from), from.size(), to);
    audit::test::writeFile(path, text);
    std::array const times{before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

TEST_F(FindTest, ARecordThatWasAlteredQuietlyIsMarked)
{
    alterQuietly(folder.path("decisions-2026-03-01.jsonl"), "\"north\"", "\"nirth\"");
    Question question;
    question.decision = "d1";
    question.type = "decision";
    std::vector<bool> altered;
    auto const count =
        index->find(question, [&](Found const& found) { altered.push_back(found.altered); });
    ASSERT_TRUE(count);
    EXPECT_THAT(altered, ElementsAre(true));
    EXPECT_EQ(count->altered, 1U);
}

TEST_F(FindTest, ARecordThatWasReplacedQuietlyIsAnError)
{
    auto const lines = audit::test::linesOf(folder.path("decisions-2026-03-01.jsonl"));
    auto const hash = lines.at(1).substr(lines.at(1).size() - 66, 64);
    alterQuietly(folder.path("decisions-2026-03-01.jsonl"), hash, std::string(64, 'a'));
    Question question;
    question.decision = "d1";
    auto const found = index->find(question, [](Found const&) {});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().what, testing::HasSubstr("was altered"));
}

} // namespace
} // namespace tcds::query
