#pragma once

#include "fhir/base/clock.hpp"
#include "server/audit/hash.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace tcds::audit {

/// What a signed note says of the tree over the records of a log (log_tree.hpp).
struct TreeHead {
    std::uint64_t size = 0;
    Digest root{};

    bool operator==(TreeHead const&) const = default;
};

/// A checkpoint that was made.
struct Checkpoint {
    std::uint64_t seq = 0; // of its record
    Instant time;
    TreeHead head;
    std::string note; // the signed note; "" without a key
};

/// When a log makes checkpoints, and what becomes of them.
struct CheckpointOptions {
    std::uint64_t records = 1000;               // at the latest after so many
    std::chrono::milliseconds interval{60'000}; // and so long after a record
    /// Gives the signed note; "" when it cannot be signed. Empty: nothing is signed. Must not
    /// throw.
    std::function<std::string(TreeHead const&)> sign;
    /// Told of each checkpoint once its record is kept, on the thread of a call: must neither wait
    /// nor throw. May be empty.
    std::function<void(Checkpoint const&)> made;
};

} // namespace tcds::audit
