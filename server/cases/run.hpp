#pragma once

#include "server/cases/check.hpp"

#include <chrono>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace tcds::cases {

/// What became of one case.
struct CaseResult {
    std::string rule, name, where;
    std::string fault; // the request could not be made or was refused; "" = it ran
    std::vector<Mismatch> mismatches;
    std::vector<std::string> clauses; // the deciding clause of each rule that differs
    std::string trace;                // the whole trees of these rules, when asked for

    [[nodiscard]] bool passed() const { return fault.empty() && mismatches.empty(); }
};

struct RunReport {
    std::vector<CaseResult> results; // in the order of files and cases
    std::size_t files = 0;
    std::chrono::milliseconds took{};

    [[nodiscard]] std::size_t failures() const;
};

struct RunOptions {
    bool trace = false;
    std::string only; // run the cases of this rule; "" = all
};

/// Runs cases on the path of production: hook request, facts, evaluation, cards. The settings are
/// those of `evaluate`: indicators capped, status `unknown` not accepted.
RunReport run(std::span<CaseFile const> files, rules::RuleSet const& rules,
              RunOptions const& options = {});

/// Failures with expected, got and deciding clause, then a line with the figures.
void print(RunReport const& report, std::ostream& out);

/// The report as JUnit XML: one test suite a rule.
void writeJunit(RunReport const& report, std::ostream& out);

} // namespace tcds::cases
