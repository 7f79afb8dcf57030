#include "fhir/base/json_writer.hpp"
#include "server/replay/range_report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcds::replay {

namespace {

std::string period(RangeTitle const& title)
{
    if (title.from.empty() && title.to.empty()) return "All decisions";
    auto text = std::string{"Decisions"};
    if (!title.from.empty()) text += " from " + title.from;
    if (!title.to.empty()) text += " to " + title.to;
    return text;
}

std::string plural(std::uint64_t count, std::string const& one, std::string const& many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string padded(std::string_view text, std::size_t width, bool right)
{
    std::string const gap(width > text.size() ? width - text.size() : 0, ' ');
    return right ? gap + std::string{text} : std::string{text} + gap;
}

/// The rules that a table shows: that were asked for, else those that differ.
std::vector<std::pair<std::string, RuleTally>> rows(RangeReport const& report,
                                                    RangeTitle const& title, bool all)
{
    std::vector<std::pair<std::string, RuleTally>> rows;
    for (auto const& [id, tally] : report.rules)
        if (title.onlyRule.empty() ? all || tally.differs() : id == title.onlyRule)
            rows.emplace_back(id, tally);
    return rows;
}

std::string table(std::vector<std::pair<std::string, RuleTally>> const& rows)
{
    using Row = std::array<std::string, 8>;
    std::vector<Row> lines{{"rule", "appears", "vanishes", "level", "otherwise", "cards then",
                            "cards now", "for example"}};
    for (auto const& [id, tally] : rows)
        lines.push_back({id, std::to_string(tally.appears), std::to_string(tally.vanishes),
                         std::to_string(tally.level), std::to_string(tally.otherwise),
                         std::to_string(tally.cardsThen), std::to_string(tally.cardsNow),
                         tally.examples.empty() ? "" : tally.examples.front()});
    std::array<std::size_t, 8> widths{};
    for (auto const& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string text;
    for (auto const& line : lines) {
        std::string row;
        for (std::size_t i = 0; i < line.size(); ++i)
            row +=
                (i == 0 ? "  " : "   ") + padded(line[i], widths[i], i > 0 && i + 1 < line.size());
        text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string counts(RangeReport const& report, RangeTitle const& title)
{
    auto const width = std::to_string(report.decisions).size();
    auto const line = [width](std::uint64_t count, std::string const& words) {
        return "  " + padded(std::to_string(count), width, true) + "  " + words + "\n";
    };
    auto text = line(report.decisions, report.decisions == 1 ? "decision" : "decisions");
    if (title.rules.empty()) {
        text +=
            line(report.same, "identical: the same judgements and the same cards, byte by byte");
        text += line(report.different, "different");
    } else {
        text += line(report.same + report.otherText,
                     "would have got the same cards" +
                         (report.otherText == 0 ? std::string{}
                                                : ", " + std::to_string(report.otherText) +
                                                      " of them in other words"));
        text += line(report.different, "would have been decided otherwise");
    }
    if (report.refused > 0)
        text +=
            line(report.refused, "of these refused: data that these rules need is not on record");
    for (auto const& [obstacle, reason] : report.stuck)
        text += line(reason.count, "not replayable: " + std::string{toText(obstacle)} +
                                       "\n      such as " + reason.example);
    return text;
}

} // namespace

std::string toText(RangeReport const& report, RangeTitle const& title)
{
    auto text = period(title) + ", made again with " +
                (title.rules.empty() ? "the rules of the day"
                                     : title.rules + ", in place of the rules of the day") +
                ":\n\n" + counts(report, title);
    if (report.decisions == 0) return text;
    text += "\nCards returned: " + std::to_string(report.cardsThen) + " then, " +
            std::to_string(report.cardsNow) + " now.\n";
    auto const shown = rows(report, title, false);
    if (!shown.empty()) {
        text += "\n" + table(shown);
    } else if (!title.onlyRule.empty()) {
        text += "\n" + title.onlyRule + " neither fired nor would fire in any of them.\n";
    } else if (!title.rules.empty()) {
        text += "\nNo rule is judged otherwise.\n";
    }
    if (!report.examples.empty()) {
        text += "\nLook at one: twitch-cds replay --decision " + report.examples.front();
        text += title.rules.empty() ? "\n" : " --pack ...\n";
    }
    if (report.unread > 0)
        text += "\n" + plural(report.unread, "decision holds", "decisions hold") +
                " a medicine or a test that only these rules know. Of these the records have the "
                "code and nothing more, so what these rules would make of them is not in the "
                "figures.\n";
    return text;
}

std::string toCsv(RangeReport const& report, RangeTitle const& title)
{
    std::string text =
        "rule,appears,vanishes,level_changes,judged_otherwise,cards_then,cards_now,examples\n";
    for (auto const& [id, tally] : rows(report, title, true)) {
        text += id;
        for (auto const count : {tally.appears, tally.vanishes, tally.level, tally.otherwise,
                                 tally.cardsThen, tally.cardsNow})
            text += "," + std::to_string(count);
        text += ",";
        for (auto const& example : tally.examples)
            text += (&example == &tally.examples.front() ? "" : " ") + example;
        text += "\n";
    }
    return text;
}

std::string toJson(RangeReport const& report, RangeTitle const& title)
{
    JsonText json;
    auto const writeStuck = [&] {
        for (auto const& [obstacle, reason] : report.stuck)
            json.object([&, &obstacle = obstacle, &reason = reason] {
                json.member("why", toText(obstacle));
                json.count("decisions", reason.count);
                json.member("example", reason.example);
            });
    };
    auto const writeRules = [&] {
        for (auto const& [id, tally] : rows(report, title, true))
            json.object([&, &id = id, &tally = tally] {
                json.member("rule", id);
                json.count("appears", tally.appears);
                json.count("vanishes", tally.vanishes);
                json.count("levelChanges", tally.level);
                json.count("judgedOtherwise", tally.otherwise);
                json.count("cardsThen", tally.cardsThen);
                json.count("cardsNow", tally.cardsNow);
                json.texts("examples", tally.examples);
            });
    };
    json.object([&] {
        json.member("from", title.from);
        json.member("to", title.to);
        json.member("rules", title.rules.empty() ? "of the day" : title.rules);
        json.count("decisions", report.decisions);
        json.count("same", report.same);
        json.count("otherText", report.otherText);
        json.count("different", report.different);
        json.count("refused", report.refused);
        json.count("unread", report.unread);
        json.count("cardsThen", report.cardsThen);
        json.count("cardsNow", report.cardsNow);
        json.texts("examples", report.examples);
        json.array("notReplayable", writeStuck);
        json.array("byRule", writeRules);
    });
    return json.text() + "\n";
}

} // namespace tcds::replay
