#include "rules/store/signature.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tcds::rules::test {
namespace {

using testing::HasSubstr;

// RFC 8032, 7.1, TEST 3.
constexpr std::string_view kSecret =
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
constexpr std::string_view kPublic =
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
constexpr std::string_view kMessage = "\xaf\x82";
constexpr std::string_view kSignature =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
// RFC 8410: what stands before the 32 bytes of an Ed25519 key in DER.
constexpr std::string_view kPrivateHead = "302e020100300506032b657004220420";
constexpr std::string_view kPublicHead = "302a300506032b6570032100";

std::string bytes(std::string_view hex)
{
    std::string made;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        made += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    return made;
}

std::string pem(std::string_view label, std::string const& der)
{
    std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
    auto const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                      reinterpret_cast<unsigned char const*>(der.data()),
                                      static_cast<int>(der.size()));
    base64.resize(static_cast<std::size_t>(size));
    auto const name = std::string{label};
    return "-----BEGIN " + name + "-----\n" + base64 + "\n-----END " + name + "-----\n";
}

class Signature : public testing::Test
{
protected:
    [[nodiscard]] std::string file(std::string const& name, std::string const& text,
                                   ::mode_t mode = 0600) const
    {
        auto path = path_ + "/" + name;
        std::ofstream{path} << text;
        ::chmod(path.c_str(), mode);
        return path;
    }
    [[nodiscard]] std::string publicKey(std::string const& name = "clin-board-1.pem") const
    {
        return file(name, pem("PUBLIC KEY", bytes(kPublicHead) + bytes(kPublic)), 0644);
    }
    [[nodiscard]] std::string privateKey(::mode_t mode = 0600) const
    {
        return file("board.key", pem("PRIVATE KEY", bytes(kPrivateHead) + bytes(kSecret)), mode);
    }

private:
    tcds::test::TemporaryFolder own_;
    std::string path_ = own_.path();
};

TEST_F(Signature, IsThatOfTheStandard)
{
    auto const made = signWith(privateKey(), kMessage);

    ASSERT_TRUE(made) << toText(made.error());
    EXPECT_EQ(*made, bytes(kSignature));
}

TEST_F(Signature, IsVerifiedAgainstTheKeyThatHasTheNameOfItsFile)
{
    auto const key = TrustedKey::fromFile(publicKey());

    ASSERT_TRUE(key) << toText(key.error());
    EXPECT_EQ(key->name(), "clin-board-1");
    EXPECT_TRUE(key->verifies(kMessage, bytes(kSignature)));
}

TEST_F(Signature, IsMadeAgainAndAgainByAKeyThatWasReadOnce)
{
    auto const key = SigningKey::fromFile(privateKey());

    ASSERT_TRUE(key) << toText(key.error());
    EXPECT_EQ(key->sign(kMessage), bytes(kSignature));
    EXPECT_EQ(key->sign(kMessage), bytes(kSignature));
    EXPECT_EQ(key->publicKey(), bytes(kPublic));
    EXPECT_FALSE(SigningKey::fromFile(privateKey(0644)));
}

TEST_F(Signature, IsVerifiedWithABareKey)
{
    EXPECT_EQ(publicKeyIn(publicKey("a name.pem")).value(), bytes(kPublic));
    EXPECT_FALSE(publicKeyIn(privateKey()));
    auto const key = TrustedKey::fromBytes("any/name", bytes(kPublic));

    ASSERT_TRUE(key) << toText(key.error());
    EXPECT_EQ(key->name(), "any/name");
    EXPECT_TRUE(key->verifies(kMessage, bytes(kSignature)));
    EXPECT_FALSE(TrustedKey::fromBytes("any/name", bytes(kPublic).substr(1)));
}

TEST_F(Signature, IsRefusedWithAnyBitOfItOrOfTheMessageChanged)
{
    auto const key = TrustedKey::fromFile(publicKey());
    ASSERT_TRUE(key);
    auto const good = bytes(kSignature);

    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto altered = good;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(key->verifies(kMessage, altered)) << bit;
    }
    EXPECT_FALSE(key->verifies("\xaf\x83", good));
    EXPECT_FALSE(key->verifies("\xaf\x82 ", good));
    EXPECT_FALSE(key->verifies(kMessage, ""));
    EXPECT_FALSE(key->verifies(kMessage, good + "x"));
}

TEST_F(Signature, OfNobodyTrustedHasNoSigner)
{
    auto const other =
        file("other.pem", pem("PUBLIC KEY", bytes(kPublicHead) + std::string(31, 1) + '\x02'));
    std::vector<std::string> const paths{other, publicKey()};
    auto const both = trustedKeys(paths);
    auto const wrong = trustedKeys({paths.data(), 1});
    ASSERT_TRUE(both && wrong);

    ASSERT_NE(signerOf(kMessage, bytes(kSignature), *both), nullptr);
    EXPECT_EQ(signerOf(kMessage, bytes(kSignature), *both)->name(), "clin-board-1");
    EXPECT_EQ(signerOf(kMessage, bytes(kSignature), *wrong), nullptr);
    EXPECT_EQ(signerOf(kMessage, bytes(kSignature), {}), nullptr);
}

TEST_F(Signature, NeedsAnEd25519KeyInPem)
{
    struct Row {
        std::string path, what;
    };
    for (auto const& row : {
             Row{file("none.pem", "no key"), "holds no public key in PEM"},
             Row{file("x25519.pem",
                      pem("PUBLIC KEY", bytes("302a300506032b656e032100") + bytes(kPublic))),
                 "is no Ed25519 key"},
             Row{privateKey(), "holds no public key in PEM"},
             Row{publicKey("key of the board.pem"), "cannot be the name of a key"},
             Row{publicKey() + ".gone", "cannot be read"},
         }) {
        SCOPED_TRACE(row.path);
        auto const key = TrustedKey::fromFile(row.path);
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().kind, Error::Kind::Config);
        EXPECT_EQ(key.error().where, row.path);
        EXPECT_THAT(key.error().what, HasSubstr(row.what));
        EXPECT_FALSE(key.error().fix.empty());
    }
}

TEST_F(Signature, IsNotMadeWithAKeyThatOthersCanRead) // control CTL-14
{
    auto const made = signWith(privateKey(0640), kMessage);

    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("can be read by others"));
    EXPECT_FALSE(signWith(publicKey(), kMessage)); // no private key, and 0644
    EXPECT_FALSE(signWith(publicKey() + ".gone", kMessage));
}

TEST_F(Signature, KeysOfOneNameAreRefused)
{
    std::filesystem::create_directory(std::filesystem::path{publicKey()}.parent_path() / "two");
    std::vector<std::string> const paths{publicKey(), publicKey("two/clin-board-1.pem")};

    auto const keys = trustedKeys(paths);

    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().what, HasSubstr("clin-board-1"));
}

} // namespace
} // namespace tcds::rules::test
