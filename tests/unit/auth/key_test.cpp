#include "server/auth/key.hpp"

#include "server/auth/key_set.hpp"
#include "signer.hpp"
#include "stage.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tcds::auth {
namespace {

using namespace test;

std::shared_ptr<Key const> keyOf(std::string const& jwk, std::string_view kid)
{
    return KeySet::parse(R"({"keys":[)" + jwk + "]}", "keys.json").value().find(kid);
}

std::string tokenOf(std::string_view algorithm, std::string_view claims, SigningKey const& key,
                    char const* hash)
{
    auto const input = signingInput(R"({"alg":")" + std::string{algorithm} + "\"}", claims);
    return input + "." + base64url(key.sign(input, hash));
}

// RFC 7515, appendix A.3: an ES256 token and its public key.
constexpr std::string_view kRfcKey = R"({"kty":"EC","crv":"P-256","kid":"a3",)"
                                     R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kRfcToken =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    "pmWQxfKTUJqPP3-Kg6NU1Q";

// RFC 7515, appendix A.2: an RS256 token of the same claims.
constexpr std::string_view kRfcRsaKey =
    R"({"kty":"RSA","kid":"a2","e":"AQAB","n":)"
    R"("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp)"
    R"(-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW)"
    R"(vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs)"
    R"(LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k)"
    R"(G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2)"
    R"(PAcDTW9gb54h4FRWyuXpoQ"})";
constexpr std::string_view kRfcRsaToken =
    "eyJhbGciOiJSUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
    "p0igcN_IoypGlUPQGe77Rw";

} // namespace

TEST(Key, VerifiesTheTokensOfRfc7515)
{
    EXPECT_TRUE(keyOf(std::string{kRfcKey}, "a3")->verifies(kRfcToken, Algorithm::Es256));
    EXPECT_TRUE(keyOf(std::string{kRfcRsaKey}, "a2")->verifies(kRfcRsaToken, Algorithm::Rs256));
}

TEST(Key, RefusesTheTokenOfRfc7515WithAnyCharacterChanged)
{
    auto const key = keyOf(std::string{kRfcKey}, "a3");
    for (std::size_t i = 0; i < kRfcToken.size(); ++i) {
        std::string changed{kRfcToken};
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        EXPECT_FALSE(key->verifies(changed, Algorithm::Es256)) << i;
    }
}

TEST(Key, VerifiesWhatOpenSslSigned)
{
    struct Row {
        Algorithm algorithm;
        SigningKey const& key;
        char const* hash;
    };
    for (auto const& row :
         {Row{Algorithm::Es384, p384(), "SHA384"}, Row{Algorithm::Rs384, rsa(), "SHA384"},
          Row{Algorithm::Es256, p256(), "SHA256"}, Row{Algorithm::Rs256, rsa(), "SHA256"}}) {
        SCOPED_TRACE(toText(row.algorithm));
        auto const key = keyOf(row.key.jwk(), row.key.kid());
        auto const token = tokenOf(toText(row.algorithm), R"({"a":1})", row.key, row.hash);

        EXPECT_TRUE(key->verifies(token, row.algorithm));
        auto const foreign = tokenOf(toText(row.algorithm), R"({"a":2})", row.key, row.hash);
        auto const moved = token.substr(0, token.rfind('.')) + foreign.substr(foreign.rfind('.'));
        EXPECT_FALSE(key->verifies(moved, row.algorithm));
    }
}

// JWT-12: r and s are concatenated; what OpenSSL writes by itself is another form.
TEST(Key, RefusesDerInsteadOfRawEcdsa)
{
    auto const input = signingInput(R"({"alg":"ES384"})", "{}");
    auto const der = input + "." + base64url(p384().signDer(input, "SHA384"));

    EXPECT_FALSE(keyOf(p384().jwk(), "k384")->verifies(der, Algorithm::Es384));
}

TEST(Key, RefusesSignaturesOfOtherSizes)
{
    auto const key = keyOf(p384().jwk(), "k384");
    auto const input = signingInput(R"({"alg":"ES384"})", "{}");
    auto const raw = p384().sign(input, "SHA384");
    // r and s with a zero in front are the same numbers: more than one spelling of a signature.
    auto const longer = '\0' + raw.substr(0, 48) + '\0' + raw.substr(48);

    EXPECT_TRUE(key->verifies(input + "." + base64url(raw), Algorithm::Es384));
    EXPECT_FALSE(key->verifies(input + "." + base64url(longer), Algorithm::Es384));
    EXPECT_FALSE(key->verifies(input + "." + base64url(raw.substr(0, 95)), Algorithm::Es384));
    EXPECT_FALSE(key->verifies(input + ".", Algorithm::Es384));
    EXPECT_FALSE(key->verifies(input, Algorithm::Es384));
    EXPECT_FALSE(key->verifies("", Algorithm::Es384));
}

// CVE-2022-21449 ("psychic signatures"): r = s = 0 verified everything in one library.
TEST(Key, RefusesASignatureOfZeros)
{
    auto const input = signingInput(R"({"alg":"ES384"})", "{}");

    EXPECT_FALSE(keyOf(p384().jwk(), "k384")
                     ->verifies(input + "." + base64url(std::string(96, '\0')), Algorithm::Es384));
}

// The library would hash as `alg` says and verify with any curve: RFC 7518, 3.4 pairs them.
TEST(Key, FitsOnlyTheAlgorithmOfItsTypeAndCurve)
{
    auto const algorithms = {Algorithm::Es384, Algorithm::Rs384, Algorithm::Es256,
                             Algorithm::Rs256};
    auto const fitting = [&](std::shared_ptr<Key const> const& key) {
        std::string all;
        for (auto const algorithm : algorithms)
            if (key->fits(algorithm)) all.append(toText(algorithm)).append(" ");
        return all;
    };

    EXPECT_EQ(fitting(keyOf(p384().jwk(), "k384")), "ES384 ");
    EXPECT_EQ(fitting(keyOf(p256().jwk(), "k256")), "ES256 ");
    EXPECT_EQ(fitting(keyOf(rsa().jwk(), "r2048")), "RS384 RS256 ");
    EXPECT_EQ(fitting(keyOf(rsa().jwk(R"(,"alg":"RS384")"), "r2048")), "RS384 ");
}

TEST(Key, DoesNotVerifyAWrongCurveThoughTheSignatureIsGood)
{
    // A P-256 key that signs as ES384: 64 bytes over SHA-384.
    auto const token = tokenOf("ES384", "{}", p256(), "SHA384");

    EXPECT_FALSE(keyOf(p256().jwk(), "k256")->verifies(token, Algorithm::Es384));
    EXPECT_FALSE(keyOf(p256().jwk(), "k256")->verifies(token, Algorithm::Es256));
}

TEST(Key, VerifiesInSeveralThreadsAtOnce)
{
    auto const curveKey = keyOf(p384().jwk(), "k384");
    auto const rsaKey = keyOf(rsa().jwk(), "r2048");
    auto const curveToken = tokenOf("ES384", "{}", p384(), "SHA384");
    auto const rsaToken = tokenOf("RS384", "{}", rsa(), "SHA384");
    std::vector<int> good(4, 0);

    std::vector<std::thread> threads;
    for (auto& count : good)
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                if (curveKey->verifies(curveToken, Algorithm::Es384)) ++count;
                if (rsaKey->verifies(rsaToken, Algorithm::Rs384)) ++count;
                if (!curveKey->verifies(rsaToken, Algorithm::Es384)) ++count;
            }
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(good, (std::vector<int>(4, 75)));
}

} // namespace tcds::auth
