#include "server/cli/fact_text.hpp"

#include "server/cli/card_text.hpp"
#include "tests/support/chart_builder.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>

namespace tcds::cli {
namespace {

using test::ChartBuilder;
using test::daysAgo;
using testing::HasSubstr;
using testing::Not;

struct Explained {
    std::string tree, facts;
};

/// The tree and the facts of one rule for a chart that `fill` makes.
template <class Fill>
Explained explained(std::string const& body, Fill&& fill)
{
    auto const rules = test::rulesOf({test::ruleText("EL-T", body)});
    ChartBuilder chart{*rules->terms};
    chart.complaint("TWITCH", daysAgo(3));
    fill(chart);
    auto const context = chart.build();
    auto const evaluation = rules::evaluate(context, *rules, {.trace = true, .everyRule = true});
    auto const rule = rules->find("EL-T")->index;
    return {traceAsText(*evaluation, rule, false), factsAsText(*evaluation, rule)};
}

TEST(FactText, AResultIsShownAsSentAndConverted)
{
    auto const text = explained("when: {lab: {analyte: K, below: 3.5 mmol/L}}\n",
                                [](auto& chart) { chart.lab("K", "2.9 meq/L", daysAgo(2)); });

    EXPECT_THAT(text.facts, HasSubstr("Data used:\n"));
    EXPECT_THAT(text.facts,
                HasSubstr("Potassium 2.9 meq/L = 2.9 mmol/L; code 2823-3; taken " + daysAgo(2)));
    EXPECT_THAT(text.facts, HasSubstr("complaint Muscle twitching;"));
}

TEST(FactText, AMedicationIsShownWithStateStartAndRoute)
{
    auto const text = explained("when: {med: {class: LOOP}}\n", [](auto& chart) {
        chart.med("furosemide", daysAgo(20)).route = Route::Oral;
    });

    EXPECT_THAT(text.facts, HasSubstr("furosemide; "));
    EXPECT_THAT(text.facts, HasSubstr("; active; since " + daysAgo(20) + "; route oral"));
}

TEST(FactText, WhatNoClauseLookedAtIsLeftOut)
{
    auto const text = explained("when: {med: {class: LOOP}}\n", [](auto& chart) {
        chart.med("furosemide", daysAgo(20));
        chart.lab("NA", "140 mmol/L", daysAgo(2));
    });

    EXPECT_THAT(text.facts, Not(HasSubstr("Sodium")));
}

TEST(FactText, ARejectedMedicationSaysWhy)
{
    auto const text = explained("when: {med: {class: LOOP}}\n", [](auto& chart) {
        chart.med("furosemide", daysAgo(20)).state = UseState::Stopped;
    });

    EXPECT_THAT(text.tree, HasSubstr("rejected furosemide: stopped"));
}

TEST(FactText, ADefaultLimitSaysForWhomItIs)
{
    auto const body = "when: {lab: {analyte: K, below_reference: true}}\n";
    auto const child = explained(body, [](auto& chart) {
        chart.born("2019-06-01"); // six years old
        chart.lab("K", "3.3 mmol/L", daysAgo(2));
    });
    auto const adult =
        explained(body, [](auto& chart) { chart.lab("K", "3.3 mmol/L", daysAgo(2)); });

    EXPECT_THAT(child.tree, HasSubstr("3.3 mmol/L against 3.4 mmol/L (default for age-6-11)"));
    EXPECT_THAT(adult.tree, HasSubstr("3.3 mmol/L against 3.5 mmol/L (default)"));
}

} // namespace
} // namespace tcds::cli
