#include "server/cases/explain.hpp"

#include <algorithm>

namespace tcds::cases {

namespace {

using rules::TraceNode;
using rules::Verdict;

rules::RuleTrace const* traceOf(rules::Evaluation const& evaluation, rules::RuleIndex rule)
{
    auto const at = std::ranges::find(evaluation.traces, rule, &rules::RuleTrace::rule);
    return at == evaluation.traces.end() ? nullptr : &*at;
}

std::string verdictText(TraceNode const& node)
{
    std::string text{rules::toText(node.verdict)};
    if (node.verdict == Verdict::Unknown) {
        text.append(" (").append(tcds::toText(node.reason));
        if (!node.what.empty()) text.append(" ").append(node.what);
        text += ')';
    }
    return text;
}

/// The first clause in file order, depth first, that made a tree what it is (decision D57).
TraceNode const& decider(TraceNode const& node)
{
    for (auto const& child : node.children)
        if (child.verdict == node.verdict) return decider(child);
    // Below `not` the verdicts are mirrored.
    return node.children.size() == 1 ? decider(node.children.front()) : node;
}

std::string clauseText(TraceNode const& node, rules::RuleIndex rule, rules::RuleSet const& rules)
{
    if (node.clause == nullptr) return std::string{node.part};
    return rules::describe(*node.clause, &rules.rule(rule), rules);
}

std::string decidingText(std::string_view part, TraceNode const& root, rules::RuleIndex rule,
                         rules::RuleSet const& rules)
{
    auto const& node = decider(root);
    std::string text = node.clause != nullptr ? node.clause->where + " " : std::string{};
    text.append(part).append(": ").append(clauseText(node, rule, rules));
    text.append(" is ").append(verdictText(node));
    for (auto const& note : node.notes) text.append("; ").append(note);
    return text;
}

void appendTree(TraceNode const& node, std::size_t depth, rules::RuleIndex rule,
                rules::RuleSet const& rules, std::string& text)
{
    text.append(4 + 2 * depth, ' ').append(verdictText(node)).append("  ");
    if (!node.part.empty()) text.append("[").append(node.part).append("] ");
    text.append(clauseText(node, rule, rules));
    for (auto const& note : node.notes) text.append("; ").append(note);
    text += '\n';
    for (auto const& child : node.children) appendTree(child, depth + 1, rule, rules, text);
}

} // namespace

std::string decidingClause(rules::Evaluation const& evaluation, rules::RuleIndex rule,
                           rules::RuleSet const& rules)
{
    auto const* trace = traceOf(evaluation, rule);
    auto const* judgement = evaluation.of(rule);
    if (trace == nullptr || judgement == nullptr || trace->parts.empty()) return {};
    auto const part = [&](std::string_view name) -> TraceNode const* {
        auto const at = std::ranges::find(trace->parts, name, &TraceNode::part);
        return at == trace->parts.end() ? nullptr : &*at;
    };
    auto const* when = part("when");
    auto const* unless = part("unless");
    if (judgement->outcome == rules::Outcome::Suppressed && unless != nullptr &&
        unless->verdict == Verdict::Yes)
        return decidingText("unless", *unless, rule, rules);
    if (when != nullptr && when->verdict != Verdict::Yes)
        return decidingText("when", *when, rule, rules);
    for (auto const& band : trace->parts)
        if (band.part.starts_with("bands") && band.verdict == Verdict::Yes)
            return decidingText(band.part, band, rule, rules);
    return {};
}

std::string traceText(rules::Evaluation const& evaluation, rules::RuleIndex rule,
                      rules::RuleSet const& rules)
{
    auto const* trace = traceOf(evaluation, rule);
    if (trace == nullptr) return {};
    std::string text = "    " + rules.rule(rule).id + '\n';
    for (auto const& part : trace->parts) appendTree(part, 1, rule, rules, text);
    return text;
}

} // namespace tcds::cases
