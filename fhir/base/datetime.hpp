#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tcds {

enum class Precision : std::uint8_t { Year, Month, Day, Second, Millisecond };

/// A FHIR date, dateTime or instant: the closed interval of instants that the text can mean.
/// "2026-09" is a month wide; `text` is what was sent, for cards and records.
struct TimeSpan {
    Instant from;
    Instant to; // last millisecond that the text still covers
    Precision precision = Precision::Day;
    std::string text;

    /// First instant: what a start or a result time means (rule language, section 3).
    [[nodiscard]] Instant first() const { return from; }
    /// Last instant: what an end means.
    [[nodiscard]] Instant last() const { return to; }
    /// YYYY-MM-DD (or YYYY-MM, YYYY) as sent, without time and zone.
    [[nodiscard]] std::string day() const;

    bool operator==(TimeSpan const&) const = default;
};

/// A point on the calendar that a duration leads to: hours, days and weeks are exact multiples of
/// an hour, months and years are calendar steps (31 January + 1 month = last day of February).
struct Duration {
    enum class Unit : std::uint8_t { Hour, Day, Week, Month, Year };
    int count = 0;
    Unit unit = Unit::Day;

    auto operator<=>(Duration const&) const = default;
};

/// Reads FHIR date, dateTime and instant: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with time and optional
/// zone; a missing zone means `zoneMinutes` east of UTC. Leap seconds read as :59.
/// @error BadRequest for anything else, for impossible dates and for years outside 1800..2199
Result<TimeSpan> parseDateTime(std::string_view text, int zoneMinutes = 0);

/// Reads `30 d`, `48 h`, `6 wk`, `6 mo`, `2 a`; a leading `-` or `+` is kept in `count`.
Result<Duration> parseDuration(std::string_view text);

Instant operator+(Instant at, Duration const& duration);
Instant operator-(Instant at, Duration const& duration);

/// `30 d` as written.
std::string toText(Duration const& duration);
/// RFC 3339 in UTC with milliseconds: 2026-03-03T10:12:44.402Z
std::string toText(Instant at);
/// YYYY-MM-DD in UTC.
std::string toDay(Instant at);

/// Completed years, months or days from `birth` (its first instant) to `at`; negative if later.
int completedYears(TimeSpan const& birth, Instant at);
int completedDays(TimeSpan const& birth, Instant at);

} // namespace tcds
