#include "tests/support/rule_texts.hpp"

#include "rules/load/compile.hpp"
#include "rules/load/content.hpp"

#include <filesystem>
#include <functional>
#include <stdexcept>

namespace tcds::test {

namespace {

/// Stands in for SHA-256: these tests compare no digests.
std::string digestOf(std::string_view text)
{
    return std::to_string(std::hash<std::string_view>{}(text));
}

std::string linesOf(Problems const& problems)
{
    std::string lines;
    for (auto const& problem : problems.sorted()) lines += toText(problem) + "\n";
    return lines;
}

rules::Content shippedContent()
{
    Problems problems;
    auto content = rules::loadFolder(std::filesystem::path{TCDS_RULES_DIR}, digestOf, problems);
    if (!content) throw std::runtime_error{toText(content.error())};
    if (problems.hasErrors()) throw std::runtime_error{linesOf(problems)};
    return std::move(*content);
}

std::shared_ptr<rules::RuleSet const> compiled(rules::Content const& content)
{
    Problems problems;
    auto rules = rules::compile(content, problems);
    if (!rules || problems.hasErrors()) throw std::runtime_error{linesOf(problems)};
    return rules;
}

/// True when the body has this key at its left margin.
bool has(std::string_view body, std::string_view key)
{
    auto const line = std::string{key} + ":";
    return body.starts_with(line) || body.find("\n" + line) != std::string_view::npos;
}

} // namespace

std::shared_ptr<rules::RuleSet const> shippedRules()
{
    static auto const kRules = compiled(shippedContent());
    return kRules;
}

std::string ruleText(std::string_view id, std::string_view body)
{
    std::string text = "id: " + std::string{id} + "\n";
    auto const add = [&](std::string_view key, std::string const& value) {
        if (!has(body, key)) text += std::string{key} + ": " + value + "\n";
    };
    add("version", "1.0.0");
    add("status", "active");
    add("title", "Test of " + std::string{id});
    add("group", std::string{id.substr(0, id.find('-'))});
    add("cluster", "drug");
    add("gate", "open");
    if (!id.starts_with("WU-")) add("tier", "possible");
    add("meta",
        "{mechanism: Test., limits: Test., effective: {from: 2020-01-01}, next_review: "
        "2099-01-01, evidence: [{id: T1, citation: Test, grade: judgement, status: seen}]}");
    if (!has(body, "bands")) add("indicator", "info");
    add("card", "{summary: Test, findings: Test, options: Test}");
    text += body;
    if (!text.ends_with('\n')) text += '\n';
    return text;
}

std::shared_ptr<rules::RuleSet const> rulesOf(std::span<std::string const> texts)
{
    static auto content = shippedContent(); // read once; only the rules are exchanged
    content.tests.clear();
    auto& pack = content.packs.front();
    pack.rules.clear();
    Problems problems;
    for (auto const& text : texts) {
        auto const id = text.substr(4, text.find('\n') - 4);
        auto tree = Tree::fromYaml(text, "packs/core/" + id + ".yaml", problems);
        if (!tree) throw std::runtime_error{linesOf(problems) + text};
        pack.rules.push_back(std::move(*tree));
    }
    return compiled(content);
}

std::shared_ptr<rules::RuleSet const> rulesOf(std::initializer_list<std::string> texts)
{
    return rulesOf(std::span{texts.begin(), texts.size()});
}

} // namespace tcds::test
