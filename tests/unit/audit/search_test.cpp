#include "tests/unit/audit/log_stage.hpp"

namespace tcds::audit {
namespace {

using test::recordsIn;
using test::SetClock;
using test::TemporaryDirectory;

/// Records of three days: decisions d1 to d3, feedback to the card of d2, then `stop`.
class Search : public testing::Test
{
protected:
    Search()
    {
        SetClock clock{"2026-03-02T10:00:00Z"};
        auto log = Log::open(test::optionsIn(folder.path()), clock);
        EXPECT_TRUE((*log)->append(
            "decision",
            R"("decisionId":"d1","rules":[{"id":"EL-K-LOW","version":"1.0.0"}],"cards":[])"));
        clock.set("2026-03-03T10:12:44.402Z");
        EXPECT_TRUE((*log)->append(
            "decision",
            R"("decisionId":"d2","rules":[{"id":"EL-MG-LOW","version":"1.0.0"}],"cards":[{"uuid":"c2"}])"));
        clock.set("2026-03-04T10:00:00Z");
        EXPECT_TRUE((*log)->append("feedback", R"("card":"c2","outcome":"accepted")"));
        EXPECT_TRUE((*log)->append(
            "decision",
            R"("decisionId":"d3","rules":[{"id":"EL-K","version":"1.0.0"}],"note":"\"decisionId\":\"d1\"")"));
    }

    /// "type/seq" of what is found.
    [[nodiscard]] std::string found(Wanted const& wanted) const
    {
        std::string text;
        for (auto const& line : recordsIn(folder.path(), wanted)) {
            auto const type = line.substr(15, line.find('"', 15) - 15);
            auto const seq = line.find("\"seq\":") + 6;
            text += (text.empty() ? "" : " ") + type + "/" +
                    line.substr(seq, line.find(',', seq) - seq);
        }
        return text;
    }

    TemporaryDirectory folder;
};

TEST_F(Search, GivesEverythingOldestFirst)
{
    EXPECT_EQ(found({}), "start/1 decision/2 start/3 decision/4 start/5 feedback/6 decision/7 "
                         "stop/8");
}

TEST_F(Search, FindsOneRecordByItsNumber)
{
    Wanted wanted;
    wanted.seq = 4;
    EXPECT_EQ(found(wanted), "decision/4");
}

TEST_F(Search, FindsADecisionByItsIdAndNotByATextThatQuotesIt)
{
    Wanted wanted;
    wanted.decisionId = "d1";
    EXPECT_EQ(found(wanted), "decision/2");
}

TEST_F(Search, FindsDecisionAndFeedbackOfACard)
{
    Wanted wanted;
    wanted.card = "c2";
    EXPECT_EQ(found(wanted), "decision/4 feedback/6");
}

TEST_F(Search, FindsARuleByItsWholeId)
{
    Wanted wanted;
    wanted.rule = "EL-K";
    EXPECT_EQ(found(wanted), "decision/7");
}

TEST_F(Search, TakesADayAsAWhole)
{
    Wanted wanted;
    wanted.from = wanted.to = "2026-03-03";
    EXPECT_EQ(found(wanted), "start/3 decision/4");
}

TEST_F(Search, TakesInstantsWithZones)
{
    Wanted wanted;
    wanted.from = "2026-03-03T11:12:44+01:00"; // 10:12:44Z
    wanted.to = "2026-03-03T10:12:44Z";        // all of that second
    EXPECT_EQ(found(wanted), "start/3 decision/4");
}

TEST_F(Search, GivesTheNewestOfAKindAcrossFiles)
{
    Wanted wanted;
    wanted.type = "decision";
    wanted.last = 2;
    EXPECT_EQ(found(wanted), "decision/4 decision/7");
}

TEST_F(Search, RefusesWhatIsNoDate)
{
    Wanted wanted;
    wanted.from = "3 March";

    auto const read = forEachRecord(folder.path(), wanted, [](std::string_view) {});

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(read.error().where, "from");
}

TEST_F(Search, SkipsATornEnd)
{
    std::ofstream{folder.path("decisions-2026-03-04.jsonl"), std::ios::app} << "{\"v\":1,\"ty";
    Wanted wanted;
    wanted.last = 1;
    EXPECT_EQ(found(wanted), "stop/8");
}

} // namespace
} // namespace tcds::audit
