#include "fhir/base/datetime.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"

#include <algorithm>
#include <deque>

namespace tcds::audit {

namespace {

constexpr std::chrono::hours kDay{24};

/// What is wanted, ready to be compared with raw lines: members are written compactly and a quote
/// inside a string is always escaped, so `"name":"value"` in a line is a member.
struct Question {
    Wanted const& wanted;
    std::string from, to; // instants as the record writes them; "" = open
    std::string firstDay; // files of days before hold nothing wanted; "" = open
    std::string decision, card, answered, rule;

    [[nodiscard]] bool fits(std::string_view line) const
    {
        auto const parts = splitLine(line);
        if (!parts) return false; // what that is, `verify` says
        if (wanted.seq && parts->seq != *wanted.seq) return false;
        if (!wanted.type.empty() && parts->type != wanted.type) return false;
        if (!from.empty() && parts->time < from) return false;
        if (!to.empty() && parts->time > to) return false;
        auto const holds = [line](std::string const& text) {
            return line.find(text) != std::string_view::npos;
        };
        if (!decision.empty() && !holds(decision)) return false;
        if (!card.empty() && !holds(card) && !holds(answered)) return false;
        return rule.empty() || holds(rule);
    }
};

Error unreadableTime(std::string_view option, std::string const& text)
{
    return {Error::Kind::BadRequest, std::string{option}, "\"" + text + "\" is no date or instant",
            "write 2026-03-03 or 2026-03-03T10:12:44Z"};
}

Result<Question> questionOf(Wanted const& wanted)
{
    Question question{wanted, {}, {}, {}, {}, {}, {}, {}};
    if (!wanted.from.empty()) {
        auto const from = parseDateTime(wanted.from);
        if (!from) return unreadableTime("from", wanted.from);
        question.from = tcds::toText(from->first());
    }
    if (!wanted.to.empty()) {
        auto const to = parseDateTime(wanted.to);
        if (!to) return unreadableTime("to", wanted.to);
        question.to = tcds::toText(to->last());
    }
    question.firstDay = question.from.substr(0, 10);
    if (auto const made = madeAt(wanted.decisionId))
        question.firstDay = std::max(question.firstDay, toDay(*made - kDay));
    if (!wanted.decisionId.empty())
        question.decision = "\"decisionId\":\"" + wanted.decisionId + "\"";
    if (!wanted.card.empty()) {
        question.card = "\"uuid\":\"" + wanted.card + "\"";
        question.answered = "\"card\":\"" + wanted.card + "\""; // in feedback
    }
    if (!wanted.rule.empty()) question.rule = "{\"id\":\"" + wanted.rule + "\",\"version\":";
    return question;
}

/// A file of one day holds no record of a later day's clock, so files before the first day are
/// skipped; after a clock was set back, a newer file may hold an older time.
bool mayHold(std::string const& name, Question const& question)
{
    auto const day = dayOf(name);
    if (!question.wanted.lastDay.empty() && day > question.wanted.lastDay) return false;
    return day >= question.firstDay;
}

/// @param most  no line is read behind so many that fit; 0 = all are
/// @return how many fitted
Result<std::size_t> forEachIn(std::string const& path, Question const& question, std::size_t most,
                              std::function<void(std::string_view)> const& found)
{
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    std::size_t count = 0;
    while (most == 0 || count < most) {
        auto const next = reader->next();
        if (!next) return next.error();
        if (*next != LineReader::Found::Line) break; // a torn end is no record
        std::string_view const line{reader->line().data(), reader->line().size()};
        if (!question.fits(line)) continue;
        found(line);
        ++count;
    }
    return count;
}

/// From the newest file backwards, so that the last few records cost no walk through the years.
Result<std::deque<std::string>> newest(std::vector<std::string> const& paths,
                                       Question const& question)
{
    std::deque<std::string> kept;
    auto const last = question.wanted.last;
    for (auto path = paths.rbegin(); path != paths.rend() && kept.size() < last; ++path) {
        std::deque<std::string> here;
        auto const read = forEachIn(*path, question, 0, [&](std::string_view line) {
            here.emplace_back(line);
            if (here.size() > last - kept.size()) here.pop_front();
        });
        if (!read) return read.error();
        kept.insert(kept.begin(), std::make_move_iterator(here.begin()),
                    std::make_move_iterator(here.end()));
    }
    return kept;
}

Result<void> oldest(std::vector<std::string> const& paths, Question const& question,
                    std::function<void(std::string_view)> const& found)
{
    auto const first = question.wanted.first;
    std::size_t count = 0;
    for (auto const& path : paths) {
        auto const here = forEachIn(path, question, first == 0 ? 0 : first - count, found);
        if (!here) return here.error();
        count += *here;
        if (first != 0 && count >= first) break;
    }
    return {};
}

} // namespace

Result<void> forEachRecord(std::string const& directory, Wanted const& wanted,
                           std::function<void(std::string_view line)> const& found)
{
    auto const question = questionOf(wanted);
    if (!question) return question.error();
    auto const names = logFilesIn(directory);
    if (!names) return names.error();
    std::vector<std::string> paths;
    for (auto const& name : *names)
        if (mayHold(name, *question)) paths.push_back(directory + "/" + name);

    if (wanted.last == 0) return oldest(paths, *question, found);
    auto const lines = newest(paths, *question);
    if (!lines) return lines.error();
    for (auto const& line : *lines) found(line);
    return {};
}

std::optional<Instant> madeAt(std::string_view uuid)
{
    constexpr std::string_view kShape = "dddddddd-dddd-7ddd-dddd-dddddddddddd";
    if (uuid.size() != kShape.size()) return std::nullopt;
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        auto const isDigit =
            (uuid[i] >= '0' && uuid[i] <= '9') || (uuid[i] >= 'a' && uuid[i] <= 'f');
        if (kShape[i] == 'd' ? !isDigit : uuid[i] != kShape[i]) return std::nullopt;
        constexpr std::size_t kTimeEnds = 13; // 48 bits
        if (i < kTimeEnds && isDigit)
            milliseconds =
                milliseconds * 16 + (uuid[i] <= '9' ? uuid[i] - '0' : uuid[i] - 'a' + 10);
    }
    return Instant{std::chrono::milliseconds{milliseconds}};
}

Result<std::optional<std::string>> findDecision(std::string const& directory,
                                                std::string const& decisionId)
{
    auto const made = madeAt(decisionId);
    if (!made)
        return Error{Error::Kind::BadRequest, "decision", "not the id of a decision",
                     "write it as X-Decision-Id gave it: 36 characters, lower case"};
    Wanted wanted;
    wanted.decisionId = decisionId;
    wanted.type = "decision";
    wanted.first = 1;
    wanted.lastDay = toDay(*made + kDay);
    std::optional<std::string> record;
    auto const read =
        forEachRecord(directory, wanted, [&record](std::string_view line) { record = line; });
    if (!read) return read.error();
    return record;
}

} // namespace tcds::audit
