#include "server/query/report.hpp"

#include "tests/unit/query/stage.hpp"

#include <gmock/gmock.h>

namespace tcds::query {
namespace {

using test::card;
using test::Decision;
using test::feedback;
using test::rule;
using test::TemporaryDirectory;

Report reportOn(TemporaryDirectory const& folder, ReportPeriod const& period = {})
{
    auto const opened = test::openIndex(folder.path(), folder.path("index.db"));
    EXPECT_TRUE(opened.index) << toText(opened.index.error());
    return opened.index->report(period).value();
}

RuleCount of(Report const& report, std::string_view rule)
{
    for (auto const& each : report.rules)
        if (each.rule == rule) return each;
    return {};
}

GroupCount of(std::vector<GroupCount> const& groups, std::string_view name)
{
    for (auto const& each : groups)
        if (each.name == name) return each;
    ADD_FAILURE() << "no group " << name;
    return {};
}

std::uint64_t reason(Answers const& cards, std::string_view name)
{
    for (std::size_t i = 0; i < kOverrideColumns.size(); ++i)
        if (kOverrideColumns[i] == name) return cards.reasons[i];
    return 999;
}

/// A log that is counted by hand. 1 March 2026 is the Sunday of week 9.
///
/// | day | client | encounter | what |
/// |---|---|---|---|
/// | 1 | north | e1, complaint | K fired, MED fired, one card c1 with both |
/// | 2 | north | e1, complaint | K fired, card c2; MG fired without a card; K held back once |
/// | 2 | south | e2, complaint | K held back, MG suppressed by the hook |
/// | 2 | silent | e3, complaint | K fired, card c3 nobody saw |
/// | 2 | south | none, p9, complaint | twice, no rule fired |
/// | 2 | south | e5, no complaint | nothing |
/// | 3 | | | feedback: c1 overridden, then accepted; c2 overridden twice the same; unknown |
class ReportTest : public testing::Test
{
protected:
    ReportTest()
    {
        test::Filling log{folder.path()};
        Decision decision;
        decision.complaint = true;
        decision.client = "north";
        decision.patient = "p1";
        decision.encounter = "e1";
        decision.rules = rule("EL-K-LOW", "fired") + "," + rule("MED-LOOP", "fired") + "," +
                         rule("EL-CA-LOW", "unknown", "no-result");
        decision.cards = card("c1", R"("EL-K-LOW","MED-LOOP")");
        log.add(decision);
        log.at("2026-03-02T10:00:00Z");
        decision.rules = rule("EL-K-LOW", "fired") + "," + rule("EL-MG-LOW", "fired");
        decision.cards = card("c2", R"("EL-K-LOW")");
        log.add(decision);
        decision.client = "south";
        decision.encounter = "e2";
        decision.rules = rule("EL-K-LOW", "suppressed", "repeat") + "," +
                         rule("EL-MG-LOW", "suppressed", "hook");
        decision.cards = "";
        log.add(decision);
        decision.client = "silent";
        decision.encounter = "e3";
        decision.rules = rule("EL-K-LOW", "fired");
        decision.cards = card("c3", R"("EL-K-LOW")");
        decision.mode = "silent";
        log.add(decision);
        decision = Decision{};
        decision.client = "south";
        decision.patient = "p9";
        decision.complaint = true;
        log.add(decision);
        log.add(decision);
        decision.complaint = false;
        decision.encounter = "e5";
        log.add(decision);
        log.at("2026-03-03T10:00:00Z");
        log.add("feedback", feedback("c1", "overridden", "addressed"));
        log.add("feedback", feedback("c1", "accepted", "", "2026-03-03T09:00:01Z"));
        log.add("feedback", feedback("c2", "overridden", "other-cause"));
        log.add("feedback", feedback("c2", "overridden", "other-cause"));
        log.add("feedback", feedback("c-unknown", "overridden"));
        log.add("reject", R"("http":400)");
    }

    TemporaryDirectory folder;
};

// UX-11
TEST_F(ReportTest, CountsRulesAsByHand)
{
    auto const all = reportOn(folder);
    EXPECT_EQ(all.all.decisions, 7U);
    EXPECT_EQ(all.all.withCards, 2U);
    EXPECT_EQ(all.all.silent, 1U);
    EXPECT_EQ(all.all.cards.answered(), 2U);
    EXPECT_EQ(all.unlinked, 1U);
    EXPECT_EQ(all.unreadable, 0U);
    EXPECT_EQ(all.firstTime, "2026-03-01T10:00:00.000Z");
    EXPECT_EQ(all.lastTime, "2026-03-02T10:00:00.000Z");
    ASSERT_EQ(all.rules.size(), 3U) << "calcium never fired";

    auto const potassium = of(all, "EL-K-LOW");
    EXPECT_EQ(potassium.fired, 3U);
    EXPECT_EQ(potassium.heldBack, 1U);
    EXPECT_EQ(potassium.cards.returned, 2U) << "the silent client's card was not returned";
    EXPECT_EQ(potassium.cards.accepted, 1U) << "the last word on c1";
    EXPECT_EQ(potassium.cards.overridden, 1U) << "c2 once, though it was sent twice";
    EXPECT_EQ(reason(potassium.cards, "other-cause"), 1U);
    EXPECT_EQ(reason(potassium.cards, "addressed"), 0U);
    EXPECT_EQ(potassium.cards.overriddenPercent(), 50U);

    auto const loop = of(all, "MED-LOOP");
    EXPECT_EQ(loop.cards.returned, 1U);
    EXPECT_EQ(loop.cards.accepted, 1U) << "every rule of the card shares its fate";
    auto const magnesium = of(all, "EL-MG-LOW");
    EXPECT_EQ(magnesium.fired, 1U);
    EXPECT_EQ(magnesium.heldBack, 0U) << "suppressed by the hook";
    EXPECT_EQ(magnesium.cards.returned, 0U);
}

TEST_F(ReportTest, CountsTheBurdenOfClientsAndWeeks)
{
    auto const all = reportOn(folder);
    EXPECT_EQ(all.all.cards.returned, 2U);
    EXPECT_EQ(all.all.complaintEncounters, 3U) << "e1, e2 and the day of p9; e3 was silent";
    EXPECT_EQ(all.all.burdenTenths(), 667U) << "2 cards in 3 encounters: 66.7 for 100";

    auto const north = of(all.clients, "north");
    EXPECT_EQ(north.decisions, 2U);
    EXPECT_EQ(north.withCards, 2U);
    EXPECT_EQ(north.complaintEncounters, 1U) << "e1 twice";
    EXPECT_EQ(north.burdenTenths(), 2000U);
    auto const south = of(all.clients, "south");
    EXPECT_EQ(south.decisions, 4U);
    EXPECT_EQ(south.cards.returned, 0U);
    EXPECT_EQ(south.complaintEncounters, 2U);
    auto const silent = of(all.clients, "silent");
    EXPECT_EQ(silent.silent, 1U);
    EXPECT_EQ(silent.complaintEncounters, 0U);
    EXPECT_EQ(silent.cards.returned, 0U);

    ASSERT_EQ(all.weeks.size(), 2U);
    EXPECT_EQ(all.weeks[0].name, "2026-W09");
    EXPECT_EQ(all.weeks[0].decisions, 1U);
    EXPECT_EQ(all.weeks[0].complaintEncounters, 1U) << "e1 counts where it was first";
    EXPECT_EQ(all.weeks[0].cards.accepted, 1U);
    EXPECT_EQ(all.weeks[1].name, "2026-W10");
    EXPECT_EQ(all.weeks[1].decisions, 6U);
    EXPECT_EQ(all.weeks[1].complaintEncounters, 2U);
    EXPECT_EQ(all.weeks[1].cards.overridden, 1U);
}

TEST_F(ReportTest, FeedbackAfterThePeriodCountsForItsCards)
{
    auto const first = reportOn(folder, {"2026-03-01", "2026-03-01"});
    EXPECT_EQ(first.all.decisions, 1U);
    EXPECT_EQ(of(first, "EL-K-LOW").cards.accepted, 1U);
    EXPECT_EQ(first.unlinked, 3U) << "c2 twice and the unknown card";
    EXPECT_EQ(reportOn(folder, {"2026-03-02", ""}).all.decisions, 6U);
    EXPECT_EQ(reportOn(folder, {"2026-03-02", ""}).all.complaintEncounters, 3U)
        << "e1 is seen in this period too";
}

TEST_F(ReportTest, RefusesAPeriodThatIsNone)
{
    auto const opened = test::openIndex(folder.path(), folder.path("index.db"));
    EXPECT_EQ(opened.index->report({"yesterday", ""}).error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(opened.index->report({"", "soon"}).error().where, "to");
}

// UX-11: above 90 %, over at least 200 firings.
TEST(ReportFlag, NeedsMoreThanNinetyPercentAndTwoHundredFirings)
{
    auto const flagged = [](std::uint64_t fired, std::uint64_t accepted, std::uint64_t overridden) {
        RuleCount count;
        count.fired = fired;
        count.cards.accepted = accepted;
        count.cards.overridden = overridden;
        return count.flagged();
    };
    EXPECT_TRUE(flagged(200, 9, 91));
    EXPECT_FALSE(flagged(200, 10, 90)) << "90 % is not more";
    EXPECT_TRUE(flagged(200, 99, 901)) << "90.1 % is";
    EXPECT_FALSE(flagged(199, 0, 100));
    EXPECT_FALSE(flagged(200, 0, 0)) << "no feedback is no override (FB-11)";
}

// ISO 8601: a week belongs to the year of its Thursday.
TEST(ReportWeeks, AreThoseOfIso8601)
{
    auto const weekOf = [](std::string const& day) {
        ReportCounter counter;
        CountedDecision decision;
        decision.time = audit::test::instant(day);
        counter.add(decision);
        return counter.finish({}).weeks.at(0).name;
    };
    EXPECT_EQ(weekOf("2026-03-03"), "2026-W10");
    EXPECT_EQ(weekOf("2024-12-30"), "2025-W01") << "a Monday";
    EXPECT_EQ(weekOf("2021-01-03"), "2020-W53") << "a Sunday";
    EXPECT_EQ(weekOf("2026-12-31"), "2026-W53");
    EXPECT_EQ(weekOf("2027-01-04"), "2027-W01");
}

TEST(ReportWeeks, OneWithoutDecisionsIsThereToo)
{
    ReportCounter counter;
    for (auto const* const day : {"2026-03-03", "2026-03-18"}) {
        CountedDecision decision;
        decision.time = audit::test::instant(day);
        counter.add(decision);
    }
    auto const report = counter.finish({});
    ASSERT_EQ(report.weeks.size(), 3U);
    EXPECT_EQ(report.weeks[1].name, "2026-W11");
    EXPECT_EQ(report.weeks[1].decisions, 0U);
}

TEST(ReportReasons, AForeignReasonIsOther)
{
    TemporaryDirectory folder;
    {
        test::Filling log{folder.path()};
        Decision decision;
        decision.rules = rule("R", "fired");
        decision.cards =
            card("a", R"("R")") + "," + card("b", R"("R")") + "," + card("c", R"("R")");
        log.add(decision);
        log.add("feedback",
                feedback("a", "overridden", "addressed", "2026-03-03T09:00:00Z", "urn:x"));
        log.add("feedback", feedback("b", "overridden", "=HYPERLINK(1)"));
        log.add("feedback", feedback("c", "overridden"));
    }
    auto const report = reportOn(folder);
    EXPECT_EQ(reason(of(report, "R").cards, "other"), 2U);
    EXPECT_EQ(reason(of(report, "R").cards, "none"), 1U);
    EXPECT_THAT(toCsv(report), testing::Not(testing::HasSubstr("HYPERLINK")));
}

} // namespace
} // namespace tcds::query
