#pragma once

#include "fhir/base/result.hpp"
#include "server/proof/log_walk.hpp"
#include "server/proof/tree_proof.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcds::proof {

/// That a record is in a log: what can be shown to somebody who may not see the other records.
struct InclusionProof {
    std::uint64_t seq = 0;
    std::string record; // the whole line; "" = only its hash is shown
    audit::Digest hash{};
    std::uint64_t index = 0; // of the leaf
    audit::TreeHead head;
    std::vector<audit::Digest> path; // from the leaf's sibling up to the root's child
    std::string note;                // signed, or the text alone
};

/// That one tree of a log is the beginning of a later one.
struct ConsistencyProof {
    audit::TreeHead from, to;
    std::vector<audit::Digest> path;
    std::string fromNote, toNote; // of checkpoints of just these sizes; may be ""
};

/// Which record, in which tree.
struct Proven {
    std::optional<std::uint64_t> seq;
    std::string decisionId;            // without seq
    std::optional<std::uint64_t> size; // of the tree; else that of the first checkpoint after it
    bool withRecord = true;
};

/// @param paths  of a log, in order; the first signed checkpoint after the record is taken, and an
///               unsigned one where there is none
/// @error NotFound: no such record, none of this log's trees holds it yet, or files are gone that
///        would be needed; BadRequest for a log whose records do not give its own tree
Result<InclusionProof> proveInclusion(std::vector<std::string> const& paths, Proven const& what,
                                      Progress const& progress = {});

/// @error NotFound when the log is shorter than `to`, or files are gone that would be needed;
///        BadRequest for sizes that make no sense
Result<ConsistencyProof> proveConsistency(std::vector<std::string> const& paths, std::uint64_t from,
                                          std::uint64_t to, Progress const& progress = {});

} // namespace tcds::proof
