#include "server/cases/coverage.hpp"

#include "tests/support/rule_texts.hpp"
#include "tests/unit/cases/case_text.hpp"

#include <gmock/gmock.h>

#include <span>

namespace tcds::cases {
namespace {

using test::casesIn;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

rules::RuleSet const& someRules()
{
    static auto const kRules = test::rulesOf({
        test::ruleText(
            "EL-T", "cluster: K\n"
                    "when: {lab: {analyte: K, below: 3.5 mmol/L, within: 30 d}, as: k}\n"
                    "bands:\n"
                    "  - {id: digoxin, indicator: warning, when: {med: {class: DIGOXIN}}}\n"
                    "  - {id: alone, indicator: info}\n"
                    "show: {mg: {lab: MG}}\n"
                    "card: {summary: Test, findings: 'Potassium {k.value}, magnesium {mg.value}', "
                    "options: Test}\n"),
        test::ruleText("MED-T", "status: shadow\n"
                                "exposure: d\n"
                                "when: {med: {class: LITHIUM}, as: d}\n"),
    });
    return *kRules;
}

CaseFile caseFile(std::string const& cases)
{
    return casesIn("rule: EL-T\n"
                   "now: 2026-01-31T08:00:00Z\n"
                   "patient: {birth: 1950-04-01, sex: female}\n"
                   "base: [{complaint: {code: R25.3, onset: -7 d}}]\n"
                   "cases:\n" +
                   cases);
}

/// A case with these facts; cases are told apart by them.
std::string caseOf(std::string const& facts)
{
    return "  - {name: '" + facts + "', given: [" + facts + "], expect: {cards: 1}}\n";
}

std::vector<std::string> lackingWith(std::string const& cases,
                                     std::vector<Explained> const& explained = {})
{
    auto const file = caseFile(cases);
    std::vector<std::string> lacking;
    for (auto const& want : coverageOf(someRules(), std::span{&file, 1}, explained).wants)
        if (!want.seen && want.reason.empty()) lacking.push_back(want.subject + ": " + want.what);
    return lacking;
}

constexpr auto kFar = "{lab: {K: 2.0 mmol/L, at: -2 d}}";

TEST(Coverage, NamesTheSidesOfALimitThatNoResultStandsAt)
{
    auto const lacking = lackingWith(caseOf(kFar));

    EXPECT_THAT(lacking, Contains(HasSubstr("3.5 mmol/L: no result at it")));
    EXPECT_THAT(lacking, Contains(HasSubstr("3.5 mmol/L: no result just below")));
    EXPECT_THAT(lacking, Contains(HasSubstr("3.5 mmol/L: no result just above")));
}

TEST(Coverage, ResultsOneStepAwayShowTheSidesOfALimit)
{
    auto const lacking = lackingWith(caseOf("{lab: {K: 3.4 mmol/L, at: -2 d}}") +
                                     caseOf("{lab: {K: 3.50 mmol/L, at: -2 d}}") +
                                     caseOf("{lab: {K: 3.6 mmol/L, at: -2 d}}"));

    EXPECT_THAT(lacking, Not(Contains(HasSubstr("3.5 mmol/L: no result"))));
}

TEST(Coverage, AResultTwoStepsAwayDoesNot)
{
    auto const lacking = lackingWith(caseOf("{lab: {K: 3.3 mmol/L, at: -2 d}}") +
                                     caseOf("{lab: {K: 3.7 mmol/L, at: -2 d}}"));

    EXPECT_THAT(lacking, Contains(HasSubstr("3.5 mmol/L: no result just below")));
    EXPECT_THAT(lacking, Contains(HasSubstr("3.5 mmol/L: no result just above")));
}

TEST(Coverage, AWindowIsShownByDatesInsideOnAndOutside)
{
    EXPECT_THAT(lackingWith(caseOf(kFar)),
                AllOf(Contains(HasSubstr("within 30 d: no date inside")),
                      Contains(HasSubstr("within 30 d: no date on the day")),
                      Contains(HasSubstr("within 30 d: no date outside"))));
    EXPECT_THAT(lackingWith(caseOf("{lab: {K: 2.0 mmol/L, at: -29 d}}") +
                            caseOf("{lab: {K: 2.0 mmol/L, at: -30 d}}") +
                            caseOf("{lab: {K: 2.0 mmol/L, at: -31 d}}")),
                Not(Contains(HasSubstr("within 30 d"))));
}

TEST(Coverage, AClauseMustBeTrueFalseAndUnknown)
{
    auto const clause = "EL-T: when: latest Potassium below 3.5 mmol/L in the last 30 days: ";

    EXPECT_THAT(lackingWith(caseOf(kFar)),
                AllOf(Contains(clause + std::string{"never false"}),
                      Contains(clause + std::string{"never unknown"}),
                      Not(Contains(clause + std::string{"never true"}))));
    EXPECT_THAT(lackingWith(caseOf(kFar) + caseOf("{lab: {K: 4.0 mmol/L, at: -2 d}}") +
                            caseOf("{lab: {MG: 0.9 mmol/L, at: -2 d}}")),
                Not(Contains(HasSubstr(clause + std::string{"never"}))));
}

TEST(Coverage, ABandMustBeChosenAndAClassFoundInEachWay)
{
    EXPECT_THAT(lackingWith(caseOf(kFar)),
                AllOf(Contains("EL-T: band digoxin: never chosen"),
                      Contains("valuesets DIGOXIN: no case by name"),
                      Contains("valuesets DIGOXIN: no case by ATC code"),
                      Contains("valuesets DIGOXIN: no case by ingredient code"),
                      Contains("valuesets DIGOXIN: no case by product code")));

    auto const named = lackingWith(
        caseOf(std::string{kFar} + ", {med: {name: Digoxin 125 mcg tablet, authored: -20 d}}"));
    EXPECT_THAT(named, Not(Contains("EL-T: band digoxin: never chosen")));
    EXPECT_THAT(named, Not(Contains("valuesets DIGOXIN: no case by name")));
    EXPECT_THAT(named, Contains("valuesets DIGOXIN: no case by ATC code"));
}

TEST(Coverage, AFieldMustBeFilledAndWhereItCanBeEmpty)
{
    EXPECT_THAT(lackingWith(caseOf(kFar)),
                AllOf(Contains("EL-T: findings: {mg.value}: never filled"),
                      Not(Contains(HasSubstr("{mg.value}: never empty"))),
                      Not(Contains(HasSubstr("{k.value}"))))); // the rule fires for it
}

TEST(Coverage, ARuleThatIsNotActiveNeedsNoCases)
{
    EXPECT_THAT(lackingWith(caseOf(kFar)), Not(Contains(HasSubstr("MED-T"))));
    EXPECT_THAT(lackingWith(caseOf(kFar)), Not(Contains(HasSubstr("LITHIUM"))));
}

TEST(Coverage, WhatIsExplainedIsNotLackingAndAStaleExplanationIsReported)
{
    auto const file = caseFile(caseOf(kFar));
    std::vector<Explained> const explained{
        {"EL-T", "findings: {mg.value}: never filled", "why not", "u:1:1"},
        {"EL-T", "findings: {k.value}: never filled", "why not", "u:2:1"}};

    auto const report = coverageOf(someRules(), std::span{&file, 1}, explained);

    EXPECT_EQ(report.explained(), 1U);
    ASSERT_EQ(report.outdated.size(), 1U);
    EXPECT_EQ(report.outdated.front().where, "u:2:1");
    EXPECT_THAT(lackingWith(caseOf(kFar), explained), Not(Contains(HasSubstr("{mg.value}"))));
}

TEST(Coverage, PercentIsRoundedDown)
{
    CoverageReport report;
    report.wants.resize(200);
    for (auto& want : report.wants) want.seen = true;
    EXPECT_EQ(report.percent(), 100);
    report.wants.front().seen = false;
    EXPECT_EQ(report.percent(), 99);
}

} // namespace
} // namespace tcds::cases
