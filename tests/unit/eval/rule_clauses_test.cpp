#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

std::string lowPotassium(std::string const& more = {})
{
    return ruleText(
        "EL-K",
        "bands:\n"
        "  - {id: severe, indicator: critical, when: {lab: {analyte: K, below: 2.5 mmol/L}}}\n"
        "  - {id: low, indicator: warning, when: {lab: {analyte: K, below: 3.5 mmol/L}}}\n"
        "when: {lab: {analyte: K, below: 4.0 mmol/L}}\n" +
            more);
}

std::string withK(std::string_view value, std::string const& clause, std::string const& more = {})
{
    auto made = chart();
    if (!value.empty()) made.lab("K", value, daysAgo(1));
    return run({lowPotassium(more), ruleText("CMB-B", "when: " + clause)}, std::move(made))
        .outcome("CMB-B");
}

TEST(RuleClause, IsTrueWhenThatRuleFires)
{
    EXPECT_EQ(withK("3.0 mmol/L", "{rule: EL-K}"), "fired info");
    EXPECT_EQ(withK("4.5 mmol/L", "{rule: EL-K}"), "not-met rule");
    EXPECT_EQ(withK("", "{rule: EL-K}"), "unknown no-result lab:K");
}

TEST(RuleClause, AsksForALevelOrHigher)
{
    EXPECT_EQ(withK("3.0 mmol/L", "{rule: {id: EL-K, level: critical}}"), "not-met rule");
    EXPECT_EQ(withK("2.0 mmol/L", "{rule: {id: EL-K, level: warning}}"), "fired info");
}

TEST(RuleClause, OfAPartAsksTheEntryAlone)
{
    // 3.7 meets `when` and no band; a suppressed rule still has its exposure.
    EXPECT_EQ(withK("3.7 mmol/L", "{rule: EL-K}"), "not-met rule");
    EXPECT_EQ(withK("3.7 mmol/L", "{rule: {id: EL-K, part: when}}"), "fired info");
    auto const unless = std::string{"unless: {lab: {analyte: K, above: 2.9 mmol/L}}\n"};
    EXPECT_EQ(withK("3.0 mmol/L", "{rule: EL-K}", unless), "not-met rule");
    EXPECT_EQ(withK("3.0 mmol/L", "{rule: {id: EL-K, part: when}}", unless), "fired info");
}

TEST(RuleClause, LooksAtTheRuleBeforeSuppressionByOthers)
{
    auto made = chart();
    made.lab("K", "3.0 mmol/L", daysAgo(1));
    auto const done = run({lowPotassium(),
                           ruleText("EL-Z", "when: {lab: {analyte: K, below: 3.5 mmol/L}}\n"
                                            "indicator: warning\nsuppresses: [EL-K]"),
                           ruleText("CMB-B", "when: {rule: EL-K}")},
                          std::move(made));

    EXPECT_EQ(done.outcome("EL-K"), "suppressed rule");
    EXPECT_EQ(done.outcome("CMB-B"), "fired info");
}

TEST(RuleClause, TakesOverTheFactsOfThatRule)
{
    auto made = chart();
    auto const fact = made.lab("K", "3.0 mmol/L", daysAgo(1)).id;
    auto const done =
        run({lowPotassium(), ruleText("CMB-B", "when: {rule: EL-K}")}, std::move(made));

    EXPECT_THAT(done.of("CMB-B").used, testing::Contains(fact));
}

std::string firedIn(std::string_view k, std::string const& clause)
{
    auto made = chart();
    made.lab("K", k, daysAgo(1));
    return run({lowPotassium("tier: probable\n"), ruleText("CTX-C", "when: " + clause)},
               std::move(made))
        .outcome("CTX-C");
}

TEST(FiredIn, AsksForSomeRuleOfTheGroups)
{
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [EL, MED]}}"), "fired info");
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [MED]}}"), "not-met fired_in");
    EXPECT_EQ(firedIn("4.5 mmol/L", "{fired_in: {groups: [EL]}}"), "not-met fired_in");
}

TEST(FiredIn, AsksForALevelAndATierOrHigher)
{
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [EL], level: warning}}"), "fired info");
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [EL], level: critical}}"),
              "not-met fired_in");
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [EL], tier: probable}}"), "fired info");
    EXPECT_EQ(firedIn("3.0 mmol/L", "{fired_in: {groups: [EL], tier: definite}}"),
              "not-met fired_in");
}

TEST(FiredIn, DoesNotCountTheRuleItself)
{
    auto made = chart();
    made.lab("K", "3.0 mmol/L", daysAgo(1));
    EXPECT_EQ(run({ruleText("CTX-C", "when: {any: [{fired_in: {groups: [CTX]}}, {lab: {analyte: K, "
                                     "above: 9 mmol/L}}]}")},
                  std::move(made))
                  .outcome("CTX-C"),
              "not-met fired_in");
}

/// A loop diuretic with `via` and the rule that asks what was not measured since.
Run viaMissing(ChartBuilder made, std::string const& via = "[K, MG]",
               std::string const& groups = "[MED]", std::string const& labs = {})
{
    return run(
        {ruleText("MED-A", "via: " + via + "\nexposure: d\nwhen: {med: {class: LOOP}, as: d}"),
         ruleText("WU-B", "when: {via_missing: {groups: " + groups + labs + "}, as: v}")},
        std::move(made));
}

std::vector<std::string> missingOf(Run const& done)
{
    std::vector<std::string> keys;
    for (auto const analyte : done.of("WU-B").bound.at(0).analytes)
        keys.push_back(done.rules->terms->analyte(analyte).key);
    return keys;
}

TEST(ViaMissing, BindsTheAnalytesAndDrugsWithoutAResultSince)
{
    auto made = chart();
    made.med("furosemide", daysAgo(20));
    made.lab("K", "4.0 mmol/L", daysAgo(5));
    made.lab("MG", "0.8 mmol/L", daysAgo(21)); // before the drug
    auto const done = viaMissing(std::move(made));

    ASSERT_EQ(done.outcome("WU-B"), "fired info");
    EXPECT_THAT(missingOf(done), testing::ElementsAre("MG"));
    ASSERT_EQ(done.of("WU-B").bound.at(0).meds.size(), 1U);
}

TEST(ViaMissing, IsFalseWhenEverythingWasMeasured)
{
    auto made = chart();
    made.med("furosemide", daysAgo(20));
    made.lab("K", "4.0 mmol/L", daysAgo(20)); // the day it started
    made.lab("MG", "0.8 mmol/L", daysAgo(1));

    EXPECT_EQ(viaMissing(std::move(made)).outcome("WU-B"), "not-met via_missing");
}

TEST(ViaMissing, CalciumIsMetByTheAdjustedOrTheIonisedOne)
{
    auto const with = [](std::string_view analyte) {
        auto made = chart();
        made.med("furosemide", daysAgo(20));
        if (!analyte.empty())
            made.lab(analyte, analyte == "ICA" ? "1.2 mmol/L" : "2.3 mmol/L", daysAgo(1));
        return viaMissing(std::move(made), "[CA]");
    };
    EXPECT_EQ(with("CA").outcome("WU-B"), "not-met via_missing"); // measured: adjusted with a note
    EXPECT_EQ(with("ICA").outcome("WU-B"), "not-met via_missing");
    EXPECT_THAT(missingOf(with("")), testing::ElementsAre("CA_ADJ"));
}

TEST(ViaMissing, LooksOnlyAtFiredRulesOfItsGroupsAndAnalytes)
{
    EXPECT_EQ(viaMissing(chart()).outcome("WU-B"), "not-met via_missing");
    auto other = chart();
    other.med("furosemide", daysAgo(20));
    EXPECT_EQ(viaMissing(std::move(other), "[K]", "[WD]").outcome("WU-B"), "not-met via_missing");
    auto some = chart();
    some.med("furosemide", daysAgo(20));
    EXPECT_THAT(missingOf(viaMissing(std::move(some), "[K, MG, NA]", "[MED]", ", labs: [NA, K]")),
                testing::ElementsAre("K", "NA"));
}

TEST(ViaMissing, IsUnknownWhenTheResultsCouldNotBeRead)
{
    auto made = chart();
    made.med("furosemide", daysAgo(20));
    made.source("labs", SourceStatus::Failed);

    EXPECT_EQ(viaMissing(std::move(made)).outcome("WU-B"), "unknown source-failed source:labs");
}

TEST(NamedCondition, GivesItsFactsToTheRuleThatAsks)
{
    auto made = chart();
    auto const fact = made.problem("DIALYSIS_STATUS", daysAgo(10)).id;
    auto const done = run({ruleText("EL-A", "when: {is: DIALYSIS}")}, std::move(made));

    EXPECT_EQ(done.outcome("EL-A"), "fired info");
    EXPECT_THAT(done.of("EL-A").used, testing::Contains(fact));
}

TEST(NamedCondition, IsNamedByItsOwnConstructWhenItDecides) // decision D57
{
    EXPECT_EQ(run({ruleText("EL-A", "when: {is: DIALYSIS}")}, chart()).outcome("EL-A"),
              "not-met is");
}

} // namespace

} // namespace tcds::rules::test
