#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::query {

/// What `audit report` is asked for. Decisions of the period count, and feedback on their cards
/// whenever it came.
struct ReportPeriod {
    std::string from, to; // dates or instants, inclusive; "" = open
};

/// Why cards were overridden: the codes of our own list, then "none" and "other" (a foreign list).
inline constexpr std::array<std::string_view, 12> kOverrideColumns{
    "addressed",  "known-stable", "benefit-outweighs", "not-related",     "lab-spurious",
    "wrong-data", "other-cause",  "referral-made",     "known-diagnosis", "palliative",
    "none",       "other"};
using ReasonCounts = std::array<std::uint64_t, kOverrideColumns.size()>;

/// Cards and what clinicians said of them, by the last feedback on each.
struct Answers {
    std::uint64_t returned = 0;
    std::uint64_t accepted = 0, overridden = 0;
    ReasonCounts reasons{};

    /// Overridden of those with feedback, in percent, rounded down; a card without feedback says
    /// nothing (FB-11). 0 without feedback.
    [[nodiscard]] unsigned overriddenPercent() const;
    [[nodiscard]] std::uint64_t answered() const { return accepted + overridden; }
};

/// One rule in the decisions of the period. Every rule on a card shares its fate.
struct RuleCount {
    std::string rule;
    std::uint64_t fired = 0;    // outcome `fired`
    std::uint64_t heldBack = 0; // it fired, but its card was a repeat or was answered before
    Answers cards;              // that it stood on and that were returned (not: silent client)

    /// More than 90 % overridden, and fired 200 times or more (UX-11).
    [[nodiscard]] bool flagged() const;
};

/// The decisions of one client, of one week, or all of them.
struct GroupCount {
    std::string name; // of the client, "" = nobody known; "2026-W10" (ISO 8601, UTC)
    std::uint64_t decisions = 0, withCards = 0;
    std::uint64_t silent = 0; // of the decisions: for a silent client
    Answers cards;
    /// Encounters in which a decision that was not silent saw a complaint; without an encounter in
    /// the call, a patient's day (UTC) is one. Each counts once, where its first such decision
    /// does.
    std::uint64_t complaintEncounters = 0;

    /// Cards returned for 100 such encounters, in tenths; 0 without any.
    [[nodiscard]] std::uint64_t burdenTenths() const;
};

struct Report {
    ReportPeriod period;
    std::string firstTime, lastTime; // of its decisions, as the record writes them; "" = none
    GroupCount all;
    std::vector<RuleCount> rules;    // by rule id; those that fired or stood on a card
    std::vector<GroupCount> clients; // by name
    std::vector<GroupCount> weeks;   // in order; one without decisions in between is there too
    std::uint64_t unlinked = 0;      // feedback records on cards of other periods or nodes
    std::uint64_t unreadable = 0;    // lines that are no records: see `audit verify`
};

/// A decision, as far as reports count it.
struct CountedDecision {
    /// A candidate rule with its outcome.
    struct Judged {
        std::string_view rule;
        bool fired = false, heldBack = false;
    };
    Instant time;
    std::string_view client;
    bool silent = false, withCards = false;
    std::span<Judged const> judged;
};

/// A card of a decision that was not silent.
struct CountedCard {
    Instant time; // of its decision
    std::string_view client;
    std::span<std::string_view const> rules;
    enum class Answer : std::uint8_t { None, Accepted, Overridden } answer = Answer::None;
    std::string_view reason; // one of kOverrideColumns when it was overridden
};

/// Adds up what a store of records holds, whichever that is.
class ReportCounter
{
public:
    void add(CountedDecision const& decision);
    void add(CountedCard const& card);
    /// Encounters with a complaint whose first such decision was at that time for that client.
    void addComplaintEncounters(Instant time, std::string_view client, std::uint64_t encounters);
    void addUnlinked(std::uint64_t feedback) { report_.unlinked += feedback; }
    void addUnreadable(std::uint64_t lines) { report_.unreadable += lines; }

    /// Nothing is added after this.
    Report finish(ReportPeriod period);

private:
    RuleCount& rule(std::string_view id);
    template <class Change>
    void ofGroups(Instant time, std::string_view client, Change change);

    Report report_;
    std::map<std::string, RuleCount, std::less<>> rules_;
    std::map<std::string, GroupCount, std::less<>> clients_;
    std::map<std::int64_t, GroupCount> weeks_; // by days from 1970 to their Monday
    Instant first_ = Instant::max(), last_ = Instant::min();
};

/// How a report is laid out for people and spreadsheets.
enum class By : std::uint8_t { Rule, Client, Week, Reason };

/// A table for people.
std::string toText(Report const& report, By by = By::Rule);
/// One object with all of it; counts are numbers.
std::string toJson(Report const& report);
/// A header line and a line each, RFC 4180.
std::string toCsv(Report const& report, By by = By::Rule);
/// One page that needs nothing else, with pictures and the tables that they are drawn from.
/// @param made  when, as people read it
std::string toHtml(Report const& report, std::string_view made);

/// The first and the last instant of a period as milliseconds since 1970; open ends are the
/// farthest ones.
/// @error BadRequest, `where` = "from" or "to", for what is no date or instant
Result<std::pair<std::int64_t, std::int64_t>> bounds(ReportPeriod const& period);

} // namespace tcds::query
