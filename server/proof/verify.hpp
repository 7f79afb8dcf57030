#pragma once

#include "fhir/base/result.hpp"
#include "server/proof/log_walk.hpp"
#include "server/proof/tree_check.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcds::proof {

/// What `audit verify` is asked.
struct VerifyRequest {
    std::string directory;          // of a whole log
    std::vector<std::string> files; // instead: some files of it, without a gap between them
    TrustedNoteKeys keys;
    std::string published; // folder or file of published checkpoints; "" = none
};

/// What `audit verify` finds.
struct Verification {
    std::uint64_t records = 0;
    std::uint64_t firstSeq = 0, lastSeq = 0;
    std::string firstTime, lastTime;
    std::vector<std::string> files;
    std::optional<Break> firstBreak; // nothing: the chain is intact
    /// Why the log begins behind record 1: the last removal of retention, which names exactly the
    /// record before. A whole log that begins later for no such reason is broken.
    std::optional<audit::Removal> removed;
    std::optional<Break> mismatch; // nothing: every checkpoint fits
    TreeCheck::Found tree;
};

/// Reads the log once, in order, and checks every line: JSON, chain, and everything that states the
/// tree over the records.
///
/// @param progress  may be empty
/// @error NotFound without a log; as PublishedNotes::read; Internal when reading fails
Result<Verification> verify(VerifyRequest request, Progress const& progress);

} // namespace tcds::proof
