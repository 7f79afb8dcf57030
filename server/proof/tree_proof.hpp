#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"
#include "server/audit/merkle.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

// Proofs about Merkle trees as RFC 6962, 2.1.1 and 2.1.2, defines them and RFC 9162, 2.1.3.2 and
// 2.1.4.2, verifies them. Sizes and indexes count leaves from 0.

namespace tcds::proof {

/// The leaves [from, to) under one node of the tree.
struct Subtree {
    std::uint64_t from = 0, to = 0;
    bool operator==(Subtree const&) const = default;
};

/// The subtrees whose roots prove that a leaf is in a tree: from its sibling up to the root's
/// child.
/// @param index  < size
std::vector<Subtree> inclusionPath(std::uint64_t index, std::uint64_t size);

/// The subtrees whose roots prove that a tree of `from` leaves is the beginning of one of `to`.
/// @param from  1 to `to`; equal trees need no proof
std::vector<Subtree> consistencyPath(std::uint64_t from, std::uint64_t to);

/// Whether the path leads from the leaf to the root of the head.
bool proves(audit::TreeHead const& head, std::uint64_t index, audit::Digest const& data,
            std::span<audit::Digest const> path, audit::Sha256& sha256);

/// Whether the path shows that `older` is the beginning of `newer`.
bool provesPrefix(audit::TreeHead const& older, audit::TreeHead const& newer,
                  std::span<audit::Digest const> path, audit::Sha256& sha256);

/// Computes the roots of some subtrees from the leaves of a log, which pass by once: memory is that
/// of the subtrees asked for.
class SubtreeRoots
{
public:
    /// @param wanted  without overlaps, in any order
    /// @param before  over the leaves that will not pass by, because their files are gone
    /// @error NotFound when those leaves would be needed one by one
    static Result<SubtreeRoots> begin(std::span<Subtree const> wanted,
                                      audit::MerkleTree const& before);

    /// The next leaf.
    void add(audit::Digest const& data, audit::Sha256& sha256);
    /// In the order of `wanted`, once all leaves of all of them were added.
    [[nodiscard]] std::vector<audit::Digest> roots(audit::Sha256& sha256) const;

private:
    struct Part {
        std::uint64_t to = 0;
        std::size_t place = 0; // in `wanted`
        audit::MerkleTree tree;
    };
    std::map<std::uint64_t, Part> parts_; // by first leaf
    std::uint64_t next_ = 0;              // leaf
};

} // namespace tcds::proof
