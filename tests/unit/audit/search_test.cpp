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

TEST_F(Search, StopsBehindTheFirst)
{
    Wanted wanted;
    wanted.type = "decision";
    wanted.first = 2;
    EXPECT_EQ(found(wanted), "decision/2 decision/4");
    wanted.first = 9;
    EXPECT_EQ(found(wanted), "decision/2 decision/4 decision/7");
}

TEST_F(Search, OpensNoFileOfALaterDayThanAsked)
{
    Wanted wanted;
    wanted.type = "decision";
    wanted.lastDay = "2026-03-03";
    EXPECT_EQ(found(wanted), "decision/2 decision/4");
}

// 019cb32f-8e9e: the milliseconds 1772532764318 since 1970, which is 2026-03-03T10:12:44.318Z.
constexpr auto kOfThird = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";

TEST(TimeOfADecision, StandsInItsId) // RFC 9562, 5.7
{
    EXPECT_EQ(madeAt(kOfThird), test::instant("2026-03-03T10:12:44.318Z"));
    EXPECT_EQ(madeAt("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
              test::instant("2022-02-22T19:22:22.000Z")); // RFC 9562, A.6
    for (auto const* none :
         {"", "d1", "5ac73063-6082-5a75-8033-837f4aef1a65", "019CB32F-8e9e-70d8-98e0-985ecc7f6041",
          "019cb32f-8e9e-70d8-98e0-985ecc7f604", "019cb32f 8e9e-70d8-98e0-985ecc7f6041"})
        EXPECT_EQ(madeAt(none), std::nullopt) << none;
}

/// A log with one decision of an id of 3 March in the file of a day.
class FindingADecision : public testing::Test
{
protected:
    std::optional<std::string> foundIn(std::string const& time)
    {
        TemporaryDirectory folder;
        {
            SetClock clock{time};
            auto log = Log::open(test::optionsIn(folder.path()), clock);
            EXPECT_TRUE(
                (*log)->append("decision", R"("decisionId":")" + std::string{kOfThird} + "\""));
        }
        auto const record = findDecision(folder.path(), kOfThird);
        EXPECT_TRUE(record) << toText(record.error());
        return *record;
    }
};

TEST_F(FindingADecision, LooksWhereItsTimeSays)
{
    EXPECT_NE(foundIn("2026-03-03T10:12:44.402Z"), std::nullopt);
    EXPECT_NE(foundIn("2026-03-04T00:00:00.001Z"), std::nullopt); // written behind midnight
    EXPECT_NE(foundIn("2026-03-02T23:59:59.999Z"), std::nullopt); // the clock was corrected
    EXPECT_EQ(foundIn("2026-03-05T00:00:00.000Z"), std::nullopt);
    EXPECT_EQ(foundIn("2026-03-01T23:59:59.999Z"), std::nullopt);
}

TEST_F(FindingADecision, NeedsAnId)
{
    TemporaryDirectory const folder;
    auto const none = findDecision(folder.path(), "d1");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, Error::Kind::BadRequest);
}

} // namespace
} // namespace tcds::audit
