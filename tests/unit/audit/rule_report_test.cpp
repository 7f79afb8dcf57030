#include "server/audit/rule_report.hpp"

#include "tests/unit/audit/log_stage.hpp"

#include <gmock/gmock.h>

namespace tcds::audit {
namespace {

using test::SetClock;
using test::TemporaryDirectory;
using testing::HasSubstr;

std::string decision(std::string_view rules, std::string_view cards,
                     std::string_view mode = "active")
{
    return R"("decisionId":"d","mode":")" + std::string{mode} + R"(","rules":[)" +
           std::string{rules} + R"(],"cards":[)" + std::string{cards} + "]";
}

std::string rule(std::string_view id, std::string_view outcome, std::string_view why = "")
{
    auto text = R"({"id":")" + std::string{id} + R"(","version":"1.0.0","outcome":")" +
                std::string{outcome} + '"';
    if (!why.empty()) text += R"(,"why":")" + std::string{why} + '"';
    return text + "}";
}

std::string card(std::string_view uuid, std::string_view rules)
{
    return R"({"uuid":")" + std::string{uuid} + R"(","rules":[)" + std::string{rules} + "]}";
}

std::string feedback(std::string_view uuid, std::string_view outcome, std::string_view reason = "",
                     std::string_view at = "2026-03-03T09:00:00Z",
                     std::string_view system = "urn:twitch-cds:override-reason")
{
    auto text = R"("card":")" + std::string{uuid} + R"(","outcome":")" + std::string{outcome} + '"';
    if (!reason.empty())
        text += R"(,"reason":{"system":")" + std::string{system} + R"(","code":")" +
                std::string{reason} + R"("})";
    return text + R"(,"outcomeTimestamp":")" + std::string{at} +
           R"(","receivedAt":"2026-03-04T00:00:00.000Z")";
}

/// A log that is counted by hand.
///
/// | day | what |
/// |---|---|
/// | 1 | K fired, MED fired, one card c1 with both |
/// | 2 | K fired, card c2; MG fired without a card; K held back once |
/// | 2 | a silent client: K fired, card c3 nobody saw |
/// | 3 | feedback: c1 overridden, then accepted; c2 overridden twice the same; foreign and unknown
/// |
class RuleReportTest : public testing::Test
{
protected:
    RuleReportTest()
    {
        SetClock clock{"2026-03-01T10:00:00Z"};
        auto log = Log::open(test::optionsIn(folder.path()), clock);
        auto const add = [&](std::string_view type, std::string const& members) {
            EXPECT_TRUE((*log)->append(type, members));
        };
        add("decision", decision(rule("EL-K-LOW", "fired") + "," + rule("MED-LOOP", "fired") + "," +
                                     rule("EL-CA-LOW", "unknown", "no-result"),
                                 card("c1", R"("EL-K-LOW","MED-LOOP")")));
        clock.set("2026-03-02T10:00:00Z");
        add("decision", decision(rule("EL-K-LOW", "fired") + "," + rule("EL-MG-LOW", "fired"),
                                 card("c2", R"("EL-K-LOW")")));
        add("decision", decision(rule("EL-K-LOW", "suppressed", "repeat") + "," +
                                     rule("EL-MG-LOW", "suppressed", "hook"),
                                 ""));
        add("decision", decision(rule("EL-K-LOW", "fired"), card("c3", R"("EL-K-LOW")"), "silent"));
        clock.set("2026-03-03T10:00:00Z");
        add("feedback", feedback("c1", "overridden", "addressed"));
        add("feedback", feedback("c1", "accepted", "", "2026-03-03T09:00:01Z"));
        add("feedback", feedback("c2", "overridden", "other-cause"));
        add("feedback", feedback("c2", "overridden", "other-cause"));
        add("feedback", feedback("c-unknown", "overridden"));
        add("reject", R"("http":400)");
    }

    [[nodiscard]] RuleReport report(ReportPeriod const& period = {}) const
    {
        return reportRules(folder.path(), period).value();
    }
    static RuleCount of(RuleReport const& report, std::string_view rule)
    {
        for (auto const& each : report.rules)
            if (each.rule == rule) return each;
        return {};
    }
    static std::uint64_t reason(RuleCount const& count, std::string_view name)
    {
        for (std::size_t i = 0; i < kOverrideColumns.size(); ++i)
            if (kOverrideColumns[i] == name) return count.reasons[i];
        return 999;
    }

    TemporaryDirectory folder;
};

// UX-11
TEST_F(RuleReportTest, CountsAsByHand)
{
    auto const all = report();
    EXPECT_EQ(all.decisions, 4U);
    EXPECT_EQ(all.withCards, 2U);
    EXPECT_EQ(all.silent, 1U);
    EXPECT_EQ(all.feedback, 2U);
    EXPECT_EQ(all.unlinked, 1U);
    EXPECT_EQ(all.unreadable, 0U);
    ASSERT_EQ(all.rules.size(), 3U) << "calcium never fired";

    auto const potassium = of(all, "EL-K-LOW");
    EXPECT_EQ(potassium.fired, 3U);
    EXPECT_EQ(potassium.heldBack, 1U);
    EXPECT_EQ(potassium.returned, 2U) << "the silent client's card was not returned";
    EXPECT_EQ(potassium.accepted, 1U) << "the last word on c1";
    EXPECT_EQ(potassium.overridden, 1U) << "c2 once, though it was sent twice";
    EXPECT_EQ(reason(potassium, "other-cause"), 1U);
    EXPECT_EQ(reason(potassium, "addressed"), 0U);
    EXPECT_EQ(potassium.overriddenPercent(), 50U);

    auto const loop = of(all, "MED-LOOP");
    EXPECT_EQ(loop.returned, 1U);
    EXPECT_EQ(loop.accepted, 1U) << "every rule of the card shares its fate";
    auto const magnesium = of(all, "EL-MG-LOW");
    EXPECT_EQ(magnesium.fired, 1U);
    EXPECT_EQ(magnesium.heldBack, 0U) << "suppressed by the hook";
    EXPECT_EQ(magnesium.returned, 0U);
}

TEST_F(RuleReportTest, FeedbackAfterThePeriodCountsForItsCards)
{
    auto const first = report({"2026-03-01", "2026-03-01"});
    EXPECT_EQ(first.decisions, 1U);
    EXPECT_EQ(of(first, "EL-K-LOW").accepted, 1U);
    EXPECT_EQ(first.unlinked, 3U) << "c2 twice and the unknown card";
    EXPECT_EQ(report({"2026-03-02", ""}).decisions, 3U);
}

TEST_F(RuleReportTest, RefusesAPeriodThatIsNone)
{
    EXPECT_EQ(reportRules(folder.path(), {"yesterday", ""}).error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(reportRules(folder.path(), {"", "soon"}).error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(reportRules(folder.path("absent"), {}).error().kind, Error::Kind::NotFound);
}

TEST_F(RuleReportTest, IsWrittenInThreeForms)
{
    auto const all = report();
    auto const text = toText(all);
    EXPECT_THAT(
        text,
        HasSubstr("4 decisions, 2 of them with cards, 1 for silent clients; feedback on 2 cards"));
    EXPECT_THAT(text, testing::ContainsRegex("EL-K-LOW +3 +1 +2 +1 +1 +50 %  other-cause 1"));
    EXPECT_THAT(text, testing::ContainsRegex("EL-MG-LOW +1 +0 +0 +0 +0 +-"));
    EXPECT_THAT(toCsv(all), HasSubstr("\r\nEL-K-LOW,3,1,2,1,1,50,no,0,0,0,0,0,0,1,0,0,0,0,0\r\n"));
    EXPECT_THAT(toCsv(all), HasSubstr("\r\nEL-MG-LOW,1,0,0,0,0,,no,0"));
    EXPECT_THAT(toJson(all),
                HasSubstr(R"({"rule":"EL-K-LOW","fired":3,"heldBack":1,"returned":2,"accepted":1,)"
                          R"("overridden":1,"reasons":{"other-cause":1},"overriddenPercent":50,)"
                          R"("flagged":false})"));
    EXPECT_EQ(toJson(all).substr(0, 15), R"({"decisions":4,)");
}

// UX-11: above 90 %, over at least 200 firings.
TEST(RuleReportFlag, NeedsMoreThanNinetyPercentAndTwoHundredFirings)
{
    auto const flagged = [](std::uint64_t fired, std::uint64_t accepted, std::uint64_t overridden) {
        RuleCount count;
        count.fired = fired;
        count.accepted = accepted;
        count.overridden = overridden;
        return count.flagged();
    };
    EXPECT_TRUE(flagged(200, 9, 91));
    EXPECT_FALSE(flagged(200, 10, 90)) << "90 % is not more";
    EXPECT_TRUE(flagged(200, 99, 901)) << "90.1 % is";
    EXPECT_FALSE(flagged(199, 0, 100));
    EXPECT_FALSE(flagged(200, 0, 0)) << "no feedback is no override (FB-11)";
}

TEST(RuleReportReasons, AForeignReasonIsOther)
{
    TemporaryDirectory folder;
    {
        SetClock clock{"2026-03-01T10:00:00Z"};
        auto log = Log::open(test::optionsIn(folder.path()), clock);
        auto const cards =
            card("a", R"("R")") + "," + card("b", R"("R")") + "," + card("c", R"("R")");
        ASSERT_TRUE((*log)->append("decision", decision(rule("R", "fired"), cards)));
        ASSERT_TRUE((*log)->append(
            "feedback", feedback("a", "overridden", "addressed", "2026-03-03T09:00:00Z", "urn:x")));
        ASSERT_TRUE((*log)->append("feedback", feedback("b", "overridden", "=HYPERLINK(1)")));
        ASSERT_TRUE((*log)->append("feedback", feedback("c", "overridden")));
    }
    auto const report = reportRules(folder.path(), {}).value();
    EXPECT_THAT(toText(report), HasSubstr("none 1, other 2"));
    EXPECT_THAT(toCsv(report), testing::Not(HasSubstr("HYPERLINK")));
}

} // namespace
} // namespace tcds::audit
