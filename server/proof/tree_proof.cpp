#include "server/proof/tree_proof.hpp"

#include <algorithm>
#include <bit>

namespace tcds::proof {

using audit::Digest;
using audit::nodeHash;
using audit::Sha256;

namespace {

/// The largest power of two below n > 1.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

/// Goes down to the subtree with `from` leaves or its last part; siblings come from the top.
std::vector<Subtree> fromTheTop(std::uint64_t from, std::uint64_t to)
{
    std::vector<Subtree> path;
    Subtree now{0, to};
    // Its root is known to the one who has the older tree as long as nothing was cut off before it.
    bool known = true;
    while (from < now.to) {
        auto const middle = now.from + split(now.to - now.from);
        if (from <= middle) {
            path.push_back({middle, now.to});
            now.to = middle;
        } else {
            path.push_back({now.from, middle});
            now.from = middle;
            known = false;
        }
    }
    if (!known) path.push_back(now);
    return path;
}

} // namespace

std::vector<Subtree> inclusionPath(std::uint64_t index, std::uint64_t size)
{
    std::vector<Subtree> path;
    Subtree now{0, size};
    while (now.to - now.from > 1) {
        auto const middle = now.from + split(now.to - now.from);
        if (index < middle) {
            path.push_back({middle, now.to});
            now.to = middle;
        } else {
            path.push_back({now.from, middle});
            now.from = middle;
        }
    }
    std::reverse(path.begin(), path.end());
    return path;
}

std::vector<Subtree> consistencyPath(std::uint64_t from, std::uint64_t to)
{
    auto path = fromTheTop(from, to);
    std::reverse(path.begin(), path.end());
    return path;
}

bool proves(audit::TreeHead const& head, std::uint64_t index, Digest const& data,
            std::span<Digest const> path, Sha256& sha256)
{
    if (index >= head.size) return false;
    auto node = index;
    auto last = head.size - 1;
    auto root = audit::leafHash(data, sha256);
    for (auto const& sibling : path) {
        if (last == 0) return false;
        if ((node & 1U) != 0 || node == last) {
            root = nodeHash(sibling, root, sha256);
            for (; (node & 1U) == 0 && node != 0; node >>= 1U) last >>= 1U;
        } else {
            root = nodeHash(root, sibling, sha256);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && root == head.root;
}

bool provesPrefix(audit::TreeHead const& older, audit::TreeHead const& newer,
                  std::span<Digest const> path, Sha256& sha256)
{
    if (older.size == newer.size) return path.empty() && older.root == newer.root;
    if (older.size == 0 || older.size > newer.size) return false;
    auto node = older.size - 1;
    auto last = newer.size - 1;
    for (; (node & 1U) != 0; node >>= 1U) last >>= 1U;
    // A tree that is a full subtree of the newer one is the first node itself.
    auto const full = std::has_single_bit(older.size);
    if (!full && path.empty()) return false;
    auto oldRoot = full ? older.root : path.front();
    auto newRoot = oldRoot;
    for (auto const& sibling : path.subspan(full ? 0 : 1)) {
        if (last == 0) return false;
        if ((node & 1U) != 0 || node == last) {
            oldRoot = nodeHash(sibling, oldRoot, sha256);
            newRoot = nodeHash(sibling, newRoot, sha256);
            for (; (node & 1U) == 0 && node != 0; node >>= 1U) last >>= 1U;
        } else {
            newRoot = nodeHash(newRoot, sibling, sha256);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && oldRoot == older.root && newRoot == newer.root;
}

Result<SubtreeRoots> SubtreeRoots::begin(std::span<Subtree const> wanted,
                                         audit::MerkleTree const& before)
{
    SubtreeRoots roots;
    for (std::size_t place = 0; place < wanted.size(); ++place)
        roots.parts_.emplace(wanted[place].from, Part{wanted[place].to, place, {}});
    Sha256 sha256;
    auto rest = before.size();
    for (auto const& peak : before.peaks()) {
        auto const leaves = std::bit_floor(rest);
        auto const from = before.size() - rest;
        rest -= leaves;
        auto part = roots.parts_.upper_bound(from);
        auto const overlapsNext = part != roots.parts_.end() && part->first < from + leaves;
        auto const begins = part == roots.parts_.begin();
        if (!begins) --part;
        auto const inside = !begins && from < part->second.to;
        if (overlapsNext || (inside && from + leaves > part->second.to))
            return Error{Error::Kind::NotFound, "",
                         "the proof needs records of files that are no longer here",
                         "take the files from the archive and name their folder"};
        if (inside) part->second.tree.addSubtree(peak, leaves, sha256);
    }
    roots.next_ = before.size();
    return roots;
}

void SubtreeRoots::add(Digest const& data, Sha256& sha256)
{
    auto const leaf = next_++;
    auto part = parts_.upper_bound(leaf);
    if (part == parts_.begin()) return;
    --part;
    if (leaf < part->second.to) part->second.tree.add(data, sha256);
}

std::vector<Digest> SubtreeRoots::roots(Sha256& sha256) const
{
    std::vector<Digest> roots(parts_.size());
    for (auto const& [from, part] : parts_) roots[part.place] = part.tree.root(sha256);
    return roots;
}

} // namespace tcds::proof
