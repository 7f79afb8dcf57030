#include "server/audit/members.hpp"
#include "server/audit/rule_report.hpp"

#include <algorithm>

// The report for people, for programs and for spreadsheets.

namespace tcds::audit {

namespace {

void right(std::string& text, std::string_view value, std::size_t width)
{
    text.append(value.size() < width ? width - value.size() : 0, ' ').append(value);
}

std::string shareOf(RuleCount const& rule)
{
    return rule.accepted + rule.overridden == 0 ? "-"
                                                : std::to_string(rule.overriddenPercent()) + " %";
}

/// "addressed 3, none 1"
std::string reasonsOf(RuleCount const& rule)
{
    std::string text;
    for (std::size_t i = 0; i < rule.reasons.size(); ++i) {
        if (rule.reasons[i] == 0) continue;
        if (!text.empty()) text += ", ";
        text.append(kOverrideColumns[i]).append(" ").append(std::to_string(rule.reasons[i]));
    }
    return text;
}

std::string summaryOf(RuleReport const& report)
{
    auto text = std::to_string(report.decisions) + " decisions, " +
                std::to_string(report.withCards) + " of them with cards";
    if (report.silent > 0) text += ", " + std::to_string(report.silent) + " for silent clients";
    text += "; feedback on " + std::to_string(report.feedback) + " cards";
    if (report.unlinked > 0)
        text += "; " + std::to_string(report.unlinked) +
                " feedback records on cards of other periods or nodes";
    if (report.unreadable > 0)
        text += "; " + std::to_string(report.unreadable) +
                " lines are no records, see twitch-cds audit verify";
    return text + "\n";
}

} // namespace

std::string toText(RuleReport const& report)
{
    std::size_t widest = 4;
    for (auto const& rule : report.rules) widest = std::max(widest, rule.rule.size());
    auto text = summaryOf(report) + "\n" + std::string{"rule"} + std::string(widest - 4, ' ');
    for (auto const column : {"fired", "held back", "returned", "accepted", "overridden", "share"})
        right(text, column, 12);
    text += "  reasons\n";
    for (auto const& rule : report.rules) {
        text += rule.rule + std::string(widest - rule.rule.size(), ' ');
        for (auto const count :
             {rule.fired, rule.heldBack, rule.returned, rule.accepted, rule.overridden})
            right(text, std::to_string(count), 12);
        right(text, shareOf(rule), 12);
        if (auto const reasons = reasonsOf(rule); !reasons.empty()) text += "  " + reasons;
        if (rule.flagged()) text += "  <- more than 90 % overridden: review this rule";
        text += '\n';
    }
    return text;
}

std::string toJson(RuleReport const& report)
{
    Members json;
    json.member("decisions", report.decisions);
    json.member("withCards", report.withCards);
    json.member("silent", report.silent);
    json.member("feedback", report.feedback);
    json.member("unlinked", report.unlinked);
    json.member("unreadable", report.unreadable);
    json.openArray("rules");
    for (auto const& rule : report.rules) {
        json.openObject();
        json.member("rule", rule.rule);
        json.member("fired", rule.fired);
        json.member("heldBack", rule.heldBack);
        json.member("returned", rule.returned);
        json.member("accepted", rule.accepted);
        json.member("overridden", rule.overridden);
        json.openObject("reasons");
        for (std::size_t i = 0; i < rule.reasons.size(); ++i)
            if (rule.reasons[i] > 0) json.member(kOverrideColumns[i], rule.reasons[i]);
        json.close();
        if (rule.accepted + rule.overridden > 0)
            json.member("overriddenPercent", rule.overriddenPercent());
        json.flag("flagged", rule.flagged());
        json.close();
    }
    json.close();
    auto members = json.take();
    if (members.starts_with(',')) members.erase(0, 1);
    return "{" + members + "}\n";
}

/// Ids and counts alone: nothing in a field needs quotes.
std::string toCsv(RuleReport const& report)
{
    std::string text =
        "rule,fired,held_back,returned,accepted,overridden,overridden_percent,flagged";
    for (auto const reason : kOverrideColumns) text.append(",").append(reason);
    text += "\r\n";
    for (auto const& rule : report.rules) {
        text += rule.rule;
        for (auto const count :
             {rule.fired, rule.heldBack, rule.returned, rule.accepted, rule.overridden})
            text += "," + std::to_string(count);
        text += rule.accepted + rule.overridden == 0
                    ? ","
                    : "," + std::to_string(rule.overriddenPercent());
        text += rule.flagged() ? ",yes" : ",no";
        for (auto const count : rule.reasons) text += "," + std::to_string(count);
        text += "\r\n";
    }
    return text;
}

} // namespace tcds::audit
