#pragma once

#include "rules/eval/evaluation.hpp"
#include "tests/support/chart_builder.hpp"
#include "tests/support/rule_texts.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::test {

using tcds::test::ChartBuilder;
using tcds::test::chartNow;
using tcds::test::daysAgo;
using tcds::test::hoursAgo;
using tcds::test::minutesAgo;
using tcds::test::rangeOf;
using tcds::test::ruleText;
using tcds::test::spanOf;

/// A chart on the shipped terminology.
ChartBuilder chart();

/// An evaluation together with what it refers to.
struct Run {
    std::shared_ptr<RuleSet const> rules;
    std::unique_ptr<PatientContext> context;
    std::unique_ptr<Evaluation> evaluation;

    /// "fired warning", "not-met lab", "unknown no-result lab:K", "suppressed normal", ...; "idle"
    /// for a rule that was not looked at
    [[nodiscard]] std::string outcome(std::string_view id) const;
    /// The same, of a fired rule with its tier: "fired warning probable".
    [[nodiscard]] std::string graded(std::string_view id) const;
    [[nodiscard]] Judgement const& of(std::string_view id) const;
};
/// A complaint of twitching is added when the chart has none.
Run run(std::shared_ptr<RuleSet const> rules, ChartBuilder chart, EvaluateOptions options = {});
Run run(std::initializer_list<std::string> rules, ChartBuilder chart, EvaluateOptions options = {});

/// What each clause says of a chart: "yes", "no" or "unknown REASON WHAT".
std::vector<std::string> askAll(ChartBuilder chart, std::vector<std::string> const& clauses);
std::string ask(ChartBuilder chart, std::string const& clause);

} // namespace tcds::rules::test
