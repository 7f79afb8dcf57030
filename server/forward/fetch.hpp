#pragma once

#include "fhir/base/result.hpp"
#include "server/forward/records.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tcds::forward {

/// What was written.
struct Fetched {
    std::uint64_t records = 0;
    std::uint64_t firstSeq = 0, lastSeq = 0;
    std::size_t files = 0;
};

/// Writes a log of the database into files again, byte for byte and divided as its node divided
/// them, so that everything that reads a log can read it: `audit verify` first of all. Nothing is
/// checked here.
/// @param directory  made when absent, mode 0700; must hold no log
/// @param progress   now and then, with the newest record that was written; may be empty
/// @error NotFound: the database has no such log; BadRequest: there is a log in the directory, or
/// it
///        cannot be written; of the connection
Result<Fetched> fetchLog(Records& records, Origin const& origin, std::string const& directory,
                         std::function<void(std::uint64_t seq)> const& progress);

/// Divides the lines of a log among files as the service does: a file begins with a `start` record
/// of a later day, or with one that says so.
class FileDivider
{
public:
    /// @param line  the next one
    /// @return the name of its file when it begins one; "" when it goes on with the last
    std::string next(std::string_view line);

private:
    std::string day_;
    unsigned part_ = 0; // 0 = there was no line yet
};

} // namespace tcds::forward
