#include "server/audit/members.hpp"
#include "server/query/csv.hpp"
#include "server/query/report.hpp"
#include "server/query/report_words.hpp"

#include <algorithm>
#include <vector>

// The report for people, for programs and for spreadsheets.

namespace tcds::query {

namespace {

/// Columns of a table for people: the first to the left, the others to the right; what follows them
/// has no width.
class Table
{
public:
    explicit Table(std::vector<std::string> head) : columns_{head.size()}
    {
        row(std::move(head), "reasons");
    }

    void row(std::vector<std::string> cells, std::string rest = {})
    {
        cells.push_back(std::move(rest));
        rows_.push_back(std::move(cells));
    }

    [[nodiscard]] std::string text() const
    {
        std::vector<std::size_t> widths(columns_, 0);
        for (auto const& cells : rows_)
            for (std::size_t i = 0; i < columns_; ++i)
                widths[i] = std::max(widths[i], cells[i].size());
        std::string text;
        for (auto const& cells : rows_) {
            for (std::size_t i = 0; i < columns_; ++i) {
                auto const blanks = widths[i] - cells[i].size();
                if (i > 0) text.append(2, ' ');
                if (i > 0) text.append(blanks, ' ');
                text += cells[i];
                if (i == 0) text.append(blanks, ' ');
            }
            if (!cells.back().empty()) text += "  " + cells.back();
            text += '\n';
        }
        return text;
    }

private:
    std::size_t columns_;
    std::vector<std::vector<std::string>> rows_;
};

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string summaryOf(Report const& report)
{
    auto const& all = report.all;
    auto text =
        number(all.decisions) + " decisions, " + number(all.withCards) + " of them with cards";
    if (all.silent > 0) text += ", " + number(all.silent) + " for silent clients";
    auto const answered = all.cards.answered();
    text += "; feedback on " + number(answered) + (answered == 1 ? " card" : " cards");
    if (report.unlinked > 0)
        text +=
            "; " + number(report.unlinked) + " feedback records on cards of other periods or nodes";
    if (report.unreadable > 0)
        text +=
            "; " + number(report.unreadable) + " lines are no records, see twitch-cds audit verify";
    text += "\n" + number(all.cards.returned) + " cards in " + number(all.complaintEncounters) +
            " encounters with a complaint";
    if (all.complaintEncounters > 0) text += ": " + burdenOf(all) + " per 100";
    return text + "\n";
}

std::string byRule(Report const& report)
{
    Table table{{"rule", "fired", "held back", "returned", "accepted", "overridden", "share"}};
    for (auto const& rule : report.rules) {
        auto rest = reasonsOf(rule.cards.reasons);
        if (rule.flagged())
            rest += std::string{rest.empty() ? "" : "  "} +
                    "<- more than 90 % overridden: review this rule";
        table.row({rule.rule, number(rule.fired), number(rule.heldBack),
                   number(rule.cards.returned), number(rule.cards.accepted),
                   number(rule.cards.overridden), shareOf(rule.cards)},
                  rest);
    }
    return table.text();
}

std::string byGroup(char const* name, std::vector<GroupCount> const& groups)
{
    Table table{{name, "decisions", "with cards", "cards", "encounters", "per 100", "accepted",
                 "overridden", "share"}};
    for (auto const& group : groups)
        table.row({nameOf(group), number(group.decisions), number(group.withCards),
                   number(group.cards.returned), number(group.complaintEncounters), burdenOf(group),
                   number(group.cards.accepted), number(group.cards.overridden),
                   shareOf(group.cards)},
                  reasonsOf(group.cards.reasons));
    return table.text();
}

std::string byReason(Report const& report)
{
    std::string text;
    Table table{{"reason", "cards", "share"}};
    for (auto const& reason : reasonsIn(report)) {
        std::string rules;
        for (auto const& [rule, cards] : reason.rules)
            rules += (rules.empty() ? "" : ", ") + rule + " " + number(cards);
        table.row({std::string{reason.code}, number(reason.cards),
                   number(100 * reason.cards / report.all.cards.overridden) + " %"},
                  rules);
    }
    text = table.text();
    text.replace(text.find("reasons\n"), 8, "rules on those cards\n");
    return text;
}

// --- JSON ----------------------------------------------------------------------------------------

void writeAnswers(audit::Members& json, Answers const& cards)
{
    json.member("returned", cards.returned);
    json.member("accepted", cards.accepted);
    json.member("overridden", cards.overridden);
    json.openObject("reasons");
    for (std::size_t i = 0; i < cards.reasons.size(); ++i)
        if (cards.reasons[i] > 0) json.member(kOverrideColumns[i], cards.reasons[i]);
    json.close();
    if (cards.answered() > 0) json.member("overriddenPercent", cards.overriddenPercent());
}

void writeGroup(audit::Members& json, GroupCount const& group)
{
    json.member("decisions", group.decisions);
    json.member("withCards", group.withCards);
    json.member("silent", group.silent);
    writeAnswers(json, group.cards);
    json.member("complaintEncounters", group.complaintEncounters);
    if (group.complaintEncounters > 0) json.raw("cardsPer100", burdenOf(group));
}

void writeGroups(audit::Members& json, char const* list, char const* name,
                 std::vector<GroupCount> const& groups)
{
    json.openArray(list);
    for (auto const& group : groups) {
        json.openObject();
        json.member(name, group.name);
        writeGroup(json, group);
        json.close();
    }
    json.close();
}

// --- CSV -----------------------------------------------------------------------------------------

std::string answersHead() { return "accepted,overridden,overridden_percent"; }

std::string answersCsv(Answers const& cards)
{
    return number(cards.accepted) + "," + number(cards.overridden) + "," +
           (cards.answered() == 0 ? "" : std::to_string(cards.overriddenPercent()));
}

std::string reasonsHead()
{
    std::string text;
    for (auto const reason : kOverrideColumns) text.append(",").append(reason);
    return text;
}

std::string reasonsCsv(ReasonCounts const& reasons)
{
    std::string text;
    for (auto const count : reasons) text += "," + number(count);
    return text;
}

std::string rulesCsv(Report const& report)
{
    auto text =
        "rule,fired,held_back,returned," + answersHead() + ",flagged" + reasonsHead() + "\r\n";
    for (auto const& rule : report.rules)
        text += csvField(rule.rule) + "," + number(rule.fired) + "," + number(rule.heldBack) + "," +
                number(rule.cards.returned) + "," + answersCsv(rule.cards) +
                (rule.flagged() ? ",yes" : ",no") + reasonsCsv(rule.cards.reasons) + "\r\n";
    return text;
}

std::string groupsCsv(char const* name, std::vector<GroupCount> const& groups)
{
    auto text = std::string{name} +
                ",decisions,with_cards,silent,cards,complaint_encounters,cards_per_100," +
                answersHead() + reasonsHead() + "\r\n";
    for (auto const& group : groups)
        text += csvField(group.name) + "," + number(group.decisions) + "," +
                number(group.withCards) + "," + number(group.silent) + "," +
                number(group.cards.returned) + "," + number(group.complaintEncounters) + "," +
                (group.complaintEncounters == 0 ? "" : burdenOf(group)) + "," +
                answersCsv(group.cards) + reasonsCsv(group.cards.reasons) + "\r\n";
    return text;
}

std::string reasonsTableCsv(Report const& report)
{
    std::string text = "reason,rule,cards\r\n";
    for (auto const& reason : reasonsIn(report)) {
        text += std::string{reason.code} + ",," + number(reason.cards) + "\r\n";
        for (auto const& [rule, cards] : reason.rules)
            text += std::string{reason.code} + "," + csvField(rule) + "," + number(cards) + "\r\n";
    }
    return text;
}

} // namespace

std::string toText(Report const& report, By by)
{
    auto const summary = summaryOf(report) + "\n";
    switch (by) {
    case By::Rule:
        return summary + byRule(report);
    case By::Client:
        return summary + byGroup("client", report.clients);
    case By::Week:
        return summary + byGroup("week", report.weeks);
    case By::Reason:
        return summary + byReason(report);
    }
    return summary;
}

std::string toJson(Report const& report)
{
    audit::Members json;
    json.memberIfAny("from", report.period.from);
    json.memberIfAny("to", report.period.to);
    json.memberIfAny("firstDecision", report.firstTime);
    json.memberIfAny("lastDecision", report.lastTime);
    writeGroup(json, report.all);
    json.member("feedback", report.all.cards.answered());
    json.member("unlinked", report.unlinked);
    json.member("unreadable", report.unreadable);
    json.openArray("rules");
    for (auto const& rule : report.rules) {
        json.openObject();
        json.member("rule", rule.rule);
        json.member("fired", rule.fired);
        json.member("heldBack", rule.heldBack);
        writeAnswers(json, rule.cards);
        json.flag("flagged", rule.flagged());
        json.close();
    }
    json.close();
    writeGroups(json, "clients", "client", report.clients);
    writeGroups(json, "weeks", "week", report.weeks);
    auto members = json.take();
    if (members.starts_with(',')) members.erase(0, 1);
    return "{" + members + "}\n";
}

std::string toCsv(Report const& report, By by)
{
    switch (by) {
    case By::Rule:
        return rulesCsv(report);
    case By::Client:
        return groupsCsv("client", report.clients);
    case By::Week:
        return groupsCsv("week", report.weeks);
    case By::Reason:
        return reasonsTableCsv(report);
    }
    return {};
}

} // namespace tcds::query
