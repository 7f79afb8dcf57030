#include "rules/load/bundle.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/content.hpp"
#include "rules/load/lint.hpp"
#include "server/audit/digest.hpp"
#include "server/cases/mutation.hpp"
#include "server/cases/run.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace tcds;
namespace fs = std::filesystem;

constexpr int kDone = 0;
constexpr int kCheckFailed = 1; // decision D41
constexpr int kUsage = 64;
constexpr int kInternal = 70;

struct Arguments {
    std::vector<std::string> folders; // rules, and the one that is written
    std::string only, junit;
    bool cases = true, trace = false, mutants = false;
};

std::optional<Arguments> readArguments(int argc, char const* const* argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        if (word == "--no-cases")
            arguments.cases = false;
        else if (word == "--trace")
            arguments.trace = true;
        else if (word == "--mutate")
            arguments.mutants = true;
        else if (word == "--rule" && i + 1 < argc)
            arguments.only = argv[++i];
        else if (word == "--junit" && i + 1 < argc)
            arguments.junit = argv[++i];
        else if (word.starts_with("--"))
            return std::nullopt;
        else
            arguments.folders.emplace_back(word);
    }
    if (arguments.folders.empty() || arguments.folders.size() > 2) return std::nullopt;
    return arguments;
}

/// Warnings are for `rules lint`: a build shows them only beside errors.
bool report(Problems const& problems)
{
    if (!problems.hasErrors()) return true;
    for (auto const& problem : problems.sorted()) std::cerr << toText(problem) << '\n';
    return false;
}

bool runCases(rules::Content const& content, rules::RuleSet const& rules,
              Arguments const& arguments)
{
    Problems problems;
    std::vector<cases::CaseFile> files;
    for (auto const& tree : content.tests) files.push_back(cases::readCaseFile(tree, problems));
    if (!report(problems)) return false;
    auto const result = cases::run(files, rules, {arguments.trace, arguments.only});
    cases::print(result, std::cerr);
    if (!arguments.junit.empty()) {
        std::ofstream file{arguments.junit};
        cases::writeJunit(result, file);
    }
    if (result.failures() > 0 || !arguments.mutants) return result.failures() == 0;
    auto const explained =
        content.mutants ? cases::readExplained(*content.mutants, "mutants", "mutation", problems)
                        : std::vector<cases::Explained>{};
    if (!report(problems)) return false;
    auto const mutation = cases::mutateAll(rules, files, explained, arguments.only);
    cases::print(mutation, std::cerr);
    return mutation.unexplained() == 0 && mutation.outdated.empty();
}

bool write(fs::path const& path, std::string_view text)
{
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    if (!file) std::cerr << path.string() << ": cannot be written\n";
    return static_cast<bool>(file);
}

int pack(Arguments const& arguments)
{
    Problems problems;
    auto const content = rules::loadFolder(arguments.folders[0], audit::sha256, problems);
    if (!content) {
        std::cerr << content.error().where << ": " << content.error().what
                  << ". Fix: " << content.error().fix << '\n';
        return kCheckFailed;
    }
    auto const rules = rules::compile(*content, problems);
    if (rules != nullptr) rules::lint(*content, *rules, {}, problems);
    if (!report(problems) || rules == nullptr) return kCheckFailed;
    if (arguments.cases && !runCases(*content, *rules, arguments)) return kCheckFailed;
    if (arguments.folders.size() == 1) return kDone;
    fs::path const out = arguments.folders[1];
    fs::create_directories(out);
    auto const written = write(out / "bundle.json", rules::writeBundle(*content)) &&
                         write(out / "products.tsv", content->tables.products);
    return written ? kDone : kCheckFailed;
}

} // namespace

int main(int argc, char** argv)
{
    auto const arguments = readArguments(argc, argv);
    if (!arguments) {
        std::cerr << "tcds_pack RULES_DIR [OUT_DIR] [--no-cases] [--mutate] [--rule ID] [--trace]"
                     " [--junit FILE]\n";
        return kUsage;
    }
    try {
        return pack(*arguments);
    } catch (std::exception const& error) {
        std::cerr << "tcds_pack: " << error.what() << '\n';
        return kInternal;
    }
}
