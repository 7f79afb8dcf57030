#include "server/cases/check.hpp"

#include "server/cases/run.hpp"
#include "tests/support/rule_texts.hpp"
#include "tests/unit/cases/case_text.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace tcds::cases {
namespace {

using test::oneCase;

/// Potassium below 3.5 mmol/L fires: critical below 2.5, else a warning; never with calcium normal.
/// A second rule wants a loop diuretic.
rules::RuleSet const& someRules()
{
    static auto const kRules = test::rulesOf({
        test::ruleText("EL-T", "cluster: K\n"
                               "tier: probable\n"
                               "when: {lab: {analyte: K, below: 3.5 mmol/L}, as: k}\n"
                               "unless: {normal: {labs: [CA_ADJ]}}\n"
                               "bands:\n"
                               "  - {id: severe, indicator: critical, when: {lab: {analyte: K, "
                               "below: 2.5 mmol/L}}}\n"
                               "  - {id: mild, indicator: warning}\n"
                               "card: {summary: \"Low potassium {k.value}\", findings: "
                               "\"Potassium {k.value} on {k.date}.\", options: Check.}\n"),
        test::ruleText("MED-T", "when: {med: {class: LOOP}, as: d}\nexposure: d\n"),
    });
    return *kRules;
}

CaseResult resultOf(std::string const& facts, std::string const& expect)
{
    auto const file = oneCase("given: [{complaint: {code: R25.3, onset: -7 d}}" + facts +
                              "]\nexpect: {" + expect + "}");
    return run(std::span{&file, 1}, someRules()).results.front();
}

constexpr auto kLow = ", {lab: {K: 3.1 mmol/L, at: -2 d}}";
constexpr auto kLowWithNormalCalcium =
    ", {lab: {K: 3.1 mmol/L, at: -2 d}}, {lab: {CA_ADJ: 2.30 mmol/L, at: -2 d}}";
constexpr auto kNormal = ", {lab: {K: 4.1 mmol/L, at: -2 d}}";
constexpr auto kNone = "";

struct Row {
    std::string name, facts, holds, fails, subject;
};

class Check : public testing::TestWithParam<Row>
{
};

TEST_P(Check, PassesWhatHolds)
{
    auto const result = resultOf(GetParam().facts, GetParam().holds);

    EXPECT_TRUE(result.passed()) << testing::PrintToString(result.clauses) << result.fault;
}

TEST_P(Check, NamesWhatDoesNot)
{
    auto const result = resultOf(GetParam().facts, GetParam().fails);

    EXPECT_EQ(result.fault, "");
    ASSERT_EQ(result.mismatches.size(), 1U);
    EXPECT_EQ(result.mismatches.front().what, GetParam().subject);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Check,
    testing::Values(
        Row{"Level", kLow, "fired: {EL-T: warning}", "fired: {EL-T: critical}", "EL-T"},
        Row{"Tier", kLow, "fired: {EL-T: {tier: probable}}", "fired: {EL-T: {tier: definite}}",
            "EL-T"},
        Row{"Band", kLow, "fired: {EL-T: {band: mild}}", "fired: {EL-T: {band: severe}}", "EL-T"},
        Row{"Fired", kLow, "fired: {EL-T: warning}", "fired: {MED-T: info}", "MED-T"},
        Row{"NotMet", kNormal, "not_met: [EL-T, MED-T]", "fired: {EL-T: warning}", "EL-T"},
        Row{"NotMetIsNotFired", kLow, "not_met: [MED-T]", "not_met: [EL-T]", "EL-T"},
        Row{"NotMetIsNotUnknown", kNone, "unknown: {EL-T: no-result}", "not_met: [EL-T]", "EL-T"},
        Row{"FiredIsNotSilenced", kLow, "fired: {EL-T: warning}", "silenced: {EL-T: warning}", "EL-T"},
        Row{"Reason", kNone, "unknown: {EL-T: no-result}", "unknown: {EL-T: stale}", "EL-T"},
        Row{"Why", kLowWithNormalCalcium, "suppressed: {EL-T: normal}", "suppressed: {EL-T: lab}",
            "EL-T"},
        Row{"Only", kLow, "fired: {EL-T: warning}, only: yes", "only: yes", "EL-T"},
        Row{"Cards", kLow, "cards: 1", "cards: 2", "cards"},
        Row{"None", kNormal, "none: yes", "cards: 1", "cards"},
        Row{"NoneWithACard", kLow, "cards: 1", "none: yes", "cards"},
        Row{"Summary", kLow, "summary_contains: Low potassium 3.1 mmol/L",
            "summary_contains: High potassium", "summary"},
        Row{"Detail", kLow, "detail_contains: \"on 2026-01-29.\"", "detail_contains: 2026-01-28",
            "detail"},
        Row{"Missing", kNone, "missing: \"lab:K\"", "missing: \"lab:NA\"", "missing"},
        Row{"UnknownRule", kLow, "fired: {EL-T: warning}", "not_met: [EL-X]", "EL-X"}),
    [](auto const& row) { return row.param.name; });

TEST(Report, ShowsExpectedGotAndTheDecidingClause)
{
    auto const file = oneCase("given: [{complaint: {code: R25.3, onset: -7 d}}, "
                              "{lab: {K: 4.1 mmol/L, at: -2 d}}]\n"
                              "expect: {fired: {EL-T: warning}}");
    std::ostringstream out;

    print(run(std::span{&file, 1}, someRules()), out);

    EXPECT_THAT(out.str(), testing::HasSubstr("tests/core/EL-T.yaml:5:5: EL-T, the case"));
    EXPECT_THAT(out.str(), testing::HasSubstr("EL-T: expected fired warning, got not-met"));
    EXPECT_THAT(out.str(), testing::HasSubstr("packs/core/EL-T.yaml:"));
    EXPECT_THAT(out.str(), testing::HasSubstr("1 cases in 1 files: 0 passed, 1 failed"));
}

TEST(Report, JunitCountsFailuresAndEscapesTexts)
{
    auto const file = oneCase("given: [{complaint: {code: R25.3, onset: -7 d}}]\n"
                              "expect: {summary_contains: \"<a> & b\"}");
    std::ostringstream out;

    writeJunit(run(std::span{&file, 1}, someRules()), out);

    EXPECT_THAT(out.str(), testing::HasSubstr("<testsuites tests=\"1\" failures=\"1\">"));
    EXPECT_THAT(out.str(), testing::HasSubstr("&lt;a&gt; &amp; b"));
}

} // namespace
} // namespace tcds::cases
