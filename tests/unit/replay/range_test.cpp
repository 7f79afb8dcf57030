#include "server/replay/range.hpp"

#include "tests/unit/replay/stage.hpp"

#include <gmock/gmock.h>

namespace tcds::replay::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kModerate = "{id: moderate, indicator: warning, when: {lab: {analyte: K, below: 3.0";
constexpr auto kEarlier = "{id: moderate, indicator: warning, when: {lab: {analyte: K, below: 3.3";

/// A log with decisions about potassium, made in February 2026.
class RangeTest : public testing::Test
{
protected:
    RangeTest() : clock_{"2026-02-10T08:00:00.000Z"}
    {
        log_ = *audit::Log::open(audit::test::optionsIn(log.path()), clock_);
    }

    /// Adds the decision of a case of EL-K-LOW; what comes before the facts may be changed.
    void decide(std::string_view name, std::string_view was = {}, std::string_view is = {})
    {
        How const how;
        decideAs(how, name, was, is);
    }
    void decideAs(How how, std::string_view name, std::string_view was = {},
                  std::string_view is = {})
    {
        how.decisionId = "018d5f7a-0000-7000-8000-00000000000" + std::to_string(++decisions_);
        auto const decision = stage.decide(caseNamed("EL-K-LOW", name), how);
        ASSERT_TRUE(decision);
        auto line = stage.line(*decision, how);
        if (!was.empty()) line = exchanged(line, was, is);
        auto const members = line.find("\"decisionId\"");
        ASSERT_TRUE(log_->append("decision", line.substr(members, line.size() - 1 - members)));
    }

    RangeReport report()
    {
        auto report = replayRange(stage.replayer(), {log.path(), from, to}, {});
        if (!report) throw std::runtime_error{toText(report.error())};
        return std::move(*report);
    }

    TemporaryDirectory log;
    Stage stage;
    std::string from, to;

private:
    audit::test::SetClock clock_;
    std::unique_ptr<audit::Log> log_;
    int decisions_ = 0;
};

TEST_F(RangeTest, CountsDecisionsThatAreTheSame)
{
    for (auto const* const name : {"at 3.0 without drug", "just below 2.5", "at the limit"})
        decide(name);

    auto const same = report();

    EXPECT_EQ(same.decisions, 3U);
    EXPECT_EQ(same.same, 3U);
    EXPECT_EQ(same.different, 0U);
    EXPECT_EQ(same.cardsThen, 2U);
    EXPECT_EQ(same.cardsNow, 2U);
    EXPECT_THAT(toText(same, {"2026-02-01", "2026-02-28", "", ""}),
                HasSubstr("Decisions from 2026-02-01 to 2026-02-28, made again with the rules of "
                          "the day:\n\n  3  decisions\n  3  identical"));
}

TEST_F(RangeTest, LooksAtThePeriodThatWasAskedFor)
{
    decide("at 3.0 without drug");
    from = "2026-02-11";

    EXPECT_EQ(report().decisions, 0U);
}

TEST_F(RangeTest, SaysPerRuleWhatOtherRulesWouldHaveSaid)
{
    decide("at 3.0 without drug");         // info -> warning
    decide("just above 3.0 without drug"); // info -> warning
    decide("just below the limit");        // 3.49: stays info
    decide("just below 2.5");              // stays critical
    stage.replayer().with(rulesWith(kLowPotassium, kModerate, kEarlier));

    auto const other = report();

    EXPECT_EQ(other.decisions, 4U);
    EXPECT_EQ(other.same + other.otherText, 2U);
    EXPECT_EQ(other.different, 2U);
    EXPECT_EQ(other.rules.at("EL-K-LOW").level, 2U);
    EXPECT_EQ(other.rules.at("EL-K-LOW").appears, 0U);
    EXPECT_EQ(other.rules.at("EL-K-LOW").cardsThen, 4U);
    EXPECT_EQ(other.rules.at("EL-K-LOW").cardsNow, 4U);
    EXPECT_THAT(other.rules.at("EL-K-LOW").examples,
                ElementsAre("018d5f7a-0000-7000-8000-000000000001",
                            "018d5f7a-0000-7000-8000-000000000002"));
    RangeTitle const title{"2026-02-01", "2026-02-28", "twitch-core 9", ""};
    EXPECT_THAT(toText(other, title), HasSubstr("  2  would have been decided otherwise\n"));
    EXPECT_THAT(toText(other, title), HasSubstr("EL-K-LOW         0          0       2"));
    EXPECT_THAT(toCsv(other, title),
                HasSubstr("EL-K-LOW,0,0,2,0,4,4,018d5f7a-0000-7000-8000-000000000001 "
                          "018d5f7a-0000-7000-8000-000000000002\n"));
    EXPECT_THAT(toJson(other, title), HasSubstr(R"("rule":"EL-K-LOW","appears":0,"vanishes":0,)"
                                                R"("levelChanges":2)"));
}

TEST_F(RangeTest, CountsRulesThatAppearAndVanish)
{
    decide("at 3.0 without drug");
    decide("at the limit");
    // The limit of the laboratory is 3.5: a rule that begins below 2.0 is silent, above it is not.
    stage.replayer().with(rulesWith(kLowPotassium,
                                    "when: {lab: {analyte: K, below_reference: true}, as: k}",
                                    "when: {lab: {analyte: K, at_least: 3.4 mmol/L}, as: k}"));

    auto const other = report();

    EXPECT_EQ(other.rules.at("EL-K-LOW").vanishes, 1U);
    EXPECT_EQ(other.rules.at("EL-K-LOW").appears, 1U);
}

TEST_F(RangeTest, LeavesOutCardsOfASilentClient)
{
    How silent;
    silent.mode = "silent";
    decideAs(silent, "at 3.0 without drug");

    auto const same = report();

    EXPECT_EQ(same.same, 1U);
    EXPECT_EQ(same.cardsThen, 0U);
}

TEST_F(RangeTest, SaysWhyDecisionsCannotBeMadeAgain)
{
    decide("at 3.0 without drug");
    decide("at 3.0 without drug", shippedRules()->digest, std::string(64, 'a'));
    decide("at 3.0 without drug", R"("kind":"lab")", R"("kind":"lap")");
    decide("at 3.0 without drug", R"("idle":)", R"("idle":"x","more":)");

    auto const some = report();

    EXPECT_EQ(some.decisions, 4U);
    EXPECT_EQ(some.same, 1U);
    EXPECT_EQ(some.stuck.at(Obstacle::NoPack).count, 1U);
    EXPECT_EQ(some.stuck.at(Obstacle::Broken).count, 2U);
    EXPECT_THAT(toText(some, {}), HasSubstr("1  not replayable: rules not in the store\n"));
    EXPECT_THAT(toText(some, {}), HasSubstr("/facts/"));
}

TEST_F(RangeTest, NamesOneRuleWhereOneWasAskedFor)
{
    decide("just below 2.5");

    EXPECT_THAT(toText(report(), {"", "", "twitch-core 9", "RF-ALS"}),
                HasSubstr("RF-ALS neither fired nor would fire in any of them."));
    EXPECT_THAT(toCsv(report(), {"", "", "", "EL-K-LOW"}), Not(HasSubstr("MED-")));
}

} // namespace
} // namespace tcds::replay::test
