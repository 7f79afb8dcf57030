#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "server/cases/coverage.hpp"
#include "server/cases/mutation.hpp"
#include "server/cases/run.hpp"
#include "server/cds/prefetch_profile.hpp"
#include "server/cds/services.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/content_check.hpp"
#include "server/cli/lint_report.hpp"
#include "server/cli/rule_source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <variant>

namespace tcds::cli {

namespace {

/// The folder that was named, else ./rules.
Result<std::string> folderOf(std::string const& named)
{
    auto folder = named.empty() ? defaultFolder() : named;
    if (!folder.empty()) return folder;
    return Error{Error::Kind::NotFound, "rules", "no rules folder here",
                 "name one, such as `twitch-cds rules lint path/to/rules`"};
}

/// The keys that an EHR is asked for: with every optional one, or as a client entry without
/// `extra` advertises them.
std::vector<std::string> advertisedKeys(bool optionalToo)
{
    std::vector<std::string> keys;
    auto const add = [&keys](std::span<std::string_view const> more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    if (optionalToo) add(cds::allKeys());
    for (auto const& service : cds::services()) add(service.keys);
    return keys;
}

/// The table of retired numbers that an import has left in a rules folder; "" when there is none.
std::string retiredIn(std::filesystem::path const& folder)
{
    std::ifstream file{folder / "terms" / rules::kRetiredTable};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string countsOf(std::vector<Diagnostic> const& problems, std::size_t accepted)
{
    auto const errors = std::ranges::count(problems, Severity::Error, &Diagnostic::severity);
    auto const warnings = static_cast<std::ptrdiff_t>(problems.size()) - errors;
    return std::to_string(errors) + " error(s), " + std::to_string(warnings) + " warning(s)" +
           (accepted == 0 ? "" : ", " + std::to_string(accepted) + " accepted");
}

/// Reads the cases of a content; faults go to stderr.
std::optional<std::vector<cases::CaseFile>> casesOf(rules::Content const& content)
{
    Problems problems;
    std::vector<cases::CaseFile> files;
    for (auto const& tree : content.tests) files.push_back(cases::readCaseFile(tree, problems));
    complain(problems);
    if (problems.hasErrors()) return std::nullopt;
    return files;
}

/// What the figures of a hospital's folder leave out; nothing for other folders.
void printOwnOnly(PreparedRules const& ready)
{
    if (ready.ownOnly)
        std::cout
            << "looked at: the rules and value sets of this folder, and what --rule names; the "
               "cases of the shipped rules are not in it\n";
}

/// Mutates each rule of a hospital by itself: the cases of the others are not at hand.
cases::MutationReport mutateOwn(rules::RuleSet const& rules,
                                std::vector<cases::CaseFile> const& files,
                                std::vector<cases::Explained> const& explained)
{
    cases::MutationReport all;
    for (auto const& rule : rules.rules) {
        if (rule.pack != rules::kLocalPack) continue;
        auto one = cases::mutateAll(rules, files, explained, rule.id);
        all.mutants += one.mutants;
        all.killed += one.killed;
        all.took += one.took;
        std::ranges::move(one.survivors, std::back_inserter(all.survivors));
        std::ranges::move(one.outdated, std::back_inserter(all.outdated));
    }
    return all;
}

/// Mutates the rules and lists what no case notices.
int mutate(PreparedRules const& ready, std::vector<cases::CaseFile> const& files,
           std::string const& only)
{
    Problems problems;
    auto const& mutants = ready.content.mutants;
    auto const explained = mutants ? cases::readExplained(*mutants, "mutants", "mutation", problems)
                                   : std::vector<cases::Explained>{};
    complain(problems);
    if (problems.hasErrors()) return Exit::kBadInput;
    auto const report = ready.ownOnly && only.empty()
                            ? mutateOwn(*ready.rules, files, explained)
                            : cases::mutateAll(*ready.rules, files, explained, only);
    cases::print(report, std::cout);
    printOwnOnly(ready);
    return report.unexplained() == 0 && report.outdated.empty() ? Exit::kDone : Exit::kCheckFailed;
}

/// What a command on rules and their cases works with.
struct Tested {
    PreparedRules ready;
    std::vector<cases::CaseFile> files;
};

/// Reads rules and cases of a folder; prints what is wrong and returns the exit code if they cannot
/// be used.
std::variant<Tested, int> testedIn(std::string const& named, std::string const& rule)
{
    auto const folder = folderOf(named);
    if (!folder) {
        complain(folder.error());
        return Exit::kUsage;
    }
    Problems problems;
    auto loaded = rulesInFolder(*folder, problems);
    if (!loaded) {
        complain(loaded.error());
        return Exit::kBadInput;
    }
    complain(problems);
    if (!loaded->rules) return Exit::kConfiguration;
    if (!rule.empty() && loaded->rules->find(rule) == nullptr) {
        complain(Error{Error::Kind::NotFound, rule, "no such rule in " + *folder,
                       "give the id as its file is called, such as EL-K-LOW"});
        return Exit::kUsage;
    }
    auto files = casesOf(loaded->content);
    if (!files) return Exit::kBadInput;
    return Tested{std::move(*loaded), *std::move(files)};
}

/// Is it about a rule or a value set of a hospital?
bool isOwn(cases::Want const& want, rules::RuleSet const& rules)
{
    auto const* rule = rules.find(want.subject);
    return rule != nullptr ? rule->pack == rules::kLocalPack
                           : want.subject.starts_with("valuesets " + std::string{rules::kLocalSet});
}

} // namespace

int lint(LintArguments const& arguments)
{
    auto const folder = folderOf(arguments.folder);
    if (!folder) {
        complain(folder.error());
        return Exit::kUsage;
    }
    Problems problems;
    auto const loaded = rulesInFolder(*folder, problems);
    if (!loaded) {
        complain(loaded.error());
        return Exit::kBadInput;
    }
    std::vector<rules::AcceptedWarning> accepted;
    if (loaded->rules)
        accepted = rules::lint(loaded->content, *loaded->rules,
                               {toDay(SystemClock{}.now()), true,
                                advertisedKeys(arguments.optionalPrefetch), loaded->ownOnly},
                               problems);
    if (auto const retired = retiredIn(*folder); !retired.empty())
        rules::lintRetired(loaded->content, retired, problems);
    auto const sorted = problems.sorted();
    switch (arguments.format) {
    case LintFormat::Json:
        std::cout << lintJson(sorted) << '\n';
        break;
    case LintFormat::Sarif:
        std::cout << lintSarif(sorted, accepted, *folder) << '\n';
        break;
    case LintFormat::Text:
        for (auto const& problem : sorted) std::cout << toText(problem) << '\n';
        if (loaded->rules) std::cout << loaded->rules->rules.size() << " rules, ";
        std::cout << countsOf(sorted, accepted.size()) << '\n';
        break;
    }
    return problems.hasErrors() ? Exit::kCheckFailed : Exit::kDone;
}

int test(TestArguments const& arguments)
{
    auto const tested = testedIn(arguments.folder, arguments.rule);
    if (auto const* code = std::get_if<int>(&tested)) return *code;
    auto const& all = std::get<Tested>(tested);
    auto const report = runCases(all.files, all.ready, {arguments.trace, arguments.rule});
    cases::print(report, std::cout);
    if (!arguments.junit.empty()) {
        std::ofstream file{arguments.junit};
        cases::writeJunit(report, file);
        if (!file) {
            complain(Error{Error::Kind::BadRequest, arguments.junit, "cannot be written",
                           "name a writable file"});
            return Exit::kBadInput;
        }
    }
    if (report.failures() > 0) return Exit::kCheckFailed;
    if (!arguments.mutate) return Exit::kDone;
    return mutate(all.ready, all.files, arguments.rule);
}

int coverage(CoverageArguments const& arguments)
{
    auto const tested = testedIn(arguments.folder, arguments.rule);
    if (auto const* code = std::get_if<int>(&tested)) return *code;
    auto const& ready = std::get<Tested>(tested).ready;
    auto const& files = std::get<Tested>(tested).files;
    Problems problems;
    auto const explained =
        ready.content.uncovered
            ? cases::readExplained(*ready.content.uncovered, "uncovered", "what", problems)
            : std::vector<cases::Explained>{};
    complain(problems);
    if (problems.hasErrors()) return Exit::kBadInput;
    auto report = cases::coverageOf(*ready.rules, files, explained, arguments.rule);
    if (ready.ownOnly)
        std::erase_if(report.wants, [&](cases::Want const& want) {
            return want.subject != arguments.rule && !isOwn(want, *ready.rules);
        });
    if (arguments.json) {
        std::cout << cases::toJson(report) << '\n';
    } else {
        cases::print(report, std::cout);
        printOwnOnly(ready);
    }
    auto const enough = report.percent() >= arguments.least && report.outdated.empty();
    return enough ? Exit::kDone : Exit::kCheckFailed;
}

} // namespace tcds::cli
