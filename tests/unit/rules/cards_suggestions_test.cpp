#include "cards_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kMagnesium = 0, kBasicPanel = 1; // places in Stage's suggestions

Suggest test(std::size_t which, bool recommended = false)
{
    Suggest suggest;
    suggest.test = which;
    suggest.recommended = recommended;
    return suggest;
}

Suggest review(Rule& rule, std::string_view name, std::string_view label = {})
{
    Suggest suggest;
    suggest.kind = Suggest::Kind::Review;
    suggest.review = Stage::name(rule, name);
    suggest.label = Stage::text(rule, label);
    return suggest;
}

Suggest advice(Rule& rule, std::string_view label)
{
    Suggest suggest;
    suggest.kind = Suggest::Kind::Text;
    suggest.label = Stage::text(rule, label);
    return suggest;
}

std::vector<std::string> labels(Card const& card)
{
    std::vector<std::string> texts;
    for (auto const& suggestion : card.suggestions) texts.push_back(suggestion.label);
    return texts;
}

/// The labels of the one card of one rule that suggests magnesium.
std::vector<std::string> labelsAfter(std::function<void(Stage&)> const& chart)
{
    Stage stage;
    stage.rule("R", Group::EL, "K").suggest = {test(kMagnesium)};
    chart(stage);
    stage.begin();
    stage.fire("R", Level::Info);
    return labels(stage.cards().at(0));
}

TEST(Tests, AreDraftsWithCodeAndDisplay)
{
    Stage stage;
    stage.rule("R", Group::EL, "K").suggest = {test(kMagnesium, true)};
    stage.begin();
    stage.fire("R", Level::Info);

    auto const suggestion = stage.cards().at(0).suggestions.at(0);

    EXPECT_EQ(suggestion.kind, Suggestion::Kind::Test);
    EXPECT_EQ(suggestion.label, "Order magnesium");
    EXPECT_EQ(suggestion.system, "http://loinc.org");
    EXPECT_EQ(suggestion.code, "19123-9");
    EXPECT_TRUE(suggestion.recommended);
}

TEST(Tests, AreDroppedOnlyWhileAnOrderOrAResultStands)
{
    struct Row {
        char const* claim;
        std::function<void(Stage&)> chart;
        bool offered;
    };
    auto const ordered = [](char const* code, char const* authored) {
        return [=](Stage& stage) { stage.order(code, authored); };
    };
    auto const resulted = [](char const* taken) {
        return [=](Stage& stage) { stage.lab("MG", "0.81", "mmol/L", taken); };
    };
    for (auto const& row : {
             Row{"ordered 7 d ago", ordered("19123-9", "2026-01-24T08:00:00Z"), false},
             Row{"ordered 7 d and a minute ago", ordered("19123-9", "2026-01-24T07:59:00Z"), true},
             Row{"another code of the same test", ordered("2601-3", "2026-01-30"), false},
             Row{"another test", ordered("2823-3", "2026-01-30"), true},
             Row{"order without a date", ordered("19123-9", ""), true},
             Row{"order dated later", ordered("19123-9", "2026-02-01"), true},
             Row{"order revoked",
                 [](Stage& stage) { stage.order("19123-9", "2026-01-30").status = "revoked"; },
                 true},
             Row{"order only drafted",
                 [](Stage& stage) { stage.order("19123-9", "2026-01-30").draft = true; }, true},
             Row{"result 24 h old", resulted("2026-01-30T08:00:00Z"), false},
             Row{"result older than 24 h", resulted("2026-01-30T07:59:00Z"), true},
             Row{"fresh result without a value",
                 [](Stage& stage) {
                     auto& lab = stage.lab("MG", "0.81", "mmol/L", "2026-01-31T06:00:00Z");
                     lab.unusable = Reason::NoUnit;
                 },
                 true},
         }) {
        SCOPED_TRACE(row.claim);
        EXPECT_THAT(labelsAfter(row.chart), SizeIs(row.offered ? 1 : 0));
    }
}

TEST(Suggestions, AreTheUnionInOrderAndAtMostFour)
{
    Stage stage;
    auto& first = stage.rule("A", Group::EL, "K");
    first.suggest = {test(kBasicPanel), advice(first, "Advice one")};
    auto& second = stage.rule("B", Group::EL, "K");
    second.suggest = {test(kBasicPanel), test(kMagnesium), advice(second, "Advice one"),
                      advice(second, "Advice two"), advice(second, "Advice three")};
    stage.begin();
    stage.fire("A", Level::Warning);
    stage.fire("B", Level::Info);

    EXPECT_THAT(
        labels(stage.cards().at(0)),
        ElementsAre("Order basic metabolic panel", "Advice one", "Order magnesium", "Advice two"));
}

TEST(Suggestions, WhoseConditionDoesNotHoldAreLeftOut)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::EL, "K");
    rule.suggest = {test(kBasicPanel), test(kMagnesium), advice(rule, "Advice")};
    stage.begin();
    stage.fire("R", Level::Info).offers = 0b101;

    EXPECT_THAT(labels(stage.cards().at(0)), ElementsAre("Order basic metabolic panel", "Advice"));
}

TEST(Reviews, NameOneOrderOfEachDrug)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::MED, "drug");
    rule.suggest = {review(rule, "d")};
    stage.med("furosemide", "2025-06-01");
    auto const newest = stage.med("furosemide", "2026-01-11").id;
    auto const other = stage.med("prednisone", "2026-01-02").id;
    stage.med("furosemide", "2026-01-20").kind = UseKind::Statement;
    stage.begin();
    Stage::bindMeds(stage.fire("R", Level::Info), stage, "d", {"furosemide", "prednisone"});

    auto const card = stage.cards().at(0);

    EXPECT_THAT(labels(card), ElementsAre("Review furosemide", "Review prednisone"));
    EXPECT_EQ(card.suggestions.at(0).focus, newest);
    EXPECT_EQ(card.suggestions.at(1).focus, other);
    EXPECT_FALSE(card.suggestions.at(0).recommended);
}

TEST(Reviews, OwnLabelsSpeakOfOneDrug)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::MED, "drug");
    rule.suggest = {review(rule, "d", "Review need for {d.display}")};
    stage.med("furosemide", "2026-01-11");
    stage.med("omeprazole", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("R", Level::Info), stage, "d", {"furosemide", "omeprazole"});

    EXPECT_THAT(labels(stage.cards().at(0)),
                ElementsAre("Review need for furosemide", "Review need for omeprazole"));
}

TEST(Reviews, OfTheSameOrderAreMadeOnce)
{
    Stage stage;
    auto& first = stage.rule("A", Group::EL, "K");
    first.suggest = {review(first, "d")};
    auto& second = stage.rule("B", Group::EL, "K");
    second.suggest = {review(second, "d", "Review {d.display} dose")};
    stage.med("furosemide", "2026-01-11");
    stage.begin();
    Stage::bindMeds(stage.fire("A", Level::Warning), stage, "d", {"furosemide"});
    Stage::bindMeds(stage.fire("B", Level::Info), stage, "d", {"furosemide"});

    EXPECT_THAT(labels(stage.cards().at(0)), ElementsAre("Review furosemide"));
}

TEST(Reviews, OfNobodyAreNone)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::MED, "drug");
    rule.suggest = {review(rule, "d")};
    stage.begin();
    stage.fire("R", Level::Info);

    EXPECT_THAT(stage.cards().at(0).suggestions, IsEmpty());
}

TEST(Recommended, OnceWhereOnlyOneMayBeChosen)
{
    Stage stage;
    stage.rule("R", Group::EL, "K").suggest = {test(kBasicPanel, true), test(kMagnesium, true)};
    stage.begin();
    stage.fire("R", Level::Info);
    CardPolicy one;
    one.atMostOne = true;

    EXPECT_TRUE(stage.cards().at(0).suggestions.at(1).recommended);
    EXPECT_TRUE(stage.cards(one).at(0).suggestions.at(0).recommended);
    EXPECT_FALSE(stage.cards(one).at(0).suggestions.at(1).recommended);
}

TEST(OverrideReasons, AreThoseOfTheLeadInItsOrder)
{
    Stage stage;
    stage.rule("A", Group::EL, "K").overrideReasons = {1, 0};
    stage.rule("B", Group::EL, "K").overrideReasons = {0};
    stage.begin();
    stage.fire("A", Level::Warning);
    stage.fire("B", Level::Info);

    EXPECT_THAT(stage.cards().at(0).overrideReasons, ElementsAre(1U, 0U));
}

} // namespace
} // namespace tcds::rules::test
