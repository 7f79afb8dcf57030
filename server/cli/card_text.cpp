#include "server/cli/card_text.hpp"

#include <algorithm>
#include <string_view>

namespace tcds::cli {

namespace {

struct Style {
    bool colour = false;
    [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const
    {
        if (!colour) return std::string{text};
        return "\x1b[" + std::string{code} + "m" + std::string{text} + "\x1b[0m";
    }
};

std::string_view colourOf(rules::Level level)
{
    switch (level) {
    case rules::Level::Critical:
        return "1;37;41";
    case rules::Level::Warning:
        return "1;30;43";
    case rules::Level::Info:
        return "1;37;44";
    }
    return "0";
}

/// Markdown of ours to plain text: `**` marks bold, a backslash protects the next sign.
struct Plain {
    std::string text;
    std::vector<bool> bold; // by byte of `text`
};

Plain plainOf(std::string_view markdown)
{
    Plain plain;
    auto isBold = false;
    for (std::size_t i = 0; i < markdown.size(); ++i) {
        if (markdown[i] == '\\' && i + 1 < markdown.size())
            ++i;
        else if (markdown.substr(i, 2) == "**") {
            isBold = !isBold;
            ++i;
            continue;
        }
        plain.text += markdown[i];
        plain.bold.push_back(isBold);
    }
    return plain;
}

/// Counts characters, not bytes.
std::size_t lengthOf(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string painted(Plain const& plain, std::size_t from, std::size_t to, Style const& style)
{
    if (!style.colour) return plain.text.substr(from, to - from);
    std::string text;
    for (auto at = from; at < to;) {
        auto end = at;
        while (end < to && plain.bold[end] == plain.bold[at]) ++end;
        auto const part = std::string_view{plain.text}.substr(at, end - at);
        text += plain.bold[at] ? style.paint("1", part) : std::string{part};
        at = end;
    }
    return text;
}

/// One paragraph, wrapped at word ends; list items hang.
void wrap(std::string& out, std::string_view paragraph, std::size_t width, Style const& style)
{
    auto const item = paragraph.starts_with("- ") || paragraph.starts_with("* ");
    auto const plain = plainOf(item ? paragraph.substr(2) : paragraph);
    std::string const first = item ? "  • " : "  ";
    std::string const rest = item ? "    " : "  ";
    auto const& text = plain.text;
    std::size_t at = 0;
    auto lead = first;
    while (at < text.size()) {
        auto end = at;
        auto next = at;
        while (next < text.size()) {
            auto const blank = std::min(text.find(' ', next + 1), text.size());
            if (end > at && lengthOf(std::string_view{text}.substr(at, blank - at)) + 4 > width)
                break;
            end = blank;
            next = blank;
        }
        out += lead + painted(plain, at, end, style) + "\n";
        at = end < text.size() && text[end] == ' ' ? end + 1 : end;
        lead = rest;
    }
}

void addDetail(std::string& out, std::string_view detail, std::size_t width, Style const& style)
{
    while (!detail.empty()) {
        auto const end = std::min(detail.find('\n'), detail.size());
        auto const line = detail.substr(0, end);
        if (line.empty())
            out += "\n";
        else
            wrap(out, line, width, style);
        detail.remove_prefix(std::min(end + 1, detail.size()));
    }
}

std::string_view kindOf(rules::Suggestion const& suggestion)
{
    switch (suggestion.kind) {
    case rules::Suggestion::Kind::Test:
        return "draft order";
    case rules::Suggestion::Kind::Review:
        return "draft task";
    case rules::Suggestion::Kind::Text:
        return "note";
    }
    return "";
}

std::string_view markOf(rules::Verdict verdict)
{
    switch (verdict) {
    case rules::Verdict::Yes:
        return "yes    ";
    case rules::Verdict::No:
        return "no     ";
    case rules::Verdict::Unknown:
        return "unknown";
    }
    return "";
}

std::string_view paintOf(rules::Verdict verdict)
{
    switch (verdict) {
    case rules::Verdict::Yes:
        return "32";
    case rules::Verdict::No:
        return "31";
    case rules::Verdict::Unknown:
        return "33";
    }
    return "0";
}

void addNode(std::string& out, rules::TraceNode const& node, rules::Evaluation const& evaluation,
             rules::Rule const& rule, std::size_t depth, Style const& style)
{
    std::string const indent(depth * 2 + 2, ' ');
    out += indent + style.paint(paintOf(node.verdict), markOf(node.verdict)) + " ";
    if (!node.part.empty()) out += std::string{node.part} + ": ";
    out += node.clause->says.empty()
               ? rules::describe(*node.clause, &rule, evaluation.chart.rules())
               : node.clause->says;
    if (node.verdict == rules::Verdict::Unknown) {
        out += " [" + std::string{toText(node.reason)};
        if (!node.what.empty()) out += " " + std::string{node.what};
        out += "]";
    }
    if (!node.used.empty()) {
        out += " (";
        for (std::size_t i = 0; i < node.used.size(); ++i)
            out += (i == 0 ? "f" : ", f") + std::to_string(node.used[i].index());
        out += ")";
    }
    out += "\n";
    for (auto const& note : node.notes) out += indent + "        " + note + "\n";
    for (auto const& child : node.children) addNode(out, child, evaluation, rule, depth + 1, style);
}

std::string headline(rules::Judgement const* judgement)
{
    if (judgement == nullptr) return "not looked at";
    std::string text{rules::toText(judgement->outcome)};
    if (judgement->outcome == rules::Outcome::Fired) {
        text += ", level " + std::string{rules::toText(judgement->level)};
        if (judgement->tier != rules::Tier::None)
            text += ", tier " + std::string{rules::toText(judgement->tier)};
        return text;
    }
    if (!judgement->why.empty()) text += ": " + std::string{judgement->why};
    if (!judgement->what.empty()) text += " (" + std::string{judgement->what} + ")";
    return text;
}

} // namespace

std::string cardsAsText(std::vector<rules::Card> const& cards, rules::RuleSet const& rules,
                        std::size_t width, bool colour)
{
    Style const style{colour};
    if (cards.empty()) return "No card: nothing to say about this call.\n";
    std::string out;
    for (auto const& card : cards) {
        if (&card != &cards.front()) out += "\n";
        std::string label = " ";
        for (auto const c : rules::toText(card.indicator))
            label += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        label += " ";
        out += style.paint(colourOf(card.indicator), label) + " " + style.paint("1", card.summary) +
               "\n";
        if (card.level != card.indicator)
            out += "  (level " + std::string{rules::toText(card.level)} + ", shown as " +
                   std::string{rules::toText(card.indicator)} + ")\n";
        out += "\n";
        addDetail(out, card.detail, width, style);
        if (!card.suggestions.empty()) out += "\n";
        for (auto const& suggestion : card.suggestions)
            out += "  [ " + suggestion.label + " ]  " + std::string{kindOf(suggestion)} + "\n";
        if (card.overrideReasons.empty()) continue;
        std::string reasons = "Override reasons: ";
        for (auto const index : card.overrideReasons) {
            if (index != card.overrideReasons.front()) reasons += "; ";
            reasons += rules.overrideReasons[index].display;
        }
        out += "\n";
        wrap(out, reasons, width, style);
    }
    return out;
}

std::string traceAsText(rules::Evaluation const& evaluation, rules::RuleIndex index, bool colour)
{
    Style const style{colour};
    auto const& rule = evaluation.chart.rules().rule(index);
    std::string out = style.paint("1", rule.id) + " " + rule.version + " " + rule.title + ": " +
                      headline(evaluation.of(index)) + "\n";
    for (auto const& trace : evaluation.traces) {
        if (trace.rule != index) continue;
        for (auto const& part : trace.parts) addNode(out, part, evaluation, rule, 0, style);
    }
    return out;
}

} // namespace tcds::cli
