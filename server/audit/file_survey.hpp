#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/sha256.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace tcds::audit {

/// What a whole file of the log holds.
struct FileSurvey {
    std::uint64_t records = 0; // 0: the file has no line
    std::uint64_t firstSeq = 0, lastSeq = 0;
    HexDigest before{};           // `prev` of the first record
    HexDigest last{};             // `hash` of the last one
    std::string earliest, latest; // instants: clocks may go back, so not those of first and last
    bool stopped = false;         // `stop` was set, and the rest is unknown
};

/// Reads a finished file and checks the chain within it.
/// @error BadRequest: a line that is no record, was altered, or does not follow the one before; a
///        torn end, a damaged compressed file. NotFound, Internal as LineReader
Result<FileSurvey> surveyFile(std::string const& path, std::atomic<bool> const& stop);

} // namespace tcds::audit
