#include "server/audit/merkle.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace tcds::audit {

namespace {

constexpr std::string_view kLeaf{"\x00", 1};
constexpr std::string_view kNode{"\x01", 1};

} // namespace

Digest leafHash(Digest const& data, Sha256& sha256) { return sha256.bytesOf(kLeaf, view(data)); }

Digest nodeHash(Digest const& left, Digest const& right, Sha256& sha256)
{
    return sha256.bytesOf(kNode, view(left), view(right));
}

std::optional<MerkleTree> MerkleTree::of(std::uint64_t size, std::span<Digest const> peaks)
{
    MerkleTree tree;
    if (peaks.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
    std::copy(peaks.begin(), peaks.end(), tree.peaks_.begin());
    tree.count_ = peaks.size();
    tree.size_ = size;
    return tree;
}

void MerkleTree::add(Digest const& data, Sha256& sha256)
{
    addSubtree(leafHash(data, sha256), 1, sha256);
}

void MerkleTree::addSubtree(Digest const& root, std::uint64_t leaves, Sha256& sha256)
{
    auto node = root;
    // Each bit that carries is a full subtree that now has its right neighbour.
    for (auto carry = leaves; (size_ & carry) != 0; carry <<= 1U)
        node = nodeHash(peaks_[--count_], node, sha256);
    peaks_[count_++] = node;
    size_ += leaves;
}

Digest MerkleTree::root(Sha256& sha256) const
{
    if (count_ == 0) return sha256.bytesOf({});
    auto root = peaks_[count_ - 1];
    for (auto left = count_ - 1; left > 0; --left) root = nodeHash(peaks_[left - 1], root, sha256);
    return root;
}

} // namespace tcds::audit
