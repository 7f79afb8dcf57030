#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/audit/removal.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

/// What `audit verify` finds.
struct Verification {
    std::uint64_t records = 0;
    std::uint64_t firstSeq = 0, lastSeq = 0;
    std::string firstTime, lastTime;
    std::vector<std::string> files;
    struct Break {
        std::string file;
        std::uint64_t line = 0; // from 1
        std::uint64_t seq = 0;  // of the first bad record, as far as it can be read
        std::string what, fix;
    };
    std::optional<Break> firstBreak; // nothing: intact
    /// Why the log begins behind record 1: the last removal of retention, which names exactly the
    /// record before. A log that begins later for no such reason is broken.
    std::optional<Removal> removed;
};

/// Checks every line of the log in order: JSON, `hash` over the line, `prev` against the line
/// before, `seq` without gaps, across files, from record 1 or from where retention left it.
/// @param progress  called now and then with bytes done and bytes in all; may be empty
Result<Verification> verify(std::string const& directory,
                            std::function<void(std::uint64_t, std::uint64_t)> const& progress);

/// Which records `audit show` wants.
struct Wanted {
    std::optional<std::uint64_t> seq;
    std::string decisionId, card, rule, type;
    std::string from, to; // dates or instants, inclusive
    std::size_t last = 0; // the newest n; 0 = all
    /// The oldest n, and nothing is read behind them; 0 = all. Not together with `last`.
    std::size_t first = 0;
    /// Files of later days than this are not opened, "2026-03-04"; "" = every file is.
    std::string lastDay;
};

/// Calls found(line) for each wanted record, oldest first. Only the files of days that can hold it
/// are opened: the id of a decision tells its time, and nothing names a decision before it was
/// made.
Result<void> forEachRecord(std::string const& directory, Wanted const& wanted,
                           std::function<void(std::string_view line)> const& found);

/// The `decision` record of an id, looked for where its time says: in the files of the day before,
/// the day itself and the day after. What it costs does not grow with the log.
///  nothing when it is not there
///  as forEachRecord; BadRequest when the id is no UUID of version 7
Result<std::optional<std::string>> findDecision(std::string const& directory,
                                                std::string const& decisionId);

/// The time at which a UUID of version 7 was made; nothing for every other text.
std::optional<Instant> madeAt(std::string_view uuid);

/// A record for people: when, who asked, what was seen, which rules fired and why not, the cards.
std::string toText(std::string_view line);

} // namespace tcds::audit
