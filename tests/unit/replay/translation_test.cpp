#include "fhir/read/translation.hpp"

#include "server/replay/difference.hpp"
#include "server/replay/recorded_facts.hpp"
#include "tests/unit/replay/stage.hpp"

#include <gmock/gmock.h>

// Facts of an old record in the words of other rules.

namespace tcds::replay::test {
namespace {

using testing::HasSubstr;

constexpr auto kLoop = "valuesets/LOOP.yaml";
constexpr auto kMembers = "members:\n";

/// What other rules would say of a case, beside what was said.
Difference withOther(std::string_view rule, std::string_view name,
                     std::shared_ptr<rules::RuleSet const> other)
{
    Stage stage;
    How const how;
    auto const decision = stage.decide(caseNamed(rule, name), how);
    if (!decision) throw std::runtime_error{toText(decision.error())};
    auto const recorded = readDecision(stage.line(*decision, how));
    stage.replayer().with(std::move(other));
    auto const replay = stage.replayer().again(*recorded);
    return differenceOf(recorded->decided, std::get<Replayed>(replay).now, false);
}

std::string became(Difference const& difference, std::string_view rule)
{
    for (auto const& each : difference.rules)
        if (each.id() == rule) return inWords(each.was) + " -> " + inWords(each.is);
    return "as it was";
}

TEST(Translation, FindsANewMemberOfAClassByItsCode)
{
    auto const other = rulesWith(kLoop, kMembers,
                                 "members:\n  - {ingredient: omeprazole, rxnorm: \"7646\", "
                                 "source: test}\n");

    EXPECT_EQ(became(withOther("EL-K-LOW", "drug of another class", other), "EL-K-LOW"),
              "fired info probable (band mild) -> fired warning probable (band mild-with-drug)");
}

/// The words of the order are in no record; the ingredient that they were understood as is.
TEST(Translation, KeepsWhatANameWasUnderstoodAs)
{
    auto const other = rulesWith(kLoop, kMembers,
                                 "members:\n  - {ingredient: omeprazole, rxnorm: "
                                 "\"7646\", source: test}\n");

    EXPECT_EQ(became(withOther("EL-K-LOW", "drug by name", other), "EL-K-LOW"), "as it was");
}

TEST(Translation, ForgetsACodeThatASetNoLongerHolds)
{
    auto const other = rulesWith("valuesets/TWITCH.yaml", "icd-10-cm\", code: \"R25.3\"",
                                 "icd-10-cm\", code: \"R25.9\"");

    auto const difference = withOther("EL-K-LOW", "just below 2.5", other);

    EXPECT_THAT(became(difference, "EL-K-LOW"),
                HasSubstr("fired critical probable (band severe) -> "));
    EXPECT_TRUE(difference.rules.at(0).vanishes() || difference.rules.size() > 1);
    ASSERT_EQ(difference.cards.size(), 1U);
    EXPECT_FALSE(difference.cards[0].is);
}

/// Looking every code up anew in the same terminology changes nothing: whoever changes how codes
/// are understood changes it for records too.
TEST(Translation, ToTheSameWordsChangesNoDecision)
{
    Stage stage;
    auto const& rules = *shippedRules();
    fhir::Translation const translation{*rules.terms, *rules.terms};
    std::size_t place = 0, looked = 0;
    for (auto const& test : shippedCases()) {
        if (place++ % 5 != 0) continue;
        auto const how = howOf(place);
        auto const decision = stage.decide(test, how);
        if (!decision) continue;
        SCOPED_TRACE(test.where);
        auto const recorded = readDecision(stage.line(*decision, how));
        ASSERT_TRUE(recorded);
        Fault fault;
        RecordObject const record{recorded->document.root(), "", fault};
        auto context = factsOf(record, how.settings.zoneMinutes, *rules.terms, fault);
        ASSERT_FALSE(fault.first());

        auto const again = translation.translate(std::move(context), rules.complaintWindow);

        auto const evaluation = rules::evaluate(again, rules);
        for (auto const& said : recorded->decided.rules) {
            auto const* const now = evaluation->of(rules.find(said.id)->index);
            ASSERT_NE(now, nullptr) << said.id;
            if (said.why == "repeat" || said.why == "feedback") continue;
            EXPECT_EQ(rules::toText(now->outcome), said.outcome) << said.id;
        }
        ++looked;
    }

    EXPECT_GT(looked, 900U);
}

} // namespace
} // namespace tcds::replay::test
