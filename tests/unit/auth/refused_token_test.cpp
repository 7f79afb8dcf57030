// What RFC 8725 warns of, and other tokens that must never be taken. Unless a row says otherwise
// the signature is good, so that it is the named fault that refuses.
#include "stage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::auth {
namespace {

using namespace test;

struct Row {
    std::string name, word, authorization;
};

std::string signedText(std::string_view header, std::string_view claims)
{
    auto const input = signingInput(header, claims);
    return "Bearer " + input + "." + base64url(p384().sign(input, "SHA384"));
}

std::string withSignature(Members const& header, std::string_view signature)
{
    return "Bearer " + signingInput(header.json(), goodClaims().json()) + "." +
           std::string{signature};
}

/// HMAC with something public for secret: the classic confusion of key types.
std::string symmetric(char const* algorithm, char const* hash, std::string const& secret)
{
    auto const header = goodHeader().with("alg", inQuotes(algorithm));
    auto const input = signingInput(header.json(), goodClaims().json());
    return "Bearer " + input + "." + base64url(hmac(secret, input, hash));
}

std::string headerWith(std::string_view name, std::string value)
{
    return bearer(goodHeader().with(name, std::move(value)), goodClaims());
}

std::string tokenOf(std::string const& authorization) { return authorization.substr(7); }

std::vector<Row> algorithms() // RFC 8725, 2.1, 3.1, 3.2; JWT-03; CTL-03
{
    auto const none = [](std::string_view spelling) {
        return withSignature(goodHeader().with("alg", inQuotes(spelling)), "");
    };
    auto const noneSigned = [](std::string_view spelling) {
        return bearer(goodHeader().with("alg", inQuotes(spelling)), goodClaims());
    };
    return {
        {"NoneUnsigned", "jwt-form", none("none")},
        {"NoneSigned", "jwt-alg", noneSigned("none")},
        {"NoneInCapitals", "jwt-alg", noneSigned("NONE")},
        {"NoneMixed", "jwt-alg", noneSigned("nOnE")},
        {"Empty", "jwt-alg", noneSigned("")},
        {"WithSpace", "jwt-alg", noneSigned("ES384 ")},
        {"LowerCase", "jwt-alg", noneSigned("es384")},
        {"Missing", "jwt-alg", bearer(goodHeader().without("alg"), goodClaims())},
        {"Null", "jwt-alg", headerWith("alg", "null")},
        {"Number", "jwt-alg", headerWith("alg", "384")},
        {"List", "jwt-alg", headerWith("alg", R"(["ES384"])")},
        {"Hs256WithThePublicPem", "jwt-alg", symmetric("HS256", "SHA256", p384().publicPem())},
        {"Hs384WithThePublicPem", "jwt-alg", symmetric("HS384", "SHA384", rsa().publicPem())},
        {"Hs512WithThePublicJwk", "jwt-alg", symmetric("HS512", "SHA512", p384().jwk())},
        {"Hs256WithAnEmptySecret", "jwt-alg", symmetric("HS256", "SHA256", "")},
        {"Es512", "jwt-alg", noneSigned("ES512")},
        {"Rs512", "jwt-alg", noneSigned("RS512")},
        {"Ps384", "jwt-alg", noneSigned("PS384")},
        {"EdDsa", "jwt-alg", noneSigned("EdDSA")},
        {"Es256NotEnabled", "jwt-alg",
         signedWith(p256(), goodHeader().with("alg", R"("ES256")").with("kid", R"("k256")"),
                    goodClaims(), "SHA256")},
        {"Rs256NotEnabled", "jwt-alg",
         signedWith(rsa(), goodHeader().with("alg", R"("RS256")").with("kid", R"("r2048")"),
                    goodClaims(), "SHA256")},
        {"Es384WithAP256Key", "jwt-alg",
         signedWith(p256(), goodHeader().with("kid", R"("k256")"), goodClaims())},
        {"Es384WithAnRsaKey", "jwt-alg",
         signedWith(rsa(), goodHeader().with("kid", R"("r2048")"), goodClaims())},
        {"Rs384WithACurveKey", "jwt-alg", headerWith("alg", R"("RS384")")},
    };
}

std::vector<Row> keys() // RFC 8725, 2.2, 3.10; JWT-08, JWT-09
{
    auto const foreign = SigningKey::curve("P-384", "k384");
    auto const byForeign = [&](Members const& header) {
        return signedWith(foreign, header, goodClaims());
    };
    return {
        {"SignedByAStranger", "jwt-sig", byForeign(goodHeader())},
        {"StrangersKeyInTheHeader", "jwt-sig", byForeign(goodHeader().with("jwk", foreign.jwk()))},
        {"StrangersChainInTheHeader", "jwt-sig",
         byForeign(goodHeader().with("x5c", R"(["AAAA"])"))},
        {"StrangersChainByUrl", "jwt-sig",
         byForeign(goodHeader().with("x5u", R"("https://evil.example.org/x")"))},
        {"StrangersKeySet", "jku-unlisted",
         byForeign(goodHeader().with("jku", R"("https://evil.example.org/jwks")"))},
        {"KidUnknown", "jwt-kid", headerWith("kid", R"("k385")")},
        {"KidOfAnotherKey", "jwt-alg", headerWith("kid", R"("r2048")")},
        {"KidAsPath", "jwt-kid", headerWith("kid", R"("../../dev/null")")},
        {"KidAsQuery", "jwt-kid", headerWith("kid", R"("k384' OR '1'='1")")},
        {"KidWithNul", "jwt-kid", headerWith("kid", R"("k384\u0000")")},
        {"KidMissing", "jwt-header", bearer(goodHeader().without("kid"), goodClaims())},
        {"KidEmpty", "jwt-header", headerWith("kid", R"("")")},
        {"KidNull", "jwt-header", headerWith("kid", "null")},
        {"KidNumber", "jwt-header", headerWith("kid", "1")},
        {"KidOf257Bytes", "jwt-header", headerWith("kid", inQuotes(std::string(257, 'k')))},
    };
}

std::vector<Row> jkus() // CTL-02, JWT-08: exact, and never fetched
{
    std::vector<Row> rows;
    int number = 0;
    for (auto const* jku :
         {"https://ehr.example.org/jwks/", "https://ehr.example.org/jwks?x",
          "http://ehr.example.org/jwks", "https://EHR.example.org/jwks",
          "https://ehr.example.org:443/jwks", "https://ehr.example.org/./jwks",
          "https://ehr.example.org/%6awks", "https://ehr.example.org@evil.example.org/jwks",
          "https://ehr.example.org.evil.example.org/jwks",
          "http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
          " https://ehr.example.org/jwks", "https://ehr.example.org/jwks#a",
          "//ehr.example.org/jwks", ""})
        rows.push_back(
            {"Jku" + std::to_string(++number), "jku-unlisted", headerWith("jku", inQuotes(jku))});
    rows.push_back({"JkuNull", "jku-unlisted", headerWith("jku", "null")});
    rows.push_back(
        {"JkuList", "jku-unlisted", headerWith("jku", R"(["https://ehr.example.org/jwks"])")});
    return rows;
}

std::vector<Row> headers() // RFC 7515, 4.1; RFC 8725, 2.8, 3.11; JWT-02, JWT-12
{
    return {
        {"CritUnknown", "jwt-header", headerWith("crit", R"(["exp"])")},
        {"CritEmpty", "jwt-header", headerWith("crit", "[]")},
        {"CritNull", "jwt-header", headerWith("crit", "null")},
        {"B64False", "jwt-header", bearer(goodHeader().with("b64", "false"), goodClaims())},
        {"B64WithCrit", "jwt-header",
         bearer(goodHeader().with("b64", "false").with("crit", R"(["b64"])"), goodClaims())},
        {"TypMissing", "jwt-header", bearer(goodHeader().without("typ"), goodClaims())},
        {"TypOther", "jwt-header", headerWith("typ", R"("at+jwt")")},
        {"TypNumber", "jwt-header", headerWith("typ", "1")},
        {"AlgTwice", "jwt-form", bearer(goodHeader().again("alg", R"("none")"), goodClaims())},
        {"KidTwice", "jwt-form", bearer(goodHeader().again("kid", R"("k384")"), goodClaims())},
        {"AlgTwiceByEscape", "jwt-form",
         signedText(R"({"alg":"ES384","\u0061lg":"none","typ":"JWT","kid":"k384"})",
                    goodClaims().json())},
        {"ClaimTwice", "jwt-form", bearer(goodHeader(), goodClaims().again("aud", R"("x")"))},
        {"IssTwice", "jwt-form", bearer(goodHeader(), goodClaims().again("iss", R"("x")"))},
    };
}

std::vector<Row> forms()
{
    auto const good = bearer(goodHeader(), goodClaims());
    auto const parts = signingInput(goodHeader().json(), goodClaims().json());
    auto const signature = good.substr(good.rfind('.') + 1);
    auto const deep = std::string(100, '[') + std::string(100, ']');
    return {
        {"NoField", "jwt-missing", ""},
        {"OnlyScheme", "jwt-missing", "Bearer"},
        {"Basic", "jwt-missing", "Basic dXNlcjpwYXNz"},
        {"NoScheme", "jwt-missing", tokenOf(good)},
        {"OtherScheme", "jwt-missing", "Bearerx " + tokenOf(good)},
        {"Tab", "jwt-missing", "Bearer\t" + tokenOf(good)},
        {"EmptyToken", "jwt-form", "Bearer "},
        {"TwoSpaces", "jwt-form", "Bearer  " + tokenOf(good)},
        {"SpaceBehind", "jwt-form", good + " "},
        {"TwoTokens", "jwt-form", good + ", " + tokenOf(good)},
        {"OnePart", "jwt-form", "Bearer abcd"},
        {"TwoParts", "jwt-form", "Bearer " + parts},
        {"FourParts", "jwt-form", good + ".AAAA"},
        {"FivePartsAsEncrypted", "jwt-form", good + ".AAAA.AAAA"},
        {"OnlyDots", "jwt-form", "Bearer .."},
        {"NoSignature", "jwt-form", "Bearer " + parts + "."},
        {"NoHeader", "jwt-form", "Bearer ." + parts.substr(parts.find('.') + 1) + "." + signature},
        {"NoClaims", "jwt-form", "Bearer " + parts.substr(0, parts.find('.')) + ".." + signature},
        {"PaddedSignature", "jwt-form", good + "="},
        {"PaddedHeader", "jwt-form",
         "Bearer " + base64url(R"({"alg":"ES384"})") + "=." + parts.substr(parts.find('.') + 1) +
             "." + signature},
        {"StandardAlphabet", "jwt-form", "Bearer " + parts + "." + std::string(126, 'A') + "+/"},
        {"LineBreak", "jwt-form", "Bearer " + parts + ".\r\n" + signature},
        {"Nul", "jwt-form", good + std::string(1, '\0')},
        {"LastBitsSet", "jwt-form", "Bearer " + parts + "." + std::string(126, 'A') + "B"},
        {"Oversize", "jwt-form",
         bearer(goodHeader(), goodClaims().with("x", inQuotes(std::string(8'200, 'x'))))},
        {"HeaderIsAList", "jwt-form", signedText("[]", goodClaims().json())},
        {"HeaderIsNoJson", "jwt-form", signedText("{", goodClaims().json())},
        {"HeaderWithMoreBehind", "jwt-form",
         signedText(goodHeader().json() + "{}", goodClaims().json())},
        {"HeaderIsNoUtf8", "jwt-form",
         signedText("{\"alg\":\"ES384\",\"x\":\"\xff\"}", goodClaims().json())},
        {"ClaimsAreAToken", "jwt-form", signedText(goodHeader().json(), tokenOf(good))},
        {"ClaimsAreAQuotedToken", "jwt-form",
         signedText(goodHeader().json(), inQuotes(tokenOf(good)))},
        {"ClaimsNested100Deep", "jwt-form", bearer(goodHeader(), goodClaims().with("x", deep))},
        {"HeaderNested100Deep", "jwt-form", headerWith("x", deep)},
        {"ClaimsAreEmpty", "jwt-iss", signedText(goodHeader().json(), "{}")},
        {"ClaimsWithByteOrderMark", "jwt-form",
         signedText(goodHeader().json(), "\xEF\xBB\xBF" + goodClaims().json())},
    };
}

void expectRefused(std::vector<Row> const& rows)
{
    for (auto const& row : rows) EXPECT_EQ(outcomeOf(row.authorization), row.word) << row.name;
}

} // namespace

// Loops, not parameters: those would be signed anew at the start of every test of this program.
TEST(RefusedToken, ForItsAlgorithm) { expectRefused(algorithms()); }
TEST(RefusedToken, ForItsKey) { expectRefused(keys()); }
TEST(RefusedToken, ForItsKeySetUrl) { expectRefused(jkus()); }
TEST(RefusedToken, ForItsHeader) { expectRefused(headers()); }
TEST(RefusedToken, ForItsForm) { expectRefused(forms()); }

// JWT-12: OpenSSL's own form of an ECDSA signature.
TEST(RefusedToken, DerInsteadOfRAndS)
{
    auto const input = signingInput(goodHeader().json(), goodClaims().json());

    EXPECT_EQ(outcomeOf("Bearer " + input + "." + base64url(p384().signDer(input, "SHA384"))),
              "jwt-sig");
}

TEST(RefusedToken, EveryChangedCharacter)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const good = bearer(goodHeader(), goodClaims());
    for (std::size_t i = 7; i < good.size(); ++i) {
        auto changed = good;
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        ASSERT_NE(wordOf(verifier.verify(changed, kEndpoint, "digest", kNow)), "accepted") << i;
    }
    EXPECT_EQ(wordOf(verifier.verify(good, kEndpoint, "digest", kNow)), "accepted");
}

TEST(RefusedToken, EveryTokenThatIsCutShort)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const good = bearer(goodHeader(), goodClaims());
    for (std::size_t size = 0; size < good.size(); ++size)
        ASSERT_NE(wordOf(verifier.verify(good.substr(0, size), kEndpoint, "digest", kNow)),
                  "accepted")
            << size;
}

} // namespace tcds::auth
