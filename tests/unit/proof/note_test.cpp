#include "server/proof/note_key.hpp"

#include "tests/unit/proof/signed_log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <vector>

namespace tcds::proof {
namespace {

// The example of the reference implementation (golang.org/x/mod/sumdb/note).
constexpr std::string_view kText = "If you think cryptography is the answer to your problem,\n"
                                   "then you don't know what your problem is.\n";
constexpr std::string_view kVerifier =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kSignature =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
// Its private key is the 32 bytes after 0x01 in AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz; this
// is the same key in PEM: the prefix of RFC 8410 (302e020100300506032b657004220420) and those
// bytes.
constexpr std::string_view kPrivatePem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
    "-----END PRIVATE KEY-----\n";

std::string noteText() { return std::string{kText} + "\n" + std::string{kSignature}; }

TEST(SignedNote, IsThatOfTheReferenceImplementation)
{
    test::Folder const folder;
    auto const path = folder.put("key.pem", kPrivatePem);
    auto key = rules::SigningKey::fromFile(path);
    ASSERT_TRUE(key) << toText(key.error());
    NoteSigner const signer{"PeterNeumann",
                            std::make_shared<rules::SigningKey const>(*std::move(key))};

    EXPECT_EQ(signer.sign(std::string{kText}), noteText());
    EXPECT_EQ(signer.verifier(), kVerifier);
}

TEST(SignedNote, OfTheReferenceImplementationIsVerified)
{
    auto const verifier = NoteVerifier::fromText(kVerifier);
    ASSERT_TRUE(verifier) << toText(verifier.error());
    auto note = readNote(noteText());
    ASSERT_TRUE(note);

    EXPECT_EQ(note->text, kText);
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::Valid);
    EXPECT_EQ(toText(*note), noteText());

    note->text[0] = 'i';
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::Invalid);
    note->signatures[0].keyName = "Enoch";
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::OtherKey);
    note->signatures[0].keyName = "PeterNeumann";
    note->signatures[0].keyId ^= 1U;
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::OtherKey);
}

TEST(SignedNote, IsRefusedWhenOneOfTwoSignaturesOfAKeyIsBad) // c2sp.org/signed-note, "Signatures"
{
    auto const verifier = NoteVerifier::fromText(kVerifier);
    auto note = readNote(noteText());
    note->signatures.push_back(note->signatures[0]);
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::Valid);
    note->signatures[1].bytes[0] ^= 1;
    EXPECT_EQ(verifier->check(*note), NoteVerifier::Verdict::Invalid);
}

TEST(SignedNote, IsReadOnlyInItsForm)
{
    std::string const dash = "\xE2\x80\x94 ";
    for (auto const& bytes : std::vector<std::string>{
             "", "text\n", "text\n\n", std::string{kText} + std::string{kSignature},
             noteText() + "more\n", noteText().substr(0, noteText().size() - 1),
             "text\n\n" + dash + "a b\n", "text\n\n" + dash + "a AAAA\n", "text\n\n- a AAAAAAAA\n",
             "text\n\n" + dash + "a+b AAAAAAAA\n", "text\n\n" + dash + " AAAAAAAA\n",
             "te\txt\n\n" + dash + "a AAAAAAAA\n", "te\r\nxt\n\n" + dash + "a AAAAAAAA\n",
             "te\xFFxt\n\n" + dash + "a AAAAAAAA\n", "text\n\n" + dash + "a AAAAAA==\n",
             std::string(70000, 'a') + "\n\n"})
        EXPECT_FALSE(readNote(bytes)) << bytes.substr(0, 200);
    EXPECT_TRUE(readNote("a\n\nb\n\n" + dash + "a AAAAAAAA\n"));
}

TEST(SignedNote, HasAtMostAHundredSignatures)
{
    std::string text = "text\n\n";
    for (int i = 0; i < 100; ++i) text += "\xE2\x80\x94 a AAAAAAAA\n";
    EXPECT_TRUE(readNote(text));
    EXPECT_FALSE(readNote(text + "\xE2\x80\x94 a AAAAAAAA\n"));
}

TEST(Verifier, IsReadOnlyWhenItsPartsFit)
{
    for (std::string const text :
         {"", "+", "a+b+c", "PeterNeumann+c74f20a3",
          "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+c74f20a3+AhpC", "PeterNeumann+c74f20a3+AQ=="})
        EXPECT_FALSE(NoteVerifier::fromText(text)) << text;
}

// The checkpoint of c2sp.org/tlog-checkpoint.
TEST(CheckpointText, IsThatOfTheSpecification)
{
    auto const note = readNote(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "\xE2\x80\x94 example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n");
    ASSERT_TRUE(note);
    auto const checkpoint = readCheckpoint(note->text);
    ASSERT_TRUE(checkpoint);

    EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint->head.size, 20852163U);
    EXPECT_EQ(toText(*checkpoint), note->text);
    EXPECT_EQ(note->signatures.at(0).keyName, checkpoint->origin);
}

TEST(CheckpointText, IsReadOnlyInItsForm)
{
    std::string const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    EXPECT_TRUE(readCheckpoint("a\n0\n" + root));
    EXPECT_TRUE(readCheckpoint("a\n1\n" + root + "an extension\n"));
    for (auto const& text : {std::string{}, "a\n1\n" + root.substr(1), "a\n01\n" + root,
                             "a\n-1\n" + root, "a\n1 \n" + root, "a\n18446744073709551616\n" + root,
                             "\n1\n" + root, "a\n1\n" + root.substr(0, root.size() - 1)})
        EXPECT_FALSE(readCheckpoint(text)) << text;
}

TEST(Origin, HoldsNothingThatANameOfAKeyMayNot)
{
    EXPECT_EQ(originOf("mercy-west", "cds-1.example.org"),
              "twitch-cds/mercy-west/cds-1.example.org");
    EXPECT_EQ(originOf("a b", "n+/\n\xC3\xA9"), "twitch-cds/a_b/n_____");
}

TEST(NoteKeys, OfAPemFileCountForEveryLogAndVerifiersForTheirOwn)
{
    test::Folder const folder;
    auto const pem = folder.put("public.pem", test::kPublicPem);
    std::vector<std::string> const given{pem, std::string{kVerifier}};
    auto keys = TrustedNoteKeys::read(given);
    ASSERT_TRUE(keys) << toText(keys.error());

    EXPECT_EQ(keys->of("twitch-cds/a/b").size(), 1U);
    EXPECT_EQ(keys->of("PeterNeumann").size(), 2U);
    std::vector<std::string> const bad{"no/such/file.pem"};
    EXPECT_FALSE(TrustedNoteKeys::read(bad));
}

} // namespace
} // namespace tcds::proof
