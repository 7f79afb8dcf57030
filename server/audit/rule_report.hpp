#pragma once

#include "fhir/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

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

/// One rule in the decisions of the period.
struct RuleCount {
    std::string rule;
    std::uint64_t fired = 0;    // outcome `fired`
    std::uint64_t heldBack = 0; // it fired, but its card was a repeat or was answered before
    std::uint64_t returned = 0; // it stood on a card that was returned (not: silent client)
    std::uint64_t accepted = 0; // such cards, by the last feedback on each
    std::uint64_t overridden = 0;
    std::array<std::uint64_t, kOverrideColumns.size()> reasons{};

    /// Overridden of those with feedback, in percent, rounded down; a card without feedback says
    /// nothing (FB-11). 0 without feedback.
    [[nodiscard]] unsigned overriddenPercent() const;
    /// More than 90 % overridden, and fired 200 times or more (UX-11).
    [[nodiscard]] bool flagged() const;
};

struct RuleReport {
    std::vector<RuleCount> rules; // by rule id; those that fired or stood on a card
    std::uint64_t decisions = 0, withCards = 0, silent = 0;
    std::uint64_t feedback = 0;   // cards of the period with feedback
    std::uint64_t unlinked = 0;   // feedback records on cards of other periods or nodes
    std::uint64_t unreadable = 0; // lines that are no records: see `audit verify`
};

/// Counts what the decision log of a folder says; the log alone is asked.
/// @error NotFound, Config for the folder, BadRequest for a period that is none
Result<RuleReport> reportRules(std::string const& directory, ReportPeriod const& period);

/// A table for people.
std::string toText(RuleReport const& report);
/// One object; counts are numbers.
std::string toJson(RuleReport const& report);
/// A header line and a line a rule, RFC 4180.
std::string toCsv(RuleReport const& report);

} // namespace tcds::audit
