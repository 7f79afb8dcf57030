#include "rules/load/lint_codes.hpp"

#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

// docs/lint.md is run: each bad example must earn its code, each good one must not.

namespace tcds::rules {
namespace {

namespace fs = std::filesystem;

struct Example {
    std::string code, kind, file; // "L07", "bad" or "good", "" = lines of a rule
    std::string text;
};

std::vector<std::string> linesOf(std::string const& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string page()
{
    std::ifstream file{fs::path{TCDS_DOCS_DIR} / "lint.md"};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<Example> examples()
{
    std::vector<Example> found;
    std::string code;
    auto inside = false;
    for (auto const& line : linesOf(page())) {
        if (line.starts_with("## L")) code = line.substr(3, 3);
        if (inside) {
            inside = line != "```";
            if (inside) found.back().text += line + '\n';
            continue;
        }
        constexpr std::string_view kFence = "```yaml ";
        if (!line.starts_with(kFence)) continue;
        std::istringstream words{line.substr(kFence.size())};
        Example example{code, {}, {}, {}};
        std::string file;
        words >> example.kind >> file;
        if (file.starts_with("file=")) example.file = file.substr(5);
        found.push_back(example);
        inside = true;
    }
    return found;
}

/// The keys at the left margin, each with the lines up to the next one.
using Keys = std::vector<std::pair<std::string, std::string>>;
Keys keysIn(std::string const& text)
{
    Keys keys;
    for (auto const& line : linesOf(text))
        if (!line.empty() && line.front() != ' ' && line.find(':') != std::string::npos)
            keys.emplace_back(line.substr(0, line.find(':')), line + '\n');
        else if (!keys.empty())
            keys.back().second += line + '\n';
    return keys;
}

/// A whole rule with the lines of the example in place of its own; a key without value goes.
std::string ruleWith(std::string const& lines)
{
    auto keys =
        keysIn("id: EL-EXAMPLE\n"
               "version: 1.0.0\n"
               "status: active\n"
               "title: An example\n"
               "group: EL\n"
               "cluster: K\n"
               "gate: open\n"
               "tier: possible\n"
               "meta: {mechanism: Test, limits: Test, evidence: [{id: X1, citation: A page, "
               "grade: review, status: seen}]}\n"
               "when: {lab: {analyte: K, below: 3.0 mmol/L}}\n"
               "indicator: info\n"
               "card: {summary: Test, findings: Test, options: Test}\n");
    auto const given = keysIn(lines);
    std::string text;
    auto const has = [](Keys const& list, std::string const& key) {
        return std::ranges::find(list, key, &Keys::value_type::first) != list.end();
    };
    for (auto const& [key, own] : keys)
        if (!has(given, key) && !(key == "indicator" && has(given, "bands"))) text += own;
    for (auto const& [key, own] : given)
        if (own != key + ":\n") text += own;
    return text;
}

std::string idIn(std::string const& rule)
{
    for (auto const& [key, line] : keysIn(rule))
        if (key == "id") return line.substr(4, line.size() - 5);
    return {};
}

std::string digestOf(std::string_view text)
{
    return std::to_string(std::hash<std::string_view>{}(text));
}

constexpr auto kOther = "id: EL-OTHER\n"
                        "cluster: drug\n";

/// The shipped content with the examples in place of its rules.
Content contentWith(std::map<std::string, std::string> const& files, Problems& problems)
{
    auto content = loadFolder(fs::path{TCDS_RULES_FOLDER}, digestOf, problems);
    content->packs.front().rules.clear();
    content->tests.clear();
    for (auto const& [path, text] : files)
        if (auto tree = Tree::fromYaml(text, path, problems)) content->add(path, std::move(*tree));
    return std::move(*content);
}

std::map<std::string, std::string> filesOf(Example const& example)
{
    std::map<std::string, std::string> files;
    files["packs/core/EL-OTHER.yaml"] = ruleWith(kOther);
    auto const rule = ruleWith(example.file.empty() ? example.text : "");
    files["packs/core/" + idIn(rule) + ".yaml"] = rule;
    if (!example.file.empty()) files[example.file] = example.text;
    return files;
}

std::vector<std::string> codesOf(Example const& example)
{
    Problems problems;
    auto const content = contentWith(filesOf(example), problems);
    auto const set = compile(content, problems);
    LintOptions options;
    options.day = "2026-11-22";
    options.needTests = example.code == "L13";
    if (example.code == "L38") options.advertised = {"medications", "labs", "conditions"};
    if (set) lint(content, *set, options, problems);
    if (example.code == "L14") {
        Problems before;
        lintVersions(content, contentWith({{"packs/core/EL-EXAMPLE.yaml", ruleWith("")}}, before),
                     problems);
    }
    std::vector<std::string> codes;
    for (auto const& problem : problems.sorted()) {
        // The other rule has no test of its own, whatever the example.
        if (problem.what.find("EL-OTHER") == std::string::npos &&
            problem.where.find("EL-OTHER") != std::string::npos && problem.code == "L13")
            continue;
        codes.push_back(problem.code);
    }
    return codes;
}

TEST(LintPage, HasABadAndAGoodExampleOfEachCode)
{
    auto const all = examples();
    for (auto const& code : lintCodes())
        for (auto const* kind : {"bad", "good"})
            EXPECT_EQ(std::ranges::count_if(all,
                                            [&](Example const& example) {
                                                return example.code == code.code &&
                                                       example.kind == kind;
                                            }),
                      1)
                << code.code << ' ' << kind;
}

TEST(LintPage, CallsEachCodeAsTheProgramDoes)
{
    auto const text = page();
    for (auto const& code : lintCodes())
        EXPECT_THAT(text, testing::HasSubstr("\n## " + std::string{code.code} + " " +
                                             std::string{code.title} + "\n"));
}

TEST(LintPage, EveryBadExampleEarnsItsCode)
{
    for (auto const& example : examples()) {
        if (example.kind != "bad") continue;
        EXPECT_THAT(codesOf(example), testing::Contains(example.code)) << example.text;
    }
}

TEST(LintPage, NoGoodExampleDoes)
{
    for (auto const& example : examples()) {
        if (example.kind != "good") continue;
        EXPECT_THAT(codesOf(example), testing::Not(testing::Contains(example.code)))
            << example.text;
    }
}

} // namespace
} // namespace tcds::rules
