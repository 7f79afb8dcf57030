#pragma once

#include "server/audit/sha256.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tcds::audit {

/// SHA-256(0x00 || data) and SHA-256(0x01 || left || right): a leaf cannot be passed off as a node.
/// Source: RFC 6962, 2.1
Digest leafHash(Digest const& data, Sha256& sha256);
Digest nodeHash(Digest const& left, Digest const& right, Sha256& sha256);

/// The Merkle tree of RFC 6962, 2.1, over leaves of 32 bytes that come one by one. Only the roots
/// of its full subtrees are kept, one for each bit that is set in the size: 32 bytes each, so a
/// tree over any number of leaves has at most 2 KB, and a leaf costs two hashes on average.
class MerkleTree
{
public:
    MerkleTree() = default;

    /// A tree that goes on where another one stood.
    /// @param peaks  as peaks() gave them
    /// @return nothing when a tree of that size has another number of peaks
    static std::optional<MerkleTree> of(std::uint64_t size, std::span<Digest const> peaks);

    void add(Digest const& data, Sha256& sha256);
    /// Adds a full subtree at once.
    /// @param leaves  a power of two, no larger than the last peak covers
    void addSubtree(Digest const& root, std::uint64_t leaves, Sha256& sha256);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Roots of the full subtrees, from the left: the largest first.
    [[nodiscard]] std::span<Digest const> peaks() const { return {peaks_.data(), count_}; }
    /// Of no leaves: SHA-256 of nothing.
    [[nodiscard]] Digest root(Sha256& sha256) const;

private:
    std::array<Digest, 64> peaks_{};
    std::size_t count_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace tcds::audit
