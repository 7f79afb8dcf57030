#include "server/auth/key_set.hpp"

#include "signer.hpp"
#include "stage.hpp"

#include <gtest/gtest.h>

namespace tcds::auth {
namespace {

using namespace test;

Result<KeySet> parse(std::string const& keys)
{
    return KeySet::parse(R"({"keys":[)" + keys + "]}", "k.json");
}

/// Place and finding of the refusal, or "" when the set is taken.
std::string refusal(std::string const& text)
{
    auto const set = KeySet::parse(text, "k.json");
    return set ? "" : set.error().where + ": " + set.error().what;
}
std::string refusalOfKeys(std::string const& keys) { return refusal(R"({"keys":[)" + keys + "]}"); }

std::string changed(std::string jwk, std::string_view from, std::string_view to)
{
    auto const at = jwk.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return jwk.replace(at, from.size(), to);
}

} // namespace

TEST(KeySet, FindsKeysByKid)
{
    auto const set = KeySet::parse(keySetText(), "k.json").value();

    EXPECT_EQ(set.size(), 3U);
    EXPECT_TRUE(set.leftOut().empty());
    ASSERT_TRUE(set.find("r2048"));
    EXPECT_TRUE(set.find("r2048")->fits(Algorithm::Rs384));
    EXPECT_EQ(set.find("K384"), nullptr); // case counts
    EXPECT_EQ(set.find(""), nullptr);
}

// TOL-03: a kid is an opaque text.
TEST(KeySet, TakesKidsWithMarks)
{
    EXPECT_TRUE(parse(p384().jwkAs("d3bmo5Hz+A8/x==")).value().find("d3bmo5Hz+A8/x=="));
}

TEST(KeySet, TakesUseAlgKeyOpsAndMembersItDoesNotKnow)
{
    EXPECT_EQ(
        parse(p384().jwk(R"(,"use":"sig","alg":"ES384","key_ops":["verify"],"x5t":"a","nbf":1)"))
            .value()
            .size(),
        1U);
}

TEST(KeySet, RefusesWhatIsNoKeySet)
{
    EXPECT_EQ(refusal("{}"), "k.json: no key set");
    EXPECT_EQ(refusal("[]"), "k.json: no key set");
    EXPECT_EQ(refusal(R"({"keys":{}})"), "k.json: no key set");
    EXPECT_EQ(refusal(p384().jwk()), "k.json: no key set");
    EXPECT_EQ(refusal(R"({"keys":[]})"), "k.json /keys: no key that could verify a token");
    EXPECT_EQ(refusal(R"({"keys":["a"]})"), "k.json /keys/0: not an object");
    EXPECT_EQ(KeySet::parse("<html>", "k.json").error().kind, Error::Kind::Config);
    EXPECT_NE(refusal(R"({"keys":[],"keys":[]})"), "");
    EXPECT_NE(refusal(std::string(100, '[')), "");
}

// CTL-02
TEST(KeySet, Takes32KeysAnd64KiBAndNoMore)
{
    auto const keys = [](int count) {
        std::string all;
        for (int i = 0; i < count; ++i)
            all += (i ? "," : "") + p384().jwkAs("k" + std::to_string(i));
        return R"({"keys":[)" + all + "]}";
    };
    EXPECT_EQ(KeySet::parse(keys(32), "k.json").value().size(), 32U);
    EXPECT_EQ(refusal(keys(33)), "k.json /keys: 33 keys are too many");

    auto const padded = [&](std::size_t size) {
        auto text = keys(1);
        return text + std::string(size - text.size(), ' ');
    };
    EXPECT_EQ(refusal(padded(65'536)), "");
    EXPECT_EQ(KeySet::parse(padded(65'537), "k.json").error().kind, Error::Kind::TooLarge);
}

TEST(KeySet, RefusesPrivateKeysWhereverTheyStand)
{
    for (auto const* member : {"d", "p", "q", "dp", "dq", "qi", "oth"}) {
        auto const more = std::string{",\""} + member + "\":\"AQAB\"";
        EXPECT_EQ(refusalOfKeys(p384().jwk() + "," + rsa().jwk(more)),
                  std::string{"k.json /keys/1/"} + member + ": a private key");
    }
    EXPECT_EQ(refusalOfKeys(p384().jwk(R"(,"d":null)")), "k.json /keys/0/d: a private key");
    // Also of a type that is otherwise left out: it should not lie there.
    EXPECT_EQ(refusalOfKeys(R"({"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"})"),
              "k.json /keys/0/d: a private key");
}

TEST(KeySet, RefusesSymmetricKeys)
{
    auto const finding = ": a symmetric key: whoever can verify with it can sign with it";
    EXPECT_EQ(refusalOfKeys(R"({"kty":"oct","kid":"a"})"),
              std::string{"k.json /keys/0/kty"} + finding);
    EXPECT_EQ(refusalOfKeys(p384().jwk(R"(,"k":"AQAB")")),
              std::string{"k.json /keys/0/kty"} + finding);
}

TEST(KeySet, RefusesAKidTwice)
{
    EXPECT_EQ(refusalOfKeys(p384().jwk() + "," + rsa().jwkAs("k384")),
              "k.json /keys/1/kid: the kid of an earlier key");
}

TEST(KeySet, RefusesWeakAndOddRsaKeys)
{
    EXPECT_EQ(refusalOfKeys(SigningKey::rsa(1024, "a").jwk()),
              "k.json /keys/0/n: an RSA key of 1024 bits");
    EXPECT_EQ(refusalOfKeys(R"({"kty":"RSA","kid":"a","e":"AQAB","n":")" +
                            base64url(std::string(1025, '\x7f')) + "\"}"),
              "k.json /keys/0/n: an RSA key of 8199 bits");
    EXPECT_EQ(refusalOfKeys(changed(rsa().jwk(), R"("n":")", R"("n":"=)")),
              "k.json /keys/0/n: not base64url");
    // 1 (every number signs itself), 0, 2, 65538, 2^64 + 1, padded, missing
    for (auto const* exponent : {"AQ", "AA", "Ag", "AQAC", "AQAAAAAAAAAB", "AQAB=", ""})
        EXPECT_EQ(refusalOfKeys(changed(rsa().jwk(), R"("e":"AQAB")",
                                        R"("e":")" + std::string{exponent} + "\"")),
                  "k.json /keys/0/e: not an odd exponent from 3 to 64 bits")
            << exponent;
}

// A zero byte in front does not make a short key long.
TEST(KeySet, CountsBitsNotBytesOfTheModulus)
{
    EXPECT_EQ(refusalOfKeys(R"({"kty":"RSA","kid":"a","e":"AQAB","n":")" +
                            base64url(std::string(200, '\0') + std::string(128, '\x7f')) + "\"}"),
              "k.json /keys/0/n: an RSA key of 1023 bits");
}

TEST(KeySet, RefusesPointsThatAreNotOnTheirCurve)
{
    auto const jwk = [](std::string_view curve, std::string_view x, std::string_view y) {
        return R"({"kty":"EC","kid":"a","crv":")" + std::string{curve} + R"(","x":")" +
               base64url(x) + R"(","y":")" + base64url(y) + "\"}";
    };
    std::string const ones(48, '\x01');
    EXPECT_EQ(refusalOfKeys(jwk("P-384", ones, ones)),
              "k.json /keys/0: no key: the point is not on its curve");
    EXPECT_EQ(refusalOfKeys(jwk("P-384", std::string(48, '\0'), std::string(48, '\0'))),
              "k.json /keys/0: no key: the point is not on its curve");
    EXPECT_EQ(refusalOfKeys(jwk("P-384", ones, ones.substr(1))),
              "k.json /keys/0/y: not a coordinate of 48 bytes");
    EXPECT_EQ(refusalOfKeys(jwk("P-256", ones, ones)),
              "k.json /keys/0/x: not a coordinate of 32 bytes");
    EXPECT_EQ(refusalOfKeys(changed(p384().jwk(), "P-384", "P-256")),
              "k.json /keys/0/x: not a coordinate of 32 bytes");
}

TEST(KeySet, RefusesAnAlgorithmThatTheTypeCannotHave)
{
    auto const finding = "k.json /keys/0/alg: an algorithm that a key of this type cannot have";
    EXPECT_EQ(refusalOfKeys(p384().jwk(R"(,"alg":"ES256")")), finding);
    EXPECT_EQ(refusalOfKeys(p256().jwk(R"(,"alg":"ES384")")), finding);
    EXPECT_EQ(refusalOfKeys(p384().jwk(R"(,"alg":"RS384")")), finding);
    EXPECT_EQ(refusalOfKeys(rsa().jwk(R"(,"alg":"ES384")")), finding);
}

// RFC 7517, 5: keys that a reader cannot use are ignored, the others count.
TEST(KeySet, LeavesOutKeysForOtherPurposesAndSaysSo)
{
    struct Row {
        std::string jwk, why;
    };
    auto const other = SigningKey::curve("P-521", "a").jwk();
    for (auto const& row :
         {Row{R"({"kty":"OKP","crv":"Ed25519","x":"AA","kid":"a"})", "kty is neither EC nor RSA"},
          Row{other, "crv is neither P-256 nor P-384"},
          Row{rsa().jwk(R"(,"use":"enc")"), "use is not sig"},
          Row{rsa().jwk(R"(,"use":7)"), "use is not sig"},
          Row{rsa().jwk(R"(,"key_ops":["encrypt"])"), "key_ops lacks verify"},
          Row{rsa().jwk(R"(,"alg":"PS384")"), "alg is none of ES384, RS384, ES256, RS256"},
          Row{rsa().jwk(R"(,"alg":"HS256")"), "alg is none of ES384, RS384, ES256, RS256"},
          Row{rsa().jwkWithoutKid(), "no kid, so no token can name it"},
          Row{rsa().jwkAs(std::string(257, 'k')), "kid is longer than 256 bytes"}}) {
        SCOPED_TRACE(row.why);
        auto const set = parse(row.jwk + "," + p384().jwk()).value();

        EXPECT_EQ(set.size(), 1U);
        EXPECT_EQ(set.leftOut(),
                  (std::vector<std::string>{"k.json /keys/0: left out: " + row.why}));
    }
}

} // namespace tcds::auth
