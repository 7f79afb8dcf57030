#pragma once

#include "fhir/read/reading.hpp"

#include <optional>

namespace tcds::fhir {

/// What the dosage lines of one order or statement add up to.
struct Dosing {
    std::optional<Quantity> daily; // of the regular lines in force; unit as sent
    bool asNeeded = false;         // every line is as needed
    Route route = Route::Unknown;  // of the first line that has one
    std::optional<TimeSpan> start; // earliest begin of the bounds
    std::optional<TimeSpan> end;   // latest end; absent while one line has none
};

/// Reads dosageInstruction or dosage of any release.
///
/// The dose a day is dose x frequency / period, lines added in one unit; as-needed lines, ranges,
/// rates and texts give none. Of lines with bounds only those in force at the call add, so that a
/// taper counts as its present step; numbered lines with a duration follow each other.
/// @param begin  start of the whole, from which a boundsDuration counts
Dosing dosingOf(Reading const& reading, Value const* lines, std::optional<TimeSpan> const& begin);

/// How often a dose is taken: `times` in `days`. Kept apart, so that a dose is divided only once.
struct Rate {
    Decimal times, days;
};

/// Rate of a Timing; nothing when it does not say.
std::optional<Rate> rateOf(Value const* timing);

} // namespace tcds::fhir
