#include "server/query/report.hpp"

#include "fhir/base/datetime.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace tcds::query {

namespace {

using namespace std::chrono;

constexpr std::uint64_t kEnoughFirings = 200; // UX-11
constexpr unsigned kTooManyPercent = 90;

std::size_t columnOf(std::string_view reason)
{
    auto const at = std::ranges::find(kOverrideColumns, reason);
    return at == kOverrideColumns.end() ? kOverrideColumns.size() - 1
                                        : static_cast<std::size_t>(at - kOverrideColumns.begin());
}

void count(Answers& answers, CountedCard const& card)
{
    ++answers.returned;
    if (card.answer == CountedCard::Answer::Accepted) ++answers.accepted;
    if (card.answer != CountedCard::Answer::Overridden) return;
    ++answers.overridden;
    ++answers.reasons[columnOf(card.reason)];
}

sys_days mondayOf(Instant time)
{
    auto const day = floor<days>(time);
    return day - (weekday{day} - Monday);
}

/// "2026-W10": the week belongs to the year of its Thursday.
std::string nameOfWeek(sys_days monday)
{
    auto const thursday = monday + days{3};
    auto const year = year_month_day{thursday}.year();
    auto const week = (thursday - sys_days{year / January / 1}) / weeks{1} + 1;
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%04d-W%02d", static_cast<int>(year),
                  static_cast<int>(week));
    return text.data();
}

Result<std::int64_t> bound(std::string_view name, std::string const& text, bool isLast)
{
    if (text.empty())
        return isLast ? std::numeric_limits<std::int64_t>::max()
                      : std::numeric_limits<std::int64_t>::min();
    auto const read = parseDateTime(text);
    if (!read)
        return Error{Error::Kind::BadRequest, std::string{name},
                     "\"" + text + "\" is no date or instant",
                     "write 2026-03-03 or 2026-03-03T10:12:44Z"};
    return (isLast ? read->last() : read->first()).time_since_epoch().count();
}

} // namespace

unsigned Answers::overriddenPercent() const
{
    return answered() == 0 ? 0 : static_cast<unsigned>(100 * overridden / answered());
}

bool RuleCount::flagged() const
{
    return fired >= kEnoughFirings && 100 * cards.overridden > kTooManyPercent * cards.answered();
}

std::uint64_t GroupCount::burdenTenths() const
{
    if (complaintEncounters == 0) return 0;
    return (2 * 1000 * cards.returned + complaintEncounters) / (2 * complaintEncounters);
}

RuleCount& ReportCounter::rule(std::string_view id)
{
    auto const at = rules_.find(id);
    return at != rules_.end() ? at->second : rules_.emplace(id, RuleCount{}).first->second;
}

/// Changes the count of all, of the client and of the week.
template <class Change>
void ReportCounter::ofGroups(Instant time, std::string_view client, Change change)
{
    change(report_.all);
    auto at = clients_.find(client);
    if (at == clients_.end()) at = clients_.emplace(client, GroupCount{}).first;
    change(at->second);
    change(weeks_[mondayOf(time).time_since_epoch().count()]);
}

void ReportCounter::add(CountedDecision const& decision)
{
    first_ = std::min(first_, decision.time);
    last_ = std::max(last_, decision.time);
    ofGroups(decision.time, decision.client, [&](GroupCount& group) {
        ++group.decisions;
        if (decision.silent) ++group.silent;
        if (decision.withCards && !decision.silent) ++group.withCards;
    });
    for (auto const& judged : decision.judged) {
        if (judged.fired) ++rule(judged.rule).fired;
        if (judged.heldBack) ++rule(judged.rule).heldBack;
    }
}

void ReportCounter::add(CountedCard const& card)
{
    ofGroups(card.time, card.client, [&](GroupCount& group) { count(group.cards, card); });
    for (auto const id : card.rules) count(rule(id).cards, card);
}

void ReportCounter::addComplaintEncounters(Instant time, std::string_view client,
                                           std::uint64_t encounters)
{
    ofGroups(time, client, [&](GroupCount& group) { group.complaintEncounters += encounters; });
}

Report ReportCounter::finish(ReportPeriod period)
{
    report_.period = std::move(period);
    if (first_ <= last_) {
        report_.firstTime = tcds::toText(first_);
        report_.lastTime = tcds::toText(last_);
    }
    for (auto& [id, count] : rules_) {
        count.rule = id;
        report_.rules.push_back(std::move(count));
    }
    for (auto& [name, count] : clients_) {
        count.name = name;
        report_.clients.push_back(std::move(count));
    }
    constexpr std::int64_t kWeek = 7;
    std::int64_t before = 0;
    constexpr std::int64_t kMostEmpty = 53; // a wrong clock long ago draws no endless line
    for (auto& [day, count] : weeks_) {
        auto const gap = report_.weeks.empty() ? 0 : (day - before) / kWeek - 1;
        for (std::int64_t empty = 1; empty <= gap && gap <= kMostEmpty; ++empty)
            report_.weeks.push_back(
                {nameOfWeek(sys_days{days{before + empty * kWeek}}), 0, 0, 0, {}, 0});
        before = day;
        count.name = nameOfWeek(sys_days{days{day}});
        report_.weeks.push_back(std::move(count));
    }
    return std::move(report_);
}

Result<std::pair<std::int64_t, std::int64_t>> bounds(ReportPeriod const& period)
{
    auto const first = bound("from", period.from, false);
    if (!first) return first.error();
    auto const last = bound("to", period.to, true);
    if (!last) return last.error();
    return std::pair{*first, *last};
}

} // namespace tcds::query
