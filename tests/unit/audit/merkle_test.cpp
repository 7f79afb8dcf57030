#include "server/audit/merkle.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::audit {
namespace {

std::string bytesOfHex(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    return bytes;
}

Digest numbered(std::uint64_t n)
{
    Digest data{};
    for (std::size_t i = 0; i < 8; ++i) data[i] = static_cast<unsigned char>(n >> (8 * i) & 255U);
    return data;
}

/// The definition of RFC 6962, 2.1, word for word.
Digest definedRoot(std::vector<Digest> const& leaves, std::size_t from, std::size_t to,
                   Sha256& sha256)
{
    auto const n = to - from;
    if (n == 0) return sha256.bytesOf({});
    if (n == 1) return leafHash(leaves[from], sha256);
    std::size_t k = 1;
    while (2 * k < n) k *= 2;
    return nodeHash(definedRoot(leaves, from, from + k, sha256),
                    definedRoot(leaves, from + k, to, sha256), sha256);
}

// Leaves and roots of the reference implementation of Certificate Transparency
// (transparency-dev/merkle, testonly/constants.go: LeafInputs, RootHashes).
TEST(MerkleTree, HasTheRootsOfTheReferenceImplementation)
{
    std::vector<std::string> const leaves{"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
    std::vector<std::string> const roots{
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Sha256 sha256;
    MerkleTree tree;
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        SCOPED_TRACE(size);
        EXPECT_EQ(view(hexOf(tree.root(sha256))), roots[size]);
        if (size == leaves.size()) break;
        // Their leaves are of any length, ours always digests: the hash of a leaf is made here.
        tree.addSubtree(sha256.bytesOf(std::string_view{"\0", 1}, bytesOfHex(leaves[size])), 1,
                        sha256);
    }
}

TEST(MerkleTree, HasTheRootOfTheDefinitionAtEverySize)
{
    Sha256 sha256;
    std::vector<Digest> leaves;
    MerkleTree tree;
    for (std::uint64_t size = 0; size < 300; ++size) {
        ASSERT_EQ(tree.size(), size);
        ASSERT_EQ(tree.root(sha256), definedRoot(leaves, 0, leaves.size(), sha256)) << size;
        leaves.push_back(numbered(size));
        tree.add(leaves.back(), sha256);
    }
}

TEST(MerkleTree, GoesOnFromItsPeaks)
{
    Sha256 sha256;
    MerkleTree whole;
    for (std::uint64_t size = 0; size < 70; ++size) {
        auto again = MerkleTree::of(whole.size(), whole.peaks());
        ASSERT_TRUE(again);
        EXPECT_EQ(again->root(sha256), whole.root(sha256));
        whole.add(numbered(size), sha256);
        again->add(numbered(size), sha256);
        EXPECT_EQ(again->root(sha256), whole.root(sha256)) << size;
    }
}

TEST(MerkleTree, RefusesPeaksOfAnotherSize)
{
    std::vector<Digest> const two(2);
    EXPECT_TRUE(MerkleTree::of(3, two));
    EXPECT_FALSE(MerkleTree::of(4, two));
    EXPECT_FALSE(MerkleTree::of(0, two));
    EXPECT_TRUE(MerkleTree::of(0, {}));
}

TEST(MerkleTree, TellsALeafFromANode) // second preimages: RFC 6962, 2.1
{
    Sha256 sha256;
    MerkleTree two, one;
    two.add(numbered(0), sha256);
    two.add(numbered(1), sha256);
    one.add(two.root(sha256), sha256);
    EXPECT_NE(one.root(sha256), two.root(sha256));
}

} // namespace
} // namespace tcds::audit
