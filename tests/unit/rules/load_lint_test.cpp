#include "rules/load/lint.hpp"

#include "load_stage.hpp"

#include <gmock/gmock.h>

// Each finding of lint with a rule that earns it and one that differs just enough not to. Line
// numbers: when 10, indicator 11, card 12; added keys 13 and on.

namespace tcds::rules::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char const* kNoIndicator = "indicator:"; // its line goes: keys behind move up by one

struct Finding {
    char const* name;
    std::string code;
    std::vector<std::string> bad;
    std::string message; // part of the finding about `bad`
    std::vector<std::string> good;
};

void PrintTo(Finding const& finding, std::ostream* out) { *out << finding.name; }

class Lint : public testing::TestWithParam<Finding>
{
};

TEST_P(Lint, FindsTheBadRule)
{
    auto const linted = lintFiles({{kRulePath, ruleText(GetParam().bad)}}, "2026-11-22");

    ASSERT_NE(linted.set, nullptr) << testing::PrintToString(linted.messages());
    EXPECT_THAT(linted.messages(), Contains(HasSubstr(GetParam().message)));
    EXPECT_THAT(linted.codes(), Contains(GetParam().code));
}

TEST_P(Lint, LeavesTheGoodRuleAlone)
{
    auto const linted = lintFiles({{kRulePath, ruleText(GetParam().good)}}, "2026-11-22");

    ASSERT_NE(linted.set, nullptr) << testing::PrintToString(linted.messages());
    EXPECT_THAT(linted.codes(), Not(Contains(GetParam().code)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Lint,
    testing::Values(
        Finding{
            "BandHiddenByAWiderOne",
            "L07",
            {kNoIndicator, "bands: [{id: any, indicator: info, when: {lab: {analyte: K, below: 3.0 "
                           "mmol/L}}}, {id: "
                           "low, indicator: info, when: {lab: {analyte: K, below: 2.5 mmol/L}}}]"},
            ":12:83: error L07: band \"low\" can never be reached: band \"any\" is true whenever "
            "it "
            "is. Fix: put the narrower band first.",
            {kNoIndicator,
             "bands: [{id: low, indicator: warning, when: {lab: {analyte: K, below: 2.5 mmol/L}}}, "
             "{id: any, indicator: info, when: {lab: {analyte: K, below: 3.0 mmol/L}}}]"}},
        Finding{
            "BandBehindOneThatIsAlwaysTrue",
            "L07",
            {kNoIndicator,
             "bands: [{id: all, indicator: info}, {id: low, indicator: info, when: {med: {class: "
             "LOOP}}}]"},
            "band \"low\" can never be reached: band \"all\"",
            {kNoIndicator,
             "bands: [{id: low, indicator: info, when: {med: {class: LOOP}}}, {id: all, indicator: "
             "info}]"}},
        Finding{
            "BandHiddenWithMoreConditions",
            "L07",
            {kNoIndicator,
             "bands: [{id: a, indicator: info, when: {any: [{med: {class: LOOP}}, {med: {class: "
             "THIAZIDE}}]}}, {id: b, indicator: info, when: {all: [{med: {class: LOOP}}, {age: "
             "{below: 1 a}}]}}]"},
            "band \"b\" can never be reached: band \"a\"",
            {kNoIndicator,
             "bands: [{id: a, indicator: info, when: {all: [{med: {class: LOOP}}, {med: {class: "
             "THIAZIDE}}]}}, {id: b, indicator: info, when: {all: [{med: {class: LOOP}}, {age: "
             "{below: 1 a}}]}}]"}},
        Finding{
            "BandWithALongerWindowIsNotHidden",
            "L07",
            {kNoIndicator,
             "bands: [{id: a, indicator: info, when: {lab: {analyte: K, below: 3.0 mmol/L, within: "
             "30 "
             "d}}}, {id: b, indicator: info, when: {lab: {analyte: K, below: 2.5 mmol/L, within: 7 "
             "d}}}]"},
            "band \"b\" can never be reached",
            {kNoIndicator, "bands: [{id: a, indicator: info, when: {lab: {analyte: K, below: 3.0 "
                           "mmol/L, within: 7 "
                           "d}}}, {id: b, indicator: info, when: {lab: {analyte: K, below: 2.5 "
                           "mmol/L, within: 30 "
                           "d}}}]"}},
        Finding{
            "BandAgainstWhen",
            "L08",
            {"when: {lab: {analyte: K, below: 3.5 mmol/L}, as: k}", kNoIndicator,
             "bands: [{id: high, indicator: info, when: {lab: {analyte: K, above: 5.0 mmol/L}}}]"},
            "band \"high\" can never be true together with when: K cannot be both",
            {"when: {lab: {analyte: K, below: 3.5 mmol/L}, as: k}", kNoIndicator,
             "bands: [{id: high, indicator: info, when: {lab: {analyte: CA, above: 5.0 "
             "mmol/L}}}]"}},
        Finding{"ClausesThatContradictEachOther",
                "L08",
                {"unless: {all: [{lab: {analyte: K, below: 3.0 mmol/L}}, {all: [{lab: {analyte: K, "
                 "at_least: 3.0 mmol/L}}]}]}"},
                ":13:9: error L08: these clauses can never be true together: K cannot be both",
                {"unless: {all: [{lab: {analyte: K, below: 3.0 mmol/L}}, {lab: {analyte: K, "
                 "at_least: 2.9 "
                 "mmol/L}}]}"}},
        Finding{"ClauseWithoutAnyValue",
                "L08",
                {"unless: {lab: {analyte: K, below: 3.0 mmol/L, above: 3.0 mmol/L}}"},
                "no value of K can make this clause true",
                {"unless: {lab: {analyte: K, at_most: 3.0 mmol/L, at_least: 3.0 mmol/L}}"}},
        Finding{"ClauseThatEveryValueMeets",
                "L08",
                {"unless: {lab: {analyte: K, at_most: 20 mmol/L}}"},
                "every value of K makes this clause true",
                {"unless: {lab: {analyte: K, below: 20 mmol/L}}"}},
        Finding{
            "ChoiceThatEveryResultMeets",
            "L08",
            {"unless: {any: [{lab: {analyte: K, below: 3.5 mmol/L}}, {lab: {analyte: K, at_least: "
             "3.5 "
             "mmol/L}}]}"},
            "every result makes one of these clauses true",
            {"unless: {any: [{lab: {analyte: K, below: 3.5 mmol/L}}, {lab: {analyte: K, above: 3.5 "
             "mmol/L}}]}"}},
        Finding{
            "ClauseBesideItsNegation",
            "L08",
            {"unless: {any: [{med: {class: LOOP}}, {not: {med: {class: LOOP}}}]}"},
            "a clause or its own negation is always true",
            {"unless: {any: [{med: {class: LOOP}}, {not: {med: {class: LOOP, route: oral}}}]}"}},
        Finding{"ClauseAndItsNegation",
                "L08",
                {"unless: {all: [{med: {class: LOOP}}, {not: {med: {class: LOOP}}}]}"},
                "a clause and its own negation can never be true together",
                {"unless: {all: [{med: {class: LOOP}}, {not: {med: {class: THIAZIDE}}}]}"}},
        Finding{"AgeThatNobodyHas",
                "L08",
                {"unless: {age: {at_least: 65 a, below: 18 a}}"},
                "no age makes this clause true",
                {"unless: {age: {at_least: 18 a, below: 65 a}}"}},
        Finding{
            "ApprovalInAPackThatHasNone",
            "L12",
            {"meta: {mechanism: m, approved: {by: A board, date: 2026-01-15}, evidence: [{id: E1, "
             "citation: c, grade: label, status: seen}]}"},
            "a rule of a pack with approval: none claims an approval",
            {}},
        Finding{
            "GapBetweenBands",
            "L31",
            {kNoIndicator,
             "bands: [{id: low, indicator: warning, when: {lab: {analyte: K, below: 2.5 mmol/L}}}, "
             "{id: mild, indicator: info, when: {lab: {analyte: K, between: [3.0 mmol/L, 3.5 "
             "mmol/L]}}}]"},
            "no band for K between 2.5 and 3.0",
            {kNoIndicator,
             "bands: [{id: low, indicator: warning, when: {lab: {analyte: K, below: 2.5 mmol/L}}}, "
             "{id: mild, indicator: info, when: {lab: {analyte: K, between: [2.5 mmol/L, 3.5 "
             "mmol/L]}}}]"}},
        Finding{"NotOverAResultThatMayBeMissing",
                "L33",
                {"when: {all: [{lab: {analyte: K, below_reference: true}, as: k}, {not: {lab: "
                 "{analyte: "
                 "CA, below: 2.0 mmol/L}}}]}"},
                "without a result this \"not\" is unknown and the rule stays silent",
                {"when: {all: [{lab: {analyte: K, below_reference: true}, as: k}, {not: {lab: "
                 "{analyte: "
                 "K, below: 2.0 mmol/L}}}]}"}},
        Finding{"NoEvidence", "L35", {"meta: {mechanism: m}"}, "no evidence is cited", {}},
        Finding{"EvidenceWithoutGrade",
                "L35",
                {"meta: {mechanism: m, evidence: [{id: E1, citation: c, status: seen}]}"},
                "evidence E1 has no grade",
                {}},
        Finding{"EvidenceFromMemory",
                "L35",
                {"meta: {mechanism: m, evidence: [{id: E1, citation: c, grade: label, status: "
                 "recalled}]}"},
                "all evidence is recalled",
                {"meta: {mechanism: m, evidence: [{id: E1, citation: c, grade: label, status: "
                 "recalled}, "
                 "{id: E2, citation: c, grade: label, status: seen}]}"}},
        Finding{"ReviewThatIsDue",
                "L36",
                {"meta: {mechanism: m, next_review: 2026-11-21}"},
                "the review was due on 2026-11-21",
                {"meta: {mechanism: m, next_review: 2026-11-22}"}},
        Finding{
            "MilderBandFirst",
            "L39",
            {kNoIndicator,
             "bands: [{id: a, indicator: info, when: {med: {class: LOOP}}}, {id: b, indicator: "
             "warning}]"},
            "band \"b\" is more severe than band \"a\" before it",
            {kNoIndicator,
             "bands: [{id: a, indicator: warning, when: {med: {class: LOOP}}}, {id: b, indicator: "
             "info}]"}},
        Finding{"DirectiveWord",
                "L40",
                {"card: {summary: \"Low K\", findings: \"x\", options: \"Stop the diuretic.\"}"},
                ":12:50: warning L40: \"stop\" directs instead of informing",
                {"card: {summary: \"Low K\", findings: \"x\", options: \"The diuretic was "
                 "stopped.\"}"}}),
    [](auto const& row) { return row.param.name; });

TEST(LintOfThePack, AsksForApprovalWhereThePackPromisesIt)
{
    auto const pack = std::string{"id: core\ntitle: Core\nversion: 1.0\napproval: required\n"
                                  "meta: {author: A, reviewers: [A]}\n"};
    auto const approved =
        ruleText({"meta: {mechanism: m, reviewers: [B], approved: {by: A board, date: 2026-01-15}, "
                  "effective: "
                  "{from: 2026-02-01}, next_review: 2027-01-15, evidence: [{id: E1, citation: c, "
                  "grade: label, status: seen}]}"});
    auto const early =
        ruleText({"meta: {mechanism: m, reviewers: [B], approved: {by: A board, date: 2026-03-15}, "
                  "effective: "
                  "{from: 2026-02-01}, next_review: 2027-01-15, evidence: [{id: E1, citation: c, "
                  "grade: label, status: seen}]}"});

    EXPECT_THAT(
        lintFiles({{"packs/core/pack.yaml", pack}}).messages(),
        ElementsAre(HasSubstr("error L12: an active rule of a pack with approval: required has no "
                              "day of review"),
                    HasSubstr("error L12: an active rule of a pack with approval: required is "
                              "not approved"),
                    HasSubstr("error L12: no reviewer other than the author")));
    EXPECT_THAT(lintFiles({{"packs/core/pack.yaml", pack}, {kRulePath, approved}}).messages(),
                IsEmpty());
    EXPECT_THAT(
        lintFiles({{"packs/core/pack.yaml", pack}, {kRulePath, early}}).messages(),
        ElementsAre(HasSubstr("error L12: an active rule takes effect on 2026-02-01, before its "
                              "approval on 2026-03-15")));
}

TEST(LintOfTests, AsksForACaseThatFiresAndOneThatDoesNot)
{
    auto const path = std::string{"tests/core/EL-K-LOW.yaml"};
    auto const with = [&](std::string const& cases) {
        return lintFiles({{path, "rule: EL-K-LOW\ncases: [" + cases + "]\n"}}, "", true).messages();
    };
    auto const fires = std::string{"{name: low, expect: {fired: {EL-K-LOW: info}}}"};
    auto const silent = std::string{"{name: normal, expect: {not_met: [EL-K-LOW]}}"};
    auto const unknown = std::string{"{name: none, expect: {unknown: {EL-K-LOW: no-result}}}"};

    EXPECT_THAT(lintFiles({}, "", true).messages(),
                ElementsAre("packs/core/EL-K-LOW.yaml: error L13: the rule has no test. Fix: add "
                            "tests/core/EL-K-LOW.yaml."));
    EXPECT_THAT(with(fires), ElementsAre(HasSubstr("no case in which EL-K-LOW does not fire")));
    EXPECT_THAT(with(silent), ElementsAre(HasSubstr("no case in which EL-K-LOW fires")));
    EXPECT_THAT(with(fires + ", " + silent), IsEmpty());
    EXPECT_THAT(with(fires + ", " + unknown), IsEmpty());
}

TEST(LintOfVersions, AsksForANewVersionOfAChangedRule)
{
    Problems problems;
    auto const before = stageContent({}, problems);
    auto const same = stageContent({}, problems);
    auto const changed =
        stageContent({{kRulePath, ruleText({"title: Lower potassium"})}}, problems);
    auto const raised = stageContent(
        {{kRulePath, ruleText({"title: Lower potassium", "version: 1.0.1"})}}, problems);

    lintVersions(same, before, problems);
    lintVersions(raised, before, problems);
    EXPECT_TRUE(problems.empty());
    lintVersions(changed, before, problems);

    ASSERT_EQ(problems.sorted().size(), 1U);
    EXPECT_EQ(problems.sorted().front().code, "L14");
    EXPECT_EQ(problems.sorted().front().where, "packs/core/EL-K-LOW.yaml:2:10");
}

TEST(LintOfReassurance, SeesThroughNamedConditions)
{
    auto const linted = lintFiles(
        {{"ruleset.yaml", ruleSetText({"conditions: {under-1: {age: {below: 1 a}}, female: {sex: "
                                       "female}, FINE: {any: [{normal: {labs: [K]}}]}}"})},
         {kRulePath, ruleText({"unless: {not: {is: FINE}}"})}});

    EXPECT_THAT(
        linted.messages(),
        ElementsAre(HasSubstr("EL-K-LOW.yaml:13:9: error L16: \"not\" over a named condition")));
}

TEST(RetiredNumbers, AreNamedWithTheirSuccessorWhereAClassHasThem)
{
    Problems problems;
    auto const content = stageContent({}, problems);

    lintRetired(content, "rxcui\tname\tsuccessors\n4603\tfurosemide\t99\n1\tother\t\n", problems);

    auto const found = problems.sorted();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].code, "L34");
    EXPECT_EQ(found[0].what, "RxNorm number 4603 of \"furosemide\" is retired");
    EXPECT_EQ(found[0].fix, "RxNorm names 99 in its place");
}

} // namespace
} // namespace tcds::rules::test
