#pragma once

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
};

/// Calls found(line) for each wanted record, oldest first.
Result<void> forEachRecord(std::string const& directory, Wanted const& wanted,
                           std::function<void(std::string_view line)> const& found);

/// A record for people: when, who asked, what was seen, which rules fired and why not, the cards.
std::string toText(std::string_view line);

} // namespace tcds::audit
