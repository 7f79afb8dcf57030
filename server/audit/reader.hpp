#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

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
