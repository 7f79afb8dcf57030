#include "server/cli/content_check.hpp"

#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "server/app/version.hpp"

#include <algorithm>
#include <vector>

namespace tcds::cli {

namespace {

Error faulty(std::string what, std::string fix)
{
    return {Error::Kind::Config, "content", std::move(what), std::move(fix)};
}

Error faultsOf(Problems const& problems)
{
    auto const all = problems.sorted();
    auto const errors = std::ranges::count(all, Severity::Error, &Diagnostic::severity);
    auto const first = std::ranges::find(all, Severity::Error, &Diagnostic::severity);
    return faulty(std::to_string(errors) + " fault(s) of the rules, the first: " + first->where +
                      ": " + first->code + ": " + first->what,
                  first->fix + "; see all of them with: twitch-cds rules lint");
}

std::string describe(cases::CaseResult const& result)
{
    return result.rule + ", case \"" + result.name + "\"";
}

/// @return the cases that passed, by rule
/// @error when one did not
Result<std::vector<rules::BundleChecks::Cases>> passedCases(PreparedRules const& ready,
                                                            Problems& problems)
{
    std::vector<cases::CaseFile> files;
    for (auto const& tree : ready.content.tests)
        files.push_back(cases::readCaseFile(tree, problems));
    if (problems.hasErrors()) return faultsOf(problems);
    auto const report = runCases(files, ready);
    if (auto const failures = report.failures(); failures > 0) {
        auto const first = std::ranges::find_if(
            report.results, [](cases::CaseResult const& each) { return !each.passed(); });
        return faulty(std::to_string(failures) + " of " + std::to_string(report.results.size()) +
                          " test cases failed, the first: " + describe(*first),
                      "see all of them with: twitch-cds rules test");
    }
    if (report.results.empty())
        return faulty("there are no test cases",
                      "add tests/<pack>/RULE.yaml, tests/RULE.yaml in a hospital's folder");
    std::vector<rules::BundleChecks::Cases> passed;
    for (auto const& result : report.results) {
        if (passed.empty() || passed.back().rule != result.rule) passed.push_back({result.rule, 0});
        ++passed.back().passed;
    }
    return passed;
}

} // namespace

std::string programVersion() { return std::string{kVersion} + " " + std::string{kCommit}; }

cases::RunReport runCases(std::vector<cases::CaseFile> const& files, PreparedRules const& rules,
                          cases::RunOptions const& options)
{
    if (!rules.unchanged) return cases::run(files, *rules.rules, options);
    std::vector<cases::CaseFile> own;
    std::vector<cases::CaseFile> others;
    for (auto const& file : files)
        (rules::isHospitalTest(file.file) ? own : others).push_back(file);
    auto report = cases::run(others, *rules.unchanged, options);
    auto const ours = cases::run(own, *rules.rules, options);
    report.results.insert(report.results.end(), ours.results.begin(), ours.results.end());
    report.files += ours.files;
    report.took += ours.took;
    return report;
}

Result<rules::BundleChecks> checkContent(PreparedRules const& ready, std::string const& day,
                                         Problems& problems)
{
    if (ready.rules != nullptr)
        rules::lint(ready.content, *ready.rules, {day, true, {}, ready.ownOnly}, problems);
    if (ready.rules == nullptr || problems.hasErrors()) return faultsOf(problems);
    auto passed = passedCases(ready, problems);
    if (!passed) return passed.error();
    rules::BundleChecks checks;
    checks.engine = programVersion();
    checks.day = day;
    checks.cases = std::move(*passed);
    for (auto const& problem : problems.sorted())
        if (problem.severity == Severity::Warning) checks.warnings.push_back(problem);
    return checks;
}

} // namespace tcds::cli
