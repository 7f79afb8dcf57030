#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/members.hpp"
#include "server/audit/merkle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Every record of a log is a leaf of one Merkle tree (RFC 6962): the 32 bytes of its `hash`. A
// `checkpoint` record states size and root of the tree over all records before it, and a `start`
// record as well, so that each file of the log can be checked without the ones before it and the
// writer finds its tree again without reading the whole log (integration specification 4.4).

namespace tcds::audit {

/// The tree of a log. A log that was begun before there were trees has its first leaf where they
/// came; the records before that are covered by `prev` of this one.
struct LogTree {
    std::uint64_t first = 1; // seq of leaf 0
    MerkleTree tree;

    /// Of the record that becomes the next leaf.
    [[nodiscard]] std::uint64_t nextSeq() const { return first + tree.size(); }
};

/// Adds the member `tree`: `first` (unless 1), `size`, `root`, and `peaks`, the roots of the full
/// subtrees from the left; digests in base64.
void writeTree(Members& members, LogTree const& tree, Sha256& sha256);

/// What a `start` or `checkpoint` record states.
struct StatedTree {
    LogTree tree;
    Digest root{};            // as stated; whether the peaks give it is for the reader to compare
    std::string node, tenant; // of the record
    bool atStart = false;     // by a `start` record
    std::string note;         // of a signed checkpoint
};

/// @param line  a whole record
/// @return nothing when the record has no member `tree`
/// @error BadRequest, `where` a JSON Pointer, when it has one that no log writes
Result<std::optional<StatedTree>> readTree(std::string_view line);

/// Where a log's tree goes on.
struct TreeTail {
    LogTree tree;
    std::uint64_t checkpoint = 0; // record from which on records count towards the next one
};

/// The tree over all records of a log: that of its last `start` or `checkpoint` record, and the
/// records after it. A log without any gets a new tree that begins with its next record.
///
/// @param lastSeq  of the last record in the directory, whose end was recovered before
/// @error Config when the end of the log states a tree that its records do not give, or lacks a
///        record: to go on from it would hide that
Result<TreeTail> recoverTree(std::string const& directory, std::uint64_t lastSeq);

} // namespace tcds::audit
