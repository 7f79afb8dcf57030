#pragma once

#include "server/replay/range_report.hpp"

#include <functional>
#include <string>

namespace tcds::replay {

/// Which decisions of a log are made again.
struct Range {
    std::string directory; // of the log
    std::string from, to;  // dates or instants of writing, inclusive; "" = open
};

/// Makes the decisions of a period again, two at a time, in the order of the log and with bounded
/// memory.
///
/// @param progress  called now and then with the number of decisions done and the time of the last
///                  (RFC 3339); may be empty
/// @error as audit::forEachRecord()
Result<RangeReport> replayRange(
    Replayer& replayer, Range const& range,
    std::function<void(std::uint64_t, std::string_view)> const& progress);

} // namespace tcds::replay
