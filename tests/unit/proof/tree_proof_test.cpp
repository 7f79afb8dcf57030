#include "server/proof/tree_proof.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof {
namespace {

using audit::Digest;
using audit::MerkleTree;
using audit::Sha256;
using audit::TreeHead;

Digest numbered(std::uint64_t n)
{
    Digest data{};
    for (std::size_t i = 0; i < 8; ++i) data[i] = static_cast<unsigned char>(n >> (8 * i) & 255U);
    return data;
}

MerkleTree treeOf(std::uint64_t size)
{
    Sha256 sha256;
    MerkleTree tree;
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) tree.add(numbered(leaf), sha256);
    return tree;
}

TreeHead headOf(std::uint64_t size)
{
    Sha256 sha256;
    return {size, treeOf(size).root(sha256)};
}

/// MTH(D[from:to]) of RFC 6962, 2.1, word for word.
Digest definedRoot(std::uint64_t from, std::uint64_t to, Sha256& sha256)
{
    if (to - from == 1) return audit::leafHash(numbered(from), sha256);
    std::uint64_t k = 1;
    while (2 * k < to - from) k *= 2;
    return audit::nodeHash(definedRoot(from, from + k, sha256), definedRoot(from + k, to, sha256),
                           sha256);
}

using Path = std::vector<Digest>;

/// PATH(m, D[n]) of RFC 6962, 2.1.1, word for word; `from` is where D begins.
Path definedPath(std::uint64_t m, std::uint64_t from, std::uint64_t to, Sha256& sha256)
{
    auto const n = to - from;
    if (n == 1) return {};
    std::uint64_t k = 1;
    while (2 * k < n) k *= 2;
    auto path =
        m < k ? definedPath(m, from, from + k, sha256) : definedPath(m - k, from + k, to, sha256);
    path.push_back(m < k ? definedRoot(from + k, to, sha256) : definedRoot(from, from + k, sha256));
    return path;
}

/// SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2, word for word.
Path definedProof(std::uint64_t m, std::uint64_t from, std::uint64_t to, bool b, Sha256& sha256)
{
    auto const n = to - from;
    if (m == n) return b ? Path{} : Path{definedRoot(from, to, sha256)};
    std::uint64_t k = 1;
    while (2 * k < n) k *= 2;
    if (m <= k) {
        auto proof = definedProof(m, from, from + k, b, sha256);
        proof.push_back(definedRoot(from + k, to, sha256));
        return proof;
    }
    auto proof = definedProof(m - k, from + k, to, false, sha256);
    proof.push_back(definedRoot(from, from + k, sha256));
    return proof;
}

/// The roots of the subtrees, with the first `before` leaves known only as a tree.
Path rootsOf(std::vector<Subtree> const& wanted, std::uint64_t size, std::uint64_t before = 0)
{
    Sha256 sha256;
    auto roots = SubtreeRoots::begin(wanted, treeOf(before));
    EXPECT_TRUE(roots);
    for (auto leaf = before; leaf < size; ++leaf) roots->add(numbered(leaf), sha256);
    return roots->roots(sha256);
}

// The tree of seven leaves that RFC 6962, 2.1.3 draws, and the proofs that it gives for it.
TEST(TreeProofs, AreThoseOfTheExampleOfTheRfc)
{
    using Paths = std::vector<Subtree>;
    EXPECT_EQ(inclusionPath(0, 7), (Paths{{1, 2}, {2, 4}, {4, 7}}));           // [b, h, l]
    EXPECT_EQ(inclusionPath(3, 7), (Paths{{2, 3}, {0, 2}, {4, 7}}));           // [c, g, l]
    EXPECT_EQ(inclusionPath(4, 7), (Paths{{5, 6}, {6, 7}, {0, 4}}));           // [f, j, k]
    EXPECT_EQ(inclusionPath(6, 7), (Paths{{4, 6}, {0, 4}}));                   // [i, k]
    EXPECT_EQ(consistencyPath(3, 7), (Paths{{2, 3}, {3, 4}, {0, 2}, {4, 7}})); // [c, d, g, l]
    EXPECT_EQ(consistencyPath(4, 7), (Paths{{4, 7}}));                         // [l]
    EXPECT_EQ(consistencyPath(6, 7), (Paths{{4, 6}, {6, 7}, {0, 4}}));         // [i, j, k]
}

// Leaves, roots and proofs of the reference implementation of Certificate Transparency
// (transparency-dev/merkle, testonly: LeafInputs, RootHashes, InclusionProofs, ConsistencyProofs).
class Reference : public testing::Test
{
protected:
    static std::string bytes(std::string_view hex)
    {
        std::string text;
        for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
            text += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
        return text;
    }
    /// Roots of subtrees of its eight leaves, which are of any length.
    Path roots(std::vector<Subtree> const& wanted)
    {
        Path found;
        for (auto const& subtree : wanted) {
            MerkleTree tree;
            for (auto leaf = subtree.from; leaf < subtree.to; ++leaf)
                tree.addSubtree(sha256.bytesOf(std::string_view{"\0", 1}, bytes(kLeaves[leaf])), 1,
                                sha256);
            found.push_back(tree.root(sha256));
        }
        return found;
    }
    static std::vector<std::string> hex(Path const& path)
    {
        std::vector<std::string> text;
        for (auto const& each : path) text.emplace_back(audit::view(audit::hexOf(each)));
        return text;
    }
    static constexpr char const* kLeaves[] = {"",
                                              "00",
                                              "10",
                                              "2021",
                                              "3031",
                                              "40414243",
                                              "5051525354555657",
                                              "606162636465666768696a6b6c6d6e6f"};
    Sha256 sha256;
};

TEST_F(Reference, InclusionProofs)
{
    EXPECT_EQ(hex(roots(inclusionPath(0, 8))),
              (std::vector<std::string>{
                  "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
    EXPECT_EQ(hex(roots(inclusionPath(5, 8))),
              (std::vector<std::string>{
                  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
    EXPECT_EQ(inclusionPath(0, 1), std::vector<Subtree>{});
}

TEST_F(Reference, ConsistencyProofs)
{
    EXPECT_EQ(hex(roots(consistencyPath(1, 8))),
              (std::vector<std::string>{
                  "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
    EXPECT_EQ(hex(roots(consistencyPath(6, 8))),
              (std::vector<std::string>{
                  "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
}

TEST(TreeProofs, AreThoseOfTheDefinitionForEveryLeafOfEverySmallTree)
{
    Sha256 sha256;
    for (std::uint64_t size = 1; size <= 40; ++size)
        for (std::uint64_t index = 0; index < size; ++index) {
            auto const path = rootsOf(inclusionPath(index, size), size);
            ASSERT_EQ(path, definedPath(index, 0, size, sha256)) << index << " of " << size;
            ASSERT_TRUE(proves(headOf(size), index, numbered(index), path, sha256));
        }
}

TEST(TreeProofs, AreThoseOfTheDefinitionForEveryPairOfSmallTrees)
{
    Sha256 sha256;
    for (std::uint64_t to = 1; to <= 40; ++to)
        for (std::uint64_t from = 1; from <= to; ++from) {
            auto const path = rootsOf(consistencyPath(from, to), to);
            ASSERT_EQ(path, definedProof(from, 0, to, true, sha256)) << from << " to " << to;
            ASSERT_TRUE(provesPrefix(headOf(from), headOf(to), path, sha256));
        }
}

TEST(TreeProofs, HoldForNothingElse)
{
    Sha256 sha256;
    for (std::uint64_t size = 1; size <= 17; ++size)
        for (std::uint64_t index = 0; index < size; ++index) {
            auto const head = headOf(size);
            auto const good = rootsOf(inclusionPath(index, size), size);
            for (std::uint64_t other = 0; other <= size; ++other) {
                if (other != index) {
                    EXPECT_FALSE(proves(head, other, numbered(index), good, sha256));
                    EXPECT_FALSE(proves(head, index, numbered(other), good, sha256));
                }
            }
            auto longer = good;
            longer.push_back(numbered(1));
            EXPECT_FALSE(proves(head, index, numbered(index), longer, sha256));
            for (std::size_t at = 0; at < good.size(); ++at) {
                auto bad = good;
                bad[at][0] = static_cast<unsigned char>(bad[at][0] ^ 1U);
                EXPECT_FALSE(proves(head, index, numbered(index), bad, sha256));
                bad = good;
                bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
                EXPECT_FALSE(proves(head, index, numbered(index), bad, sha256));
            }
            EXPECT_FALSE(proves({size, numbered(9)}, index, numbered(index), good, sha256));
        }
}

TEST(TreeProofs, OfAPrefixHoldForNothingElse)
{
    Sha256 sha256;
    for (std::uint64_t to = 2; to <= 17; ++to)
        for (std::uint64_t from = 1; from < to; ++from) {
            SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
            auto const good = rootsOf(consistencyPath(from, to), to);
            auto const older = headOf(from), newer = headOf(to);
            EXPECT_FALSE(provesPrefix({from, numbered(9)}, newer, good, sha256));
            EXPECT_FALSE(provesPrefix(older, {to, numbered(9)}, good, sha256));
            EXPECT_FALSE(provesPrefix(newer, older, good, sha256));
            EXPECT_FALSE(provesPrefix(older, newer, {}, sha256));
            for (std::uint64_t other = 1; other < to; ++other) {
                if (other == from) continue;
                EXPECT_FALSE(provesPrefix({other, older.root}, newer, good, sha256)) << other;
            }
            for (std::size_t at = 0; at < good.size(); ++at) {
                auto bad = good;
                bad[at][31] = static_cast<unsigned char>(bad[at][31] ^ 128U);
                EXPECT_FALSE(provesPrefix(older, newer, bad, sha256));
            }
        }
    EXPECT_TRUE(provesPrefix(headOf(5), headOf(5), {}, sha256));
    EXPECT_FALSE(provesPrefix({0, {}}, headOf(5), {}, sha256));
}

TEST(TreeProofs, AreMadeWithoutTheLeavesOfRemovedFiles)
{
    for (std::uint64_t size = 2; size <= 33; ++size)
        for (std::uint64_t before = 0; before < size; ++before) {
            for (auto index = before; index < size; ++index)
                ASSERT_EQ(rootsOf(inclusionPath(index, size), size, before),
                          rootsOf(inclusionPath(index, size), size))
                    << index << " of " << size << " from " << before;
            for (auto from = std::max<std::uint64_t>(before, 1); from < size; ++from)
                ASSERT_EQ(rootsOf(consistencyPath(from, size), size, before),
                          rootsOf(consistencyPath(from, size), size))
                    << from << " to " << size << " from " << before;
        }
}

TEST(TreeProofs, SayThatLeavesOfRemovedFilesAreNeeded)
{
    auto const roots = SubtreeRoots::begin(inclusionPath(1, 8), treeOf(4));

    ASSERT_FALSE(roots);
    EXPECT_EQ(roots.error().kind, Error::Kind::NotFound);
}

} // namespace
} // namespace tcds::proof
