#include "server/cases/case_file.hpp"

#include "tests/unit/cases/case_text.hpp"

#include <gmock/gmock.h>

namespace tcds::cases {
namespace {

using test::casesIn;
using test::oneCase;
using testing::HasSubstr;

std::string faultOf(std::string const& lines)
{
    try {
        (void)oneCase(lines);
        return {};
    } catch (std::runtime_error const& error) {
        return error.what();
    }
}

TEST(CaseFile, CaseStartsFromTheFactsOfTheFileWithoutThoseItLeavesOut)
{
    auto const file = casesIn("rule: EL-K-LOW\n"
                              "now: 2026-01-31T08:00:00Z\n"
                              "base:\n"
                              "  - {id: c, complaint: {code: R25.3, onset: -7 d}}\n"
                              "  - {id: m, med: {rxnorm: 4603}}\n"
                              "cases:\n"
                              "  - {name: both, expect: {none: yes}}\n"
                              "  - {name: other, without: [m], given: [{lab: {K: 3.1 mmol/L}}], "
                              "expect: {none: yes}}\n");

    ASSERT_EQ(file.cases.size(), 2U);
    EXPECT_EQ(file.cases[0].facts.size(), 2U);
    ASSERT_EQ(file.cases[1].facts.size(), 2U);
    EXPECT_EQ(file.cases[1].facts[0].id, "c");
    EXPECT_EQ(file.cases[1].facts[1].analyte, "K");
    EXPECT_EQ(file.cases[1].facts[1].text("value"), "3.1 mmol/L");
}

TEST(CaseFile, CaseOverridesHookClockAndPatient)
{
    auto const test = oneCase("hook: order-sign\n"
                              "now: 2026-03-01T00:00:00Z\n"
                              "patient: {sex: male}\n"
                              "expect: {none: yes}")
                          .cases.front();

    EXPECT_EQ(test.hook, Hook::OrderSign);
    EXPECT_EQ(toDay(test.now), "2026-03-01");
    EXPECT_EQ(test.patient.birth, "");
    EXPECT_EQ(test.patient.sex, "male");
}

TEST(CaseFile, FiringIsALevelOrLevelTierAndBand)
{
    auto const expect = oneCase("expect: {fired: {A-1: warning, B-2: {level: info, tier: probable, "
                                "band: mild}}}")
                            .cases.front()
                            .expect;

    ASSERT_EQ(expect.fired.size(), 2U);
    EXPECT_EQ(expect.fired[0].level, rules::Level::Warning);
    EXPECT_EQ(expect.fired[0].tier, std::nullopt);
    EXPECT_EQ(expect.fired[1].tier, rules::Tier::Probable);
    EXPECT_EQ(expect.fired[1].band, "mild");
}

struct Fault {
    std::string name, lines, message;
};

class CaseFileFault : public testing::TestWithParam<Fault>
{
};

TEST_P(CaseFileFault, IsReportedWithPlaceAndRemedy)
{
    EXPECT_THAT(faultOf(GetParam().lines), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    CaseFile, CaseFileFault,
    testing::Values(
        Fault{"Key", "given: [{med: {rxnorm: 4603, autored: -3 d}}]\nexpect: {none: yes}",
              "tests/core/EL-T.yaml:6:34: error L01: unknown key \"autored\" in med fact. Fix: did "
              "you mean \"authored\"?"},
        Fault{"Kind", "given: [{id: x}]\nexpect: {none: yes}", "a fact has exactly one kind"},
        Fault{"TwoResults", "given: [{lab: {K: 3 mmol/L, NA: 120 mmol/L}}]\nexpect: {none: yes}",
              "a lab fact holds one result"},
        Fault{"NoResult", "given: [{lab: {at: -1 d}}]\nexpect: {none: yes}",
              "a lab fact names no analyte"},
        Fault{"Without", "without: [c]\nexpect: {none: yes}", "unknown fact \"c\""},
        Fault{"PrefetchKey", "failed: [lab]\nexpect: {none: yes}", "did you mean \"labs\"?"},
        Fault{"Hook", "hook: order-sing\nexpect: {none: yes}", "did you mean \"order-sign\"?"},
        Fault{"Level", "expect: {fired: {A-1: warnin}}", "did you mean \"warning\"?"},
        Fault{"Nothing", "expect: {}", "a case that expects nothing proves nothing"}),
    [](auto const& row) { return row.param.name; });

TEST(CaseFile, TwoCasesOfOneNameAreAFault)
{
    EXPECT_THROW((void)casesIn("rule: A-1\nnow: 2026-01-31T08:00:00Z\ncases:\n"
                               "  - {name: x, expect: {none: yes}}\n"
                               "  - {name: x, expect: {none: yes}}\n"),
                 std::runtime_error);
}

} // namespace
} // namespace tcds::cases
