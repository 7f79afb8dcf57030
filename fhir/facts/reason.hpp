#pragma once

#include <cstdint>
#include <string_view>

namespace tcds
{

/// Why something is unknown, or why a resource could not be used: one vocabulary for gaps, clauses,
/// records and tests (rule language, section 4).
enum class Reason : std::uint8_t {
    None,
    NoResult,    // nothing of this analyte at all
    Stale,       // the newest result lies outside the window
    NoValue,     // a result without a value
    NoUnit,      // a number without a unit
    BadUnit,     // a unit that is none of the analyte's
    Implausible, // outside the plausible range (decision D55)
    Straddles,   // a comparator such as <5 does not settle the question
    NoLimit,     // no reference limit for this patient
    NoStart,     // start of the medication unknown
    NoStop,      // stop of the medication unknown
    NoDose,      // daily dose cannot be computed
    NoBirthDate,
    NoSex,
    NoWeeks,      // pregnant, weeks not on record
    NoDate,       // a record without the date that was asked for
    Unbound,      // refers to a name that did not bind
    SourceFailed, // the source that would answer failed
    NotAsked,     // nobody delivered the source that would answer
    // Gaps only: seen, not usable.
    OtherPatient,
    EnteredInError,
    BadStatus,  // cancelled, registered, not-done, ...
    Uncoded,    // a medication or result that nothing is known about
    Negated,    // text that denies, or speaks of somebody else
    Future,     // dated after the call
    Unreadable, // not the shape of its resource type
    Duplicate,
    Specimen // a serum code with a urine specimen
};

/// "no-result", "source-failed", ...
std::string_view toText(Reason reason);

} // namespace tcds
