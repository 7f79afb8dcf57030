#include "server/audit/seal.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/deflate.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <cjose/cjose.h>
#include <gmock/gmock.h>

#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <set>

namespace tcds::audit {
namespace {

using test::TemporaryDirectory;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr auto kKey = "0123456789abcdef0123456789abcdef";
constexpr SealedFor kRecord{"mercy-west", "decision", "019cb32f-8e9e-70d8-98e0-985ecc7f6041"};
constexpr std::array kParts{SealedPart{"request", R"({"hook":"patient-view","name":"Jane Roe"})"},
                            SealedPart{"answer", R"({"cards":[]})"}};

Result<SealKey> keyOf(std::string const& bytes, mode_t mode = 0600)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path("seal.key"), bytes);
    EXPECT_EQ(::chmod(folder.path("seal.key").c_str(), mode), 0);
    return SealKey::fromFile(folder.path("seal.key"));
}

std::string whatOf(Result<Unsealed> const& opened)
{
    return opened ? "opened" : opened.error().what;
}

TEST(Seal, GivesBackWhatWentIn)
{
    auto const key = keyOf(kKey);
    ASSERT_TRUE(key) << toText(key.error());

    auto const opened = key->open(kRecord, key->seal(kRecord, kParts));

    ASSERT_TRUE(opened) << toText(opened.error());
    ASSERT_EQ(opened->parts.size(), 2U);
    EXPECT_EQ(opened->parts[0].name, "request");
    EXPECT_EQ(opened->parts[0].text, kParts[0].text);
    EXPECT_EQ(opened->parts[1].name, "answer");
    EXPECT_EQ(opened->parts[1].text, kParts[1].text);
}

TEST(Seal, TakesTextsOfEverySizeByteByByte)
{
    auto const key = keyOf(kKey);
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{3'000'001}}) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 131 % 251);
        std::array const parts{SealedPart{"fetched/labs", text}, SealedPart{"fetched/labs", "\n"}};

        auto const opened = key->open(kRecord, key->seal(kRecord, parts));

        ASSERT_TRUE(opened) << size << ": " << toText(opened.error());
        EXPECT_EQ(opened->parts.at(0).text, text);
        EXPECT_EQ(opened->parts.at(1).text, "\n");
    }
}

/// Another implementation of RFC 7516 opens it.
TEST(Seal, IsAJweThatAJoseLibraryOpens)
{
    auto const key = keyOf(kKey);
    auto const sealed = key->seal(kRecord, kParts);
    auto const jwk = R"({"kty":"oct","k":")" + toBase64Url(std::string_view{kKey}) + "\"}";
    cjose_err error{};
    auto* const imported = cjose_jwk_import(jwk.data(), jwk.size(), &error);
    ASSERT_NE(imported, nullptr) << error.message;
    auto* const read = cjose_jwe_import(sealed.data(), sealed.size(), &error);
    ASSERT_NE(read, nullptr) << error.message;

    std::size_t size = 0;
    auto* const plain = cjose_jwe_decrypt(read, imported, &size, &error);

    ASSERT_NE(plain, nullptr) << error.message;
    auto const text = inflated({reinterpret_cast<char const*>(plain), size},
                               1'000'000); // "zip":"DEF" is ours to do
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, R"([{"name":"request","bytes":41},{"name":"answer","bytes":12}])"
                     "\n" +
                         std::string{kParts[0].text} + std::string{kParts[1].text});
    std::free(plain); // NOLINT: allocated by cjose with malloc
    cjose_jwe_release(read);
    cjose_jwk_release(imported);
}

TEST(Seal, SaysInItsHeaderWhichRecordItIsOfAndWhichKeyItNeeds)
{
    auto const key = keyOf(kKey);

    auto const sealed = key->seal(kRecord, kParts);

    EXPECT_EQ(fromBase64Url(sealed.substr(0, sealed.find('.'))),
              R"({"alg":"dir","enc":"A256GCM","zip":"DEF","kid":")" + key->id() +
                  R"(","tenant":"mercy-west","type":"decision",)"
                  R"("id":"019cb32f-8e9e-70d8-98e0-985ecc7f6041"})");
    EXPECT_THAT(key->id(), MatchesRegex("s1[0-9a-f]{6}"));
    EXPECT_EQ(key->id(), keyOf(kKey)->id());
    EXPECT_NE(key->id(), keyOf(std::string(32, 'x'))->id());
}

TEST(Seal, HasANonceOfItsOwnEachTime)
{
    auto const key = keyOf(kKey);
    std::set<std::string> nonces;
    for (int i = 0; i < 200; ++i) {
        auto const sealed = key->seal(kRecord, kParts);
        auto const from = sealed.find("..") + 2;
        nonces.insert(sealed.substr(from, sealed.find('.', from) - from));
    }
    EXPECT_EQ(nonces.size(), 200U);
    EXPECT_EQ(nonces.begin()->size(), 16U) << "96 bits";
}

TEST(Seal, ShowsNothingOfWhatIsInIt)
{
    auto const sealed = keyOf(kKey)->seal(kRecord, kParts);

    EXPECT_THAT(sealed, MatchesRegex("[A-Za-z0-9_.-]+"));
    EXPECT_THAT(sealed, Not(HasSubstr(toBase64Url(std::string_view{"Jane Roe"}))));
}

TEST(Seal, NamesTheKeyThatItNeedsWhenAnotherIsTried)
{
    auto const key = keyOf(kKey);
    auto const other = keyOf(std::string(32, 'x'));

    EXPECT_EQ(whatOf(other->open(kRecord, key->seal(kRecord, kParts))),
              "was made with the key " + key->id() + ", this one is " + other->id());
}

TEST(Seal, CannotStandInAnotherRecord)
{
    auto const key = keyOf(kKey);
    auto const sealed = key->seal(kRecord, kParts);

    for (auto const& record : {SealedFor{"mercy-north", "decision", kRecord.id},
                               SealedFor{"mercy-west", "feedback", kRecord.id},
                               SealedFor{"mercy-west", "decision", "another"}})
        EXPECT_EQ(whatOf(key->open(record, sealed)), "belongs to another record");
}

TEST(Seal, ThatWasAlteredAnywhereIsNotOpened)
{
    auto const key = keyOf(kKey);
    auto const sealed = key->seal(kRecord, kParts);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto altered = sealed;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(key->open(kRecord, altered)) << at;
        EXPECT_FALSE(key->open(kRecord, sealed.substr(0, at))) << at;
    }
    auto header = sealed; // the record says the same, another one stands beside it
    EXPECT_FALSE(key->open(kRecord, header + "A"));
    EXPECT_FALSE(key->open(kRecord, header + ".A"));
    EXPECT_EQ(whatOf(key->open(kRecord, sealed.substr(0, sealed.size() - 1) + "*")),
              "is not of the form that this program writes");
}

struct BadSealKey {
    std::string key;
    mode_t mode;
    char const* message;
};

TEST(SealKeys, AreRefusedWhenTheyAreNo32BytesOfTheirOwner) // CTL-14
{
    for (auto const& bad :
         {BadSealKey{std::string(31, 'x'), 0600, "31 bytes"},
          BadSealKey{std::string(33, 'x'), 0600, "33 bytes; a key of AES-256 has 32"},
          BadSealKey{kKey, 0640, "read by others"}, BadSealKey{kKey, 0604, "read by others"}}) {
        auto const key = keyOf(bad.key, bad.mode);
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().kind, Error::Kind::Config);
        EXPECT_THAT(key.error().what, HasSubstr(bad.message));
        EXPECT_THAT(key.error().where, HasSubstr("audit.seal_key_file "));
    }
}

TEST(SealKeys, AreToldApartByTheirBytes)
{
    EXPECT_TRUE(*keyOf(kKey) == *keyOf(kKey));
    EXPECT_FALSE(*keyOf(kKey) == *keyOf(std::string(32, 'x')));
}

TEST(Deflate, IsUndoneUpToABound)
{
    std::string const text(100'000, 'x');
    auto const packed = deflated(text);

    EXPECT_LT(packed.size(), 2'000U);
    EXPECT_EQ(inflated(packed, text.size()), text);
    EXPECT_EQ(inflated(packed, text.size() - 1), std::nullopt);
    EXPECT_EQ(inflated(packed.substr(0, packed.size() - 1), text.size()), std::nullopt);
    EXPECT_EQ(inflated("no such form", 100), std::nullopt);
}

} // namespace
} // namespace tcds::audit
