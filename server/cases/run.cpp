#include "server/cases/run.hpp"

#include "server/cases/answer.hpp"
#include "server/cases/explain.hpp"
#include "server/cases/request.hpp"

#include <algorithm>

namespace tcds::cases {

namespace {

class Runner
{
public:
    Runner(rules::RuleSet const& rules, RunOptions const& options)
        : rules_{rules}, options_{options}
    {
    }

    CaseResult run(CaseFile const& file, Case const& test)
    {
        CaseResult result;
        result.rule = file.rule;
        result.name = test.name;
        result.where = test.where;
        Problems problems;
        auto const request = writeRequest(test, rules_, problems);
        for (auto const& problem : problems.sorted())
            result.fault += (result.fault.empty() ? "" : "\n") + tcds::toText(problem);
        if (!result.fault.empty()) return result;

        auto const decision = answerTo(test, request, rules_, false);
        if (!decision) {
            result.fault = tcds::toText(decision.error());
            return result;
        }
        result.mismatches = check(test.expect, *decision->evaluation, decision->cards, rules_);
        if (!result.mismatches.empty()) explain(test, request, result);
        return result;
    }

private:
    void explain(Case const& test, std::string const& body, CaseResult& result)
    {
        auto const decision = answerTo(test, body, rules_, true);
        if (!decision) return;
        std::vector<rules::RuleIndex> seen;
        for (auto const& mismatch : result.mismatches) {
            if (!mismatch.rule.known() || std::ranges::find(seen, mismatch.rule) != seen.end())
                continue;
            seen.push_back(mismatch.rule);
            auto const& evaluation = *decision->evaluation;
            if (auto clause = decidingClause(evaluation, mismatch.rule, rules_); !clause.empty())
                result.clauses.push_back(std::move(clause));
            if (options_.trace) result.trace += traceText(evaluation, mismatch.rule, rules_);
        }
    }

    rules::RuleSet const& rules_;
    RunOptions const& options_;
};

} // namespace

std::size_t RunReport::failures() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(results, [](CaseResult const& result) { return !result.passed(); }));
}

RunReport run(std::span<CaseFile const> files, rules::RuleSet const& rules,
              RunOptions const& options)
{
    auto const start = std::chrono::steady_clock::now();
    RunReport report;
    Runner runner{rules, options};
    for (auto const& file : files) {
        if (!options.only.empty() && file.rule != options.only) continue;
        ++report.files;
        for (auto const& test : file.cases) report.results.push_back(runner.run(file, test));
    }
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return report;
}

} // namespace tcds::cases
