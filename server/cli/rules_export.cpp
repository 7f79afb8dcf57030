#include "rules/exchange/export.hpp"
#include "server/cases/exchange.hpp"
#include "server/cli/canonical_base.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace tcds::cli {

namespace {

Error cannotWrite(std::string const& path)
{
    return {Error::Kind::BadRequest, path, "cannot be written", "name a place that is writable"};
}

std::optional<Error> writeFile(std::filesystem::path const& path, std::string const& text)
{
    std::error_code failed;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    if (!file) return cannotWrite(path.string());
    return std::nullopt;
}

std::optional<Error> writeAll(rules::RuleSet const& rules, ExportArguments const& arguments)
{
    auto const files = rules::exchange::exportFiles(rules, {arguments.base});
    for (auto const& file : files)
        if (auto failed =
                writeFile(std::filesystem::path{arguments.directory} / file.path, file.text))
            return failed;
    std::cout << files.size() << " files of " << rules.rules.size() << " rules in "
              << arguments.directory << '\n';
    return std::nullopt;
}

std::optional<Error> writeCases(PreparedRules const& loaded, std::string const& path)
{
    Problems problems;
    std::vector<cases::CaseFile> files;
    for (auto const& tree : loaded.content.tests)
        files.push_back(cases::readCaseFile(tree, problems));
    complain(problems);
    if (problems.hasErrors())
        return Error{Error::Kind::BadRequest, "tests", "some case cannot be read", "see above"};
    auto const text = cases::exchangeCases(files, *loaded.rules);
    if (!text) return text.error();
    return writeFile(path, *text);
}

} // namespace

int exportRules(ExportArguments const& arguments)
{
    if (!isCanonicalBase(arguments.base)) return Exit::kUsage;
    auto const folder = arguments.folder.empty() ? defaultFolder() : arguments.folder;
    if (folder.empty()) {
        complain(Error{Error::Kind::NotFound, "rules", "no rules folder here",
                       "name one, such as `twitch-cds rules export --fhir DIR path/to/rules`"});
        return Exit::kUsage;
    }
    Problems problems;
    auto const loaded = rulesInFolder(folder, problems);
    if (!loaded) {
        complain(loaded.error());
        return Exit::kBadInput;
    }
    complain(problems);
    if (!loaded->rules) return Exit::kConfiguration;
    auto failed = writeAll(*loaded->rules, arguments);
    if (!failed && !arguments.cases.empty()) failed = writeCases(*loaded, arguments.cases);
    if (!failed) return Exit::kDone;
    complain(*failed);
    return Exit::kBadInput;
}

} // namespace tcds::cli
