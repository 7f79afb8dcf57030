#include "server/cases/mutation.hpp"

#include "tests/support/rule_texts.hpp"
#include "tests/unit/cases/case_text.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace tcds::cases {
namespace {

using test::casesIn;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

rules::RuleSet const& someRules()
{
    static auto const kRules = test::rulesOf({
        test::ruleText("EL-T", "cluster: K\n"
                               "tier: probable\n"
                               "when: {lab: {analyte: K, below: 3.5 mmol/L, within: 30 d}}\n"),
    });
    return *kRules;
}

CaseFile caseFile(std::string const& cases)
{
    return casesIn("rule: EL-T\n"
                   "now: 2026-01-31T08:00:00Z\n"
                   "patient: {birth: 1950-04-01, sex: female}\n"
                   "base: [{complaint: {code: R25.3, onset: -7 d}}]\n"
                   "cases:\n"
                   "  - {name: low, given: [{lab: {K: 2.0 mmol/L, at: -2 d}}], expect: {fired: "
                   "{EL-T: info}}}\n"
                   "  - {name: normal, given: [{lab: {K: 4.5 mmol/L, at: -2 d}}], expect: "
                   "{not_met: [EL-T]}}\n" +
                   cases);
}

std::vector<std::string> survivorsOf(CaseFile const& file,
                                     std::vector<Explained> const& explained = {})
{
    std::vector<std::string> texts;
    for (auto const& survivor : mutateAll(someRules(), std::span{&file, 1}, explained).survivors)
        if (survivor.reason.empty()) texts.push_back(survivor.mutant.text);
    return texts;
}

constexpr auto kAtTheLimits =
    "  - {name: at the limit, given: [{lab: {K: 3.5 mmol/L, at: -2 d}}], expect: {not_met: "
    "[EL-T]}}\n"
    "  - {name: just below, given: [{lab: {K: 3.4 mmol/L, at: -2 d}}], expect: {fired: {EL-T: "
    "info}}}\n"
    "  - {name: as old as it may be, given: [{lab: {K: 2.0 mmol/L, at: -30 d}}], expect: {fired: "
    "{EL-T: info}}}\n"
    "  - {name: too old, given: [{lab: {K: 2.0 mmol/L, at: -31 d}}], expect: {unknown: {EL-T: "
    "stale}}}\n";

TEST(Mutation, CasesFarFromALimitLetItsChangesLive)
{
    auto const survivors = survivorsOf(caseFile(""));

    EXPECT_THAT(survivors, Contains(HasSubstr("below -> at_most")));
    EXPECT_THAT(survivors, Contains(HasSubstr("3.5 -> 3.6 mmol/L")));
    EXPECT_THAT(survivors, Contains(HasSubstr("within 30 d -> 31 d")));
}

TEST(Mutation, CasesAtALimitKillItsChanges)
{
    auto const survivors = survivorsOf(caseFile(kAtTheLimits));

    EXPECT_THAT(survivors, Not(Contains(HasSubstr("at_most"))));
    EXPECT_THAT(survivors, Not(Contains(HasSubstr("3.5 -> "))));
    EXPECT_THAT(survivors, Not(Contains(HasSubstr("within 30 d -> "))));
}

TEST(Mutation, ExplainedSurvivorIsCountedApart)
{
    auto const file = caseFile(kAtTheLimits);
    auto const survivors = survivorsOf(file);
    ASSERT_FALSE(survivors.empty()); // no case asks for the tier
    std::vector<Explained> const explained{{"EL-T", survivors.front(), "no matter", "x:1:1"},
                                           {"EL-T", "no such change", "no matter", "x:2:1"}};

    auto const report = mutateAll(someRules(), std::span{&file, 1}, explained);

    EXPECT_EQ(report.unexplained(), survivors.size() - 1);
    ASSERT_EQ(report.outdated.size(), 1U);
    EXPECT_EQ(report.outdated.front().where, "x:2:1");
    EXPECT_EQ(report.mutants, report.killed + report.survivors.size());
}

TEST(Mutant, EveryChangeOfAShippedRuleIsMadeOnceAndHasAText)
{
    auto const rules = test::shippedRules();
    for (auto const& rule : rules->rules) {
        SCOPED_TRACE(rule.id);
        std::size_t number = 0;
        for (;; ++number) {
            auto copy = rule;
            auto const mutant = mutate(copy, *rules, number);
            if (!mutant) break;
            EXPECT_NE(mutant->text, "");
            EXPECT_THAT(mutant->where, HasSubstr(rule.id));
            ASSERT_LT(number, 10'000U);
        }
        EXPECT_GT(number, 4U); // gates, age, levels
    }
}

} // namespace
} // namespace tcds::cases
