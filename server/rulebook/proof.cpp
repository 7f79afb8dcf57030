#include "server/rulebook/book.hpp"

#include "server/rulebook/statement.hpp"

#include <algorithm>

namespace tcds::rulebook {

namespace {

using cases::Case;
using cases::Expectation;
using rules::Rule;

/// "EL-K-LOW (warning, probable, band low)"
std::string firingText(cases::ExpectedFiring const& fired)
{
    std::vector<std::string> words;
    if (fired.level) words.emplace_back(rules::toText(*fired.level));
    if (fired.tier && *fired.tier != rules::Tier::None)
        words.emplace_back(rules::toText(*fired.tier));
    if (!fired.band.empty()) words.push_back("band " + fired.band);
    if (words.empty()) return fired.rule;
    std::string text = fired.rule + " (";
    for (std::size_t i = 0; i < words.size(); ++i) text += (i > 0 ? ", " : "") + words[i];
    return text + ')';
}

std::string withReasons(std::vector<std::pair<std::string, std::string>> const& rules)
{
    std::vector<std::string> words;
    for (auto const& [rule, reason] : rules)
        words.push_back(reason.empty() ? rule : rule + " (" + reason + ")");
    return joined(words);
}

std::string quoted(std::vector<std::string> const& texts)
{
    std::vector<std::string> words;
    for (auto const& text : texts) words.push_back('"' + text + '"');
    return joined(words);
}

std::string expectationText(Expectation const& expect)
{
    std::vector<std::string> parts;
    if (!expect.fired.empty()) {
        std::vector<std::string> fired;
        for (auto const& one : expect.fired) fired.push_back(firingText(one));
        parts.push_back("fires: " + joined(fired) + (expect.only ? ", nothing else" : ""));
    } else if (expect.only) {
        parts.emplace_back("nothing fires");
    }
    if (!expect.notMet.empty()) parts.push_back("not met: " + joined(expect.notMet));
    if (!expect.unknown.empty()) parts.push_back("unknown: " + withReasons(expect.unknown));
    if (!expect.suppressed.empty())
        parts.push_back("suppressed: " + withReasons(expect.suppressed));
    if (expect.none) parts.emplace_back("no card");
    if (expect.cards)
        parts.push_back(std::to_string(*expect.cards) + (*expect.cards == 1 ? " card" : " cards"));
    if (!expect.summaryContains.empty())
        parts.push_back("a summary with " + quoted(expect.summaryContains));
    if (!expect.detailContains.empty())
        parts.push_back("a detail with " + quoted(expect.detailContains));
    if (!expect.missing.empty()) parts.push_back("missing: " + joined(expect.missing));
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? "; " : "") + parts[i];
    return text;
}

Block testBlock(cases::CaseFile const& file, rules::RuleSet const& set)
{
    Table table{"What each case must bring", {"Case", "Expected"}, {}};
    for (auto const& test : file.cases) {
        auto name = plain(test.name);
        if (test.hook != Hook::PatientView) name += " (" + std::string{toText(test.hook)} + ")";
        table.rows.push_back({std::move(name), withLinks(expectationText(test.expect), set)});
    }
    Folded folded;
    folded.title =
        std::to_string(file.cases.size()) + (file.cases.size() == 1 ? " test case" : " test cases");
    folded.blocks.push_back({std::move(table)});
    return {std::move(folded)};
}

bool isOf(Diagnostic const& problem, Rule const& rule)
{
    return !rule.file.empty() && problem.where.starts_with(rule.file) &&
           (problem.where.size() == rule.file.size() || problem.where[rule.file.size()] == ':');
}

Block lintBlock(Rule const& rule, Sources const& sources)
{
    List list;
    auto const add = [&](Diagnostic const& problem, std::string const& end) {
        if (!isOf(problem, rule)) return;
        Inline line{code(problem.code)};
        line += " " + problem.what + end;
        list.items.push_back({std::move(line)});
    };
    for (auto const& problem : sources.lint) add(problem, " (open)");
    for (auto const& [problem, reason] : sources.accepted)
        add(problem, " (accepted: " + reason + ")");
    if (list.items.empty()) return {Paragraph{plain("None.")}};
    return {std::move(list)};
}

} // namespace

std::vector<Block> proofBlocks(Rule const& rule, Sources const& sources)
{
    std::vector<Block> blocks;
    blocks.push_back({Heading{4, "", plain("Test cases")}});
    auto const file = std::ranges::find(sources.cases, rule.id, &cases::CaseFile::rule);
    if (file == sources.cases.end())
        blocks.push_back({Paragraph{plain("None at hand.")}});
    else
        blocks.push_back(testBlock(*file, sources.rules));
    blocks.push_back({Heading{4, "", plain("Lint warnings")}});
    blocks.push_back(lintBlock(rule, sources));
    return blocks;
}

} // namespace tcds::rulebook
