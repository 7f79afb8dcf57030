#include "server/replay/difference.hpp"
#include "tests/unit/replay/stage.hpp"

#include <gmock/gmock.h>

namespace tcds::replay::test {
namespace {

using testing::HasSubstr;

constexpr auto kModerate = "{id: moderate, indicator: warning, when: {lab: {analyte: K, below: 3.0";
constexpr auto kEarlier = "{id: moderate, indicator: warning, when: {lab: {analyte: K, below: 3.3";

class Again : public testing::Test
{
protected:
    /// The record of potassium 3.0 mmol/L: EL-K-LOW fires as info.
    std::string lowPotassium(How const& how = {})
    {
        auto const decision = stage.decide(caseNamed("EL-K-LOW", "at 3.0 without drug"), how);
        EXPECT_TRUE(decision);
        return stage.line(*decision, how);
    }

    Replay again(std::string const& line)
    {
        recorded = std::make_unique<RecordedDecision>(*readDecision(line));
        return stage.replayer().again(*recorded);
    }

    NotReplayable refused(std::string const& line)
    {
        auto const replay = again(line);
        auto const* const no = std::get_if<NotReplayable>(&replay);
        if (no == nullptr) throw std::runtime_error{"it was replayed"};
        return *no;
    }

    Stage stage;
    std::unique_ptr<RecordedDecision> recorded;
};

TEST_F(Again, SaysThatARecordWithoutFactsCannotBe)
{
    auto line = lowPotassium();
    auto const from = line.find("\"facts\":[");
    line.erase(from, line.find("\"missing\":[") - from);

    auto const no = refused(exchanged(line, R"("phi":"facts")", R"("phi":"digest")"));

    EXPECT_EQ(no.obstacle, Obstacle::NoFacts);
    EXPECT_THAT(no.why.what, HasSubstr("level digest"));
}

TEST_F(Again, NamesTheRulesThatAreNotInTheStoreAndWhereItLooked)
{
    auto const other = std::string(64, 'a');
    auto const no = refused(exchanged(lowPotassium(), shippedRules()->digest, other));

    EXPECT_EQ(no.obstacle, Obstacle::NoPack);
    EXPECT_THAT(no.why.what, HasSubstr(other));
    EXPECT_THAT(no.why.what, HasSubstr(stage.store()));
}

TEST_F(Again, NamesTheSettingsThatAreNotInTheStore)
{
    auto const other = std::string(64, 'b');
    auto line = lowPotassium();
    auto const at = line.find("\"settings\":\"") + 12;
    line.replace(at, 64, other);

    auto const no = refused(line);

    EXPECT_EQ(no.obstacle, Obstacle::NoSettings);
    EXPECT_THAT(no.why.what, HasSubstr(stage.store() + "/settings/" + other + ".json"));
}

TEST_F(Again, NoticesARecordThatSaysSomethingElse)
{
    auto const replay = again(exchanged(lowPotassium(), R"("value":"3.0")", R"("value":"2.4")"));

    auto const difference = differenceOf(recorded->decided, std::get<Replayed>(replay).now);

    EXPECT_THAT(toText(difference), HasSubstr("EL-K-LOW 1.0.0: fired info probable (band mild) -> "
                                              "fired critical probable (band severe)"));
    EXPECT_THAT(toText(difference), HasSubstr("+ summary: Low potassium 2.4 mmol/L"));
}

TEST_F(Again, WithOtherRulesSaysWhatTheyWouldHaveSaid)
{
    stage.replayer().with(rulesWith(kLowPotassium, kModerate, kEarlier));

    auto const replay = again(lowPotassium());

    auto const& replayed = std::get<Replayed>(replay);
    auto const difference = differenceOf(recorded->decided, replayed.now, false);
    ASSERT_EQ(difference.rules.size(), 1U) << toText(difference);
    EXPECT_TRUE(difference.rules[0].changesLevel());
    EXPECT_EQ(inWords(difference.rules[0].is), "fired warning probable (band moderate)");
    EXPECT_EQ(replayed.unread, 0U);
}

/// The key that a client collapses repeats by is made with the key of the log, which nobody needs
/// to have at hand years later.
TEST_F(Again, KeepsTheRepeatKeyOfACardThatIsStillAboutTheSame)
{
    How how;
    how.repeatKeys = true;
    auto const line = lowPotassium(how);
    ASSERT_THAT(line, HasSubstr("\"key\":\"k26q1:"));
    {
        auto const replay = again(line);
        EXPECT_TRUE(differenceOf(recorded->decided, std::get<Replayed>(replay).now).none());
    }
    stage.replayer().with(rulesWith(kLowPotassium, kModerate, kEarlier));

    auto const replay = again(line);

    EXPECT_THAT(std::get<Replayed>(replay).now.cards.at(0).card,
                HasSubstr("\"key\":\"(another)\""));
}

TEST_F(Again, GivesAPatientWhoCalledNoCards)
{
    How how;
    how.forPatients = true;
    auto const line = lowPotassium(how);
    ASSERT_THAT(line, HasSubstr(R"("audience":"patient")"));

    auto const replay = again(line);

    EXPECT_TRUE(std::get<Replayed>(replay).now.cards.empty());
    EXPECT_TRUE(differenceOf(recorded->decided, std::get<Replayed>(replay).now).none());
}

TEST_F(Again, SaysThatOtherRulesWouldHaveNeededMore)
{
    // Neither medicines nor results could be read, and nobody complained in the words of the day.
    auto line = lowPotassium();
    auto const from = line.find("\"facts\":[");
    line.replace(from, line.find(",\"missing\":[") - from,
                 R"("facts":[{"id":"f0","kind":"patient","ageYears":65},)"
                 R"({"id":"f1","kind":"complaint","kinds":["TWITCH"]}])");
    for (auto const* const key : {"medications", "labs"}) {
        auto const at = line.find("\"key\":\"" + std::string{key} + "\"");
        auto const status = line.find("\"status\":\"", at) + 10;
        line.replace(status, line.find('"', status) - status, "timeout");
    }

    auto const replay = again(line);

    ASSERT_TRUE(std::get<Replayed>(replay).refused);
    EXPECT_EQ(std::get<Replayed>(replay).refused->kind, Error::Kind::MissingData);
}

} // namespace
} // namespace tcds::replay::test
