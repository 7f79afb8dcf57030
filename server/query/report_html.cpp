#include "fhir/base/html_escape.hpp"
#include "server/query/chart.hpp"
#include "server/query/report.hpp"
#include "server/query/report_style.hpp"
#include "server/query/report_words.hpp"

#include <algorithm>
#include <vector>

// The report as a page: figures, then for each question a picture and the table it is drawn from.

namespace tcds::query {

namespace {

/// A cell of a table; numbers stand to the right.
struct Cell {
    std::string text;
    enum class Kind : std::uint8_t { Word, Number } kind = Kind::Word;
};

Cell number(std::uint64_t value) { return {grouped(value), Cell::Kind::Number}; }
Cell figure(std::string text) { return {std::move(text), Cell::Kind::Number}; }

struct Row {
    std::vector<Cell> cells;
    bool flagged = false;
};

std::string classOf(Cell::Kind kind)
{
    return kind == Cell::Kind::Number ? " class=\"number\"" : "";
}

/// Wide tables scroll inside their own frame, by keyboard too.
std::string tableHtml(std::string const& caption, std::vector<Cell> const& head,
                      std::vector<Row> const& rows)
{
    auto html = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                htmlEscaped(caption) + "\"><table><caption>" + htmlEscaped(caption) +
                "</caption>\n<thead><tr>";
    for (auto const& cell : head)
        html += "<th scope=\"col\"" + classOf(cell.kind) + ">" + htmlEscaped(cell.text) + "</th>";
    html += "</tr></thead>\n<tbody>\n";
    for (auto const& row : rows) {
        html += row.flagged ? "<tr class=\"flagged\">" : "<tr>";
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            auto const& cell = row.cells[i];
            html += i == 0 ? "<th scope=\"row\">" + htmlEscaped(cell.text) + "</th>"
                           : "<td" + classOf(cell.kind) + ">" + htmlEscaped(cell.text) + "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string section(std::string_view id, std::string_view title, std::string const& inside)
{
    return "<section id=\"" + std::string{id} + "\">\n<h2>" + std::string{title} + "</h2>\n" +
           inside + "</section>\n";
}

std::string paragraph(std::string const& text) { return "<p>" + htmlEscaped(text) + "</p>\n"; }

std::string figureHtml(std::string const& legend, std::string const& svg)
{
    return "<figure>\n" + legend + svg + "</figure>\n";
}

std::vector<Stretch> answersOf(Answers const& cards)
{
    return {{cards.accepted, "accepted"},
            {cards.overridden, "overridden"},
            {cards.returned - std::min(cards.returned, cards.answered()), "none"}};
}

std::string periodOf(Report const& report)
{
    auto const day = [](std::string const& time) { return time.substr(0, 10); };
    if (report.firstTime.empty()) return "No decision in this period.";
    auto const from = report.period.from.empty() ? day(report.firstTime) : report.period.from;
    auto const to = report.period.to.empty() ? day(report.lastTime) : report.period.to;
    return "Decisions from " + from + " to " + to +
           " (UTC), and what was said of their cards whenever it came.";
}

// --- Parts ---------------------------------------------------------------------------------------

std::string figures(Report const& report)
{
    auto const& all = report.all;
    auto const one = [](std::string const& name, std::string const& value,
                        std::string const& more = {}) {
        return "<div><dt>" + name + "</dt><dd>" + value +
               (more.empty() ? "" : " <small>" + more + "</small>") + "</dd></div>\n";
    };
    auto html = "<dl class=\"figures\">\n" +
                one("decisions", grouped(all.decisions),
                    all.silent == 0 ? "" : grouped(all.silent) + " silent") +
                one("cards returned", grouped(all.cards.returned),
                    "in " + grouped(all.withCards) + " answers") +
                one("accepted", grouped(all.cards.accepted)) +
                one("overridden", grouped(all.cards.overridden),
                    all.cards.answered() == 0 ? "" : shareOf(all.cards) + " of those answered") +
                one("encounters with a complaint", grouped(all.complaintEncounters)) +
                one("cards for 100 of them", burdenOf(all)) + "</dl>\n";
    std::string flagged;
    for (auto const& rule : report.rules)
        if (rule.flagged()) flagged += (flagged.empty() ? "" : ", ") + rule.rule;
    if (!flagged.empty())
        html += "<p class=\"warn\">To be reviewed, for more than 90 % of their cards were "
                "overridden: " +
                htmlEscaped(flagged) + ".</p>\n";
    if (report.unreadable > 0)
        html += "<p class=\"warn\">" + grouped(report.unreadable) +
                " lines of the log are no records: see <code>twitch-cds audit verify</code>.</p>\n";
    if (report.unlinked > 0)
        html += paragraph(grouped(report.unlinked) +
                          " feedback records are on cards of other periods or nodes, and are not "
                          "counted here.");
    return html;
}

std::string rulesPart(Report const& report)
{
    auto byFirings = report.rules;
    std::ranges::stable_sort(byFirings, std::ranges::greater{},
                             [](RuleCount const& rule) { return rule.fired; });
    std::vector<Bar> bars;
    for (auto const& rule : byFirings)
        bars.push_back(
            {rule.rule,
             grouped(rule.fired) + " fired, " + grouped(rule.cards.returned) + " returned",
             {{{rule.fired, "fired"}}, answersOf(rule.cards)}});
    std::vector<Row> rows;
    for (auto const& rule : report.rules)
        rows.push_back({{{rule.rule},
                         number(rule.fired),
                         number(rule.heldBack),
                         number(rule.cards.returned),
                         number(rule.cards.accepted),
                         number(rule.cards.overridden),
                         figure(shareOf(rule.cards))},
                        rule.flagged()});
    return section(
        "rules", "Rules",
        paragraph("How often each rule fired, on how many returned cards it stood, and how those "
                  "cards were answered; a card without feedback says nothing.") +
            figureHtml(drawLegend({{"fired", "fired"},
                                   {"accepted", "returned: accepted"},
                                   {"overridden", "returned: overridden"},
                                   {"none", "returned: no feedback"}}),
                       drawBars({"rules-picture", "Rules: fired and returned",
                                 "Two bars a rule: how often it fired, and the cards that it "
                                 "stood on by their answer. The table below has the numbers."},
                                bars)) +
            tableHtml("Rules by id",
                      {{"rule"},
                       figure("fired"),
                       figure("held back"),
                       figure("returned"),
                       figure("accepted"),
                       figure("overridden"),
                       figure("share")},
                      rows));
}

/// Which rule was overridden for which reason; reasons that nobody gave have no column.
std::string reasonsOfRules(Report const& report)
{
    auto const& given = report.all.cards.reasons;
    std::vector<Cell> head{{"rule"}};
    for (std::size_t i = 0; i < given.size(); ++i)
        if (given[i] > 0) head.push_back(figure(std::string{kOverrideColumns[i]}));
    std::vector<Row> rows;
    for (auto const& rule : report.rules) {
        if (rule.cards.overridden == 0) continue;
        Row row{{{rule.rule}}};
        for (std::size_t i = 0; i < given.size(); ++i)
            if (given[i] > 0) row.cells.push_back(number(rule.cards.reasons[i]));
        rows.push_back(std::move(row));
    }
    return tableHtml("Rules by reason: overridden cards that each stood on", head, rows);
}

std::string reasonsPart(Report const& report)
{
    auto const reasons = reasonsIn(report);
    if (reasons.empty())
        return section("reasons", "Why cards were overridden",
                       paragraph("No card of this period was overridden."));
    std::vector<Bar> bars;
    std::vector<Row> rows;
    for (auto const& reason : reasons) {
        auto const share = std::to_string(100 * reason.cards / report.all.cards.overridden) + " %";
        bars.push_back({std::string{reason.code},
                        grouped(reason.cards) + " cards, " + share,
                        {{{reason.cards, "overridden"}}}});
        rows.push_back({{{std::string{reason.code}}, number(reason.cards), figure(share)}});
    }
    return section("reasons", "Why cards were overridden",
                   figureHtml({}, drawBars({"reasons-picture", "Overridden cards by reason",
                                            "A bar a reason; the table below has the numbers."},
                                           bars)) +
                       tableHtml("Overridden cards by reason",
                                 {{"reason"}, figure("cards"), figure("share")}, rows) +
                       reasonsOfRules(report));
}

std::vector<Cell> groupHead(char const* name)
{
    return {{name},
            figure("decisions"),
            figure("with cards"),
            figure("cards"),
            figure("encounters"),
            figure("cards for 100"),
            figure("accepted"),
            figure("overridden"),
            figure("share")};
}

std::vector<Row> groupRows(std::vector<GroupCount> const& groups)
{
    std::vector<Row> rows;
    for (auto const& group : groups)
        rows.push_back({{{nameOf(group)},
                         number(group.decisions),
                         number(group.withCards),
                         number(group.cards.returned),
                         number(group.complaintEncounters),
                         figure(burdenOf(group)),
                         number(group.cards.accepted),
                         number(group.cards.overridden),
                         figure(shareOf(group.cards))}});
    return rows;
}

std::string weeksPart(Report const& report)
{
    std::vector<std::string> names;
    Curve returned{"accepted", {}};
    Curve overridden{"overridden", {}};
    for (auto const& week : report.weeks) {
        names.push_back(week.name);
        returned.values.push_back(week.cards.returned);
        overridden.values.push_back(week.cards.overridden);
    }
    return section(
        "weeks", "Weeks",
        figureHtml(
            drawLegend({{"accepted", "cards returned"}, {"overridden", "of them overridden"}}),
            drawCurves({"weeks-picture", "Cards a week",
                        "Cards returned in each week, and those of them that were overridden. The "
                        "table below has the numbers."},
                       names, {returned, overridden})) +
            tableHtml("Weeks (ISO 8601, UTC) by the time of the decision", groupHead("week"),
                      groupRows(report.weeks)));
}

std::string clientsPart(Report const& report)
{
    std::vector<Bar> bars;
    for (auto const& client : report.clients) {
        if (client.complaintEncounters == 0) continue;
        bars.push_back({nameOf(client),
                        burdenOf(client) + " cards for 100 encounters",
                        {{{client.burdenTenths(), "fired"}}}});
    }
    return section(
        "clients", "Burden of each client",
        paragraph("Cards returned for 100 encounters in which a complaint was seen. An encounter "
                  "counts once, for the client and in the week of its first such decision; a "
                  "patient's day counts as one where the call names none. Silent clients return "
                  "no cards and have no such encounters.") +
            (bars.empty()
                 ? std::string{}
                 : figureHtml({}, drawBars({"clients-picture", "Cards for 100 encounters",
                                            "A bar a client; the table below has the numbers."},
                                           bars))) +
            tableHtml("Clients by name", groupHead("client"), groupRows(report.clients)));
}

} // namespace

std::string toHtml(Report const& report, std::string_view made)
{
    return std::string{"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                       // Wherever the page lies, it loads nothing.
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                       "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                       "<title>Cards and how they were answered</title>\n<style>"} +
           kReportStyle +
           "</style>\n</head>\n<body>\n<header>\n<h1>Cards and how they were answered</h1>\n<p>" +
           htmlEscaped(periodOf(report)) +
           "</p>\n<p class=\"quiet\">Counted from the decision log "
           "by twitch-cds on " +
           htmlEscaped(made) +
           ".</p>\n<nav aria-label=\"Parts of the report\"><ul>"
           "<li><a href=\"#rules\">Rules</a></li><li><a href=\"#reasons\">Reasons</a></li>"
           "<li><a href=\"#weeks\">Weeks</a></li><li><a href=\"#clients\">Burden</a></li>"
           "</ul></nav>\n</header>\n<main>\n" +
           figures(report) + rulesPart(report) + reasonsPart(report) + weeksPart(report) +
           clientsPart(report) + "</main>\n</body>\n</html>\n";
}

} // namespace tcds::query
