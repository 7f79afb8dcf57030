#pragma once

#include "server/audit/sha256.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The form of one line of the log (integration specification 4.2 and 4.3):
//
//   {"v":1,"type":"decision","seq":7,"ts":"..","node":"..","tenant":"..", MEMBERS
//   ,"prev":"..","hash":".."}
//
// `hash` is the SHA-256 of the line's bytes with `,"hash":".."` taken out.

namespace tcds::audit {

/// `prev` of the first record of a stream.
HexDigest noPrevious();

/// What the writer puts around the members of a record.
struct LineHead {
    std::string_view type;
    std::uint64_t seq = 0;
    std::string_view time;   // RFC 3339, UTC, milliseconds
    std::string_view origin; // `,"node":"..","tenant":".."`, escaped beforehand
};

/// Appends one line with its line feed to `out`.
/// @return its `hash`
HexDigest appendLine(std::string& out, LineHead const& head, std::string_view members,
                     HexDigest const& previous, Sha256& sha256);

/// The parts of a line that chain and search need; views into the line.
struct LineParts {
    std::string_view type, time, prev, hash;
    std::uint64_t seq = 0;
    std::string_view hashed; // the line up to `,"hash"`; the digest covers it and a `}`
};

/// Takes a line (without line feed) apart by its fixed head and tail; no JSON is parsed.
/// @return nothing when the line is not of that form
std::optional<LineParts> splitLine(std::string_view line);

/// True when the bytes give the hash that the line states.
bool hashFits(LineParts const& parts, Sha256& sha256);

} // namespace tcds::audit
