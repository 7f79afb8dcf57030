#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::audit {

/// A finished file that retention took away. It is written down as a `config` record before the
/// file goes, so that the chain can be followed from the first record that is left, and anybody can
/// tell retention from a thief.
struct Removal {
    std::string file; // its plain name
    std::uint64_t records = 0;
    std::uint64_t firstSeq = 0, lastSeq = 0;
    std::string from, to; // earliest and latest instant of its records
    std::string hash;     // of its last record: `prev` of the first one that is left
    unsigned days = 0;    // the retention period in force
};

/// Members of the `config` record: change `retention`.
std::string writeRemoval(Removal const& removal);
/// @return nothing for every other record
std::optional<Removal> readRemoval(std::string_view line);

} // namespace tcds::audit
