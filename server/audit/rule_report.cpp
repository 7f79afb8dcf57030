#include "server/audit/rule_report.hpp"

#include "fhir/base/datetime.hpp"
#include "fhir/base/json.hpp"
#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace tcds::audit {

namespace {

constexpr std::uint64_t kEnoughFirings = 200; // UX-11
constexpr unsigned kTooManyPercent = 90;
constexpr std::string_view kOverrideSystem = "urn:twitch-cds:override-reason";

std::size_t columnOf(json::Value const& feedback)
{
    auto const column = [](std::string_view name) {
        auto const at = std::ranges::find(kOverrideColumns, name);
        return static_cast<std::size_t>(at - kOverrideColumns.begin());
    };
    auto const* reason = json::child(feedback, "reason");
    if (reason == nullptr) return column("none");
    auto const code = json::textOf(*reason, "code");
    auto const known = column(code);
    auto const ours = json::textOf(*reason, "system") == kOverrideSystem && code != "none" &&
                      code != "other" && known < kOverrideColumns.size();
    return ours ? known : column("other");
}

/// Reads the log once, in order; feedback always follows its card.
class Counting
{
public:
    explicit Counting(std::string to) : to_{std::move(to)} {}

    void take(std::string_view line)
    {
        auto const parts = splitLine(line);
        json::Limits limits;
        limits.bytes = line.size() + 1; // our own record: as long as it is
        auto document = parts ? json::Document::parse(std::string{line}, limits)
                              : Result<json::Document>{Error{}};
        if (!document) {
            ++report_.unreadable;
            return;
        }
        if (parts->type == "decision" && (to_.empty() || parts->time <= to_))
            decision(document->root());
        else if (parts->type == "feedback")
            feedback(document->root());
    }

    RuleReport finish()
    {
        for (auto const& [uuid, card] : cards_) {
            if (!card.answered) continue;
            ++report_.feedback;
            for (auto const* rule : card.rules) answered(*rules_.find(*rule), card);
        }
        for (auto& [id, count] : rules_) {
            count.rule = id;
            report_.rules.push_back(std::move(count));
        }
        return std::move(report_);
    }

private:
    using Rules = std::map<std::string, RuleCount, std::less<>>;
    struct Card {
        std::vector<std::string const*> rules; // keys of rules_, which stay where they are
        bool answered = false, accepted = false;
        std::size_t column = 0;
        std::string at; // of the outcome, as an instant of the record
    };

    Rules::value_type& entry(std::string_view rule)
    {
        auto const at = rules_.find(rule);
        return at != rules_.end() ? *at : *rules_.emplace(rule, RuleCount{}).first;
    }

    void decision(json::Value const& record)
    {
        ++report_.decisions;
        auto const silent = json::textOf(record, "mode") == "silent";
        if (silent) ++report_.silent;
        for (auto const& rule : json::items(json::child(record, "rules"))) {
            auto const outcome = json::textOf(rule, "outcome");
            auto const why = json::textOf(rule, "why");
            auto const id = json::textOf(rule, "id");
            if (outcome == "fired") ++entry(id).second.fired;
            if (outcome == "suppressed" && (why == "repeat" || why == "feedback"))
                ++entry(id).second.heldBack;
        }
        auto const* cards = json::child(record, "cards");
        if (silent || cards == nullptr || !cards->IsArray() || cards->Empty()) return;
        ++report_.withCards;
        for (auto const& card : json::items(cards)) {
            auto& kept = cards_[std::string{json::textOf(card, "uuid")}];
            for (auto const& rule : json::items(json::child(card, "rules"))) {
                auto& counted = entry(json::text(&rule).value_or(""));
                ++counted.second.returned;
                kept.rules.push_back(&counted.first);
            }
        }
    }

    /// The last word on a card counts, once, however often it was sent.
    void feedback(json::Value const& record)
    {
        auto const at = cards_.find(std::string{json::textOf(record, "card")});
        if (at == cards_.end()) {
            ++report_.unlinked;
            return;
        }
        auto& card = at->second;
        auto const outcomeAt = parseDateTime(json::textOf(record, "outcomeTimestamp"));
        auto when = outcomeAt ? tcds::toText(outcomeAt->first())
                              : std::string{json::textOf(record, "receivedAt")};
        if (card.answered && when < card.at) return;
        card.answered = true;
        card.at = std::move(when);
        card.accepted = json::textOf(record, "outcome") == "accepted";
        card.column = columnOf(record);
    }

    static void answered(Rules::value_type& entry, Card const& card)
    {
        auto& count = entry.second;
        if (card.accepted) {
            ++count.accepted;
            return;
        }
        ++count.overridden;
        ++count.reasons[card.column];
    }

    std::string to_;
    RuleReport report_;
    Rules rules_;
    std::unordered_map<std::string, Card> cards_;
};

} // namespace

unsigned RuleCount::overriddenPercent() const
{
    auto const all = accepted + overridden;
    return all == 0 ? 0 : static_cast<unsigned>(100 * overridden / all);
}

bool RuleCount::flagged() const
{
    auto const all = accepted + overridden;
    return fired >= kEnoughFirings && 100 * overridden > kTooManyPercent * all;
}

Result<RuleReport> reportRules(std::string const& directory, ReportPeriod const& period)
{
    std::string to;
    if (!period.to.empty()) {
        auto const last = parseDateTime(period.to);
        if (!last)
            return Error{Error::Kind::BadRequest, "to",
                         "\"" + period.to + "\" is no date or instant",
                         "write 2026-03-03 or 2026-03-03T10:12:44Z"};
        to = tcds::toText(last->last());
    }
    Wanted wanted;
    wanted.from = period.from; // feedback may come after the period
    Counting counting{std::move(to)};
    auto const read =
        forEachRecord(directory, wanted, [&](std::string_view line) { counting.take(line); });
    if (!read) return read.error();
    return counting.finish();
}

} // namespace tcds::audit
