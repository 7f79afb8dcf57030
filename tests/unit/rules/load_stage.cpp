#include "load_stage.hpp"

#include "rules/load/lint.hpp"
#include "tests/support/terms_fixture.hpp"

#include <algorithm>

namespace tcds::rules::test {

namespace {

namespace terms = tcds::test::content;

constexpr char const* kRule = R"yaml(id: EL-K-LOW
version: 1.0.0
status: active
title: Low potassium
group: EL
cluster: K
gate: open
meta: {mechanism: Potassium is low., evidence: [{id: E1, citation: A guideline, grade: guideline, status: seen}]}
tier: probable
when: {lab: {analyte: K, below_reference: true}, as: k}
indicator: warning
card: {summary: "Low potassium {k.value}", findings: "Potassium {k.value} on {k.date}."}
)yaml";

constexpr char const* kRuleSet = R"yaml(format: 1
id: small
version: 1.0
packs: [core]
gates: {open: [TWITCH, TWITCH_UNSPEC], open-cramp: [TWITCH, CRAMP]}
ranking: {groups: [RF, ORD, CMB, EL, WD, MED, WU, CTX], tiers: [safety, definite, probable, possible]}
hooks: {patient-view: {shows: all-but-orders}, order-select: {shows: orders}, order-sign: {shows: orders}}
default_hooks: {ORD: [order-select, order-sign]}
clusters: {K: {title: Potassium, analytes: [K]}, drug: {title: Medicines, first: 4}, RF: {title: Red flags, one_card_each: yes}}
conditions: {under-1: {age: {below: 1 a}}, female: {sex: female}}
)yaml";

constexpr char const* kSuggestions = R"yaml(
S-BMP: {label: Order basic metabolic panel, system: "http://loinc.org", code: 51990-0, display: Panel, analytes: [K], fresh_for: 24 h}
)yaml";

std::string keyOf(std::string const& line) { return line.substr(0, line.find(':') + 1); }

std::string replaced(std::string_view text, std::vector<std::string> const& lines)
{
    std::vector<std::string> all;
    for (auto rest = text; !rest.empty();) {
        auto const end = rest.find('\n');
        all.emplace_back(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    for (auto const& line : lines) {
        auto const at = std::ranges::find(all, keyOf(line), keyOf);
        if (at == all.end())
            all.push_back(line);
        else
            *at = line;
    }
    std::string joined;
    for (auto const& line : all)
        if (line.back() != ':') joined += line + '\n'; // "gate:" alone takes the line out
    return joined;
}

} // namespace

std::string ruleText(std::vector<std::string> const& lines) { return replaced(kRule, lines); }

std::string ruleNamed(std::string_view id, std::vector<std::string> const& lines)
{
    auto all = lines;
    all.insert(all.begin(), "id: " + std::string{id});
    return replaced(kRule, all);
}

std::string ruleSetText(std::vector<std::string> const& lines) { return replaced(kRuleSet, lines); }

Content stageContent(Files const& files, Problems& problems)
{
    Files all{
        {"ruleset.yaml", kRuleSet},
        {"analytes.yaml", terms::kAnalytes},
        {"suggestions.yaml", kSuggestions},
        {"override-reasons.yaml", "addressed: Already addressed\nother-cause: Another cause\n"},
        {"packs/core/pack.yaml", "id: core\ntitle: Core\nversion: 1.0\napproval: none\n"
                                 "meta: {author: A, reviewers: [B]}\n"},
        {kRulePath, kRule}};
    for (auto const& file : terms::kSets)
        all["valuesets/" + std::string{file.name} + ".yaml"] = file.text;
    for (auto const& [path, text] : files) all[path] = text;

    Content content;
    for (auto const& [path, text] : all)
        if (auto tree = text.empty() ? std::nullopt : Tree::fromYaml(text, path, problems))
            content.add(path, std::move(*tree));
    content.tables = {terms::kIngredients, terms::kNames,  terms::kProducts,
                      terms::kUnits,       terms::kRoutes, terms::kForms};
    return content;
}

std::vector<std::string> Compiled::messages() const
{
    std::vector<std::string> lines;
    for (auto const& problem : problems.sorted()) lines.push_back(toText(problem));
    return lines;
}

std::vector<std::string> Compiled::codes() const
{
    std::vector<std::string> codes;
    for (auto const& problem : problems.sorted()) codes.push_back(problem.code);
    std::ranges::sort(codes);
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
}

Compiled compileFiles(Files const& files, CompileOptions const& options)
{
    Compiled compiled;
    compiled.content = std::make_unique<Content>(stageContent(files, compiled.problems));
    compiled.set = compile(*compiled.content, compiled.problems, options);
    return compiled;
}

Compiled lintFiles(Files const& files, std::string const& day, bool needTests)
{
    auto compiled = compileFiles(files);
    if (compiled.set) lint(*compiled.content, *compiled.set, {day, needTests}, compiled.problems);
    return compiled;
}

} // namespace tcds::rules::test
