#include "server/auth/rejection.hpp"

#include "stage.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace tcds::auth {
namespace {

using namespace test;

Rejection rejectionOf(std::string_view authorization)
{
    return verifierOf({goodEntry()}).verify(authorization, kEndpoint, "d", kNow).error();
}

} // namespace

TEST(Rejection, NamesTheClientOnceTheTokenHasLedToOne)
{
    EXPECT_EQ(rejectionOf(bearer(goodHeader(), goodClaims().with("aud", R"("x")"))).client,
              "mercy");
    EXPECT_EQ(rejectionOf(bearer(goodHeader(), goodClaims().without("exp"))).client, "mercy");
    EXPECT_EQ(rejectionOf(bearer(goodHeader().with("jku", R"("x")"), goodClaims())).client,
              "mercy");
    EXPECT_EQ(rejectionOf(bearer(goodHeader(), goodClaims().with("iss", R"("x")"))).client, "");
    EXPECT_EQ(rejectionOf("").client, "");
}

TEST(Rejection, IsALineWithPlaceFindingAndRemedy)
{
    EXPECT_EQ(
        toText(rejectionOf(
            bearer(goodHeader(), goodClaims().with("aud", R"("https://cds.example.org")")))),
        "token claims /aud: \"https://cds.example.org\" is no audience of this endpoint. Fix: "
        "compare with \"https://cds.example.org/cds-services/twitch-patient-view\", byte by "
        "byte; or list what the client sends under audiences.");
    EXPECT_EQ(toText(rejectionOf(bearer(goodHeader().with("alg", R"("HS384")"), goodClaims()))),
              "token header /alg: \"HS384\" is never accepted. Fix: sign with ES384 or RS384.");
    EXPECT_EQ(toText(rejectionOf(bearer(
                  goodHeader(), goodClaims().with("exp", "1769846340").with("iat", "1769846040")))),
              "token claims /exp: over since 60 s. Fix: send a fresh token with each call; compare "
              "the clocks of client and service.");
}

TEST(Rejection, IsUnauthenticated)
{
    EXPECT_EQ(rejectionOf("").error.kind, Error::Kind::Unauthenticated);
    EXPECT_EQ(rejectionOf(bearer(goodHeader(), goodClaims().with("aud", R"("x")"))).error.kind,
              Error::Kind::Unauthenticated);
}

// JWT-11
TEST(Rejection, HoldsNoTokenNorAPartOfOne)
{
    auto const good = bearer(goodHeader(), goodClaims());
    auto const token = good.substr(7);
    auto const canary = std::string{"canary-7d1e"};
    std::vector<std::string> all{"Basic " + canary, "Bearer " + canary, canary, good + "=",
                                 good + "." + canary};
    for (auto const& text :
         {inQuotes(token), inQuotes("a\\n" + canary), inQuotes("x?token=" + canary)})
        for (auto const* name : {"alg", "typ", "kid", "jku"})
            all.push_back(bearer(goodHeader().with(name, text), goodClaims()));
    for (auto const& text :
         {inQuotes(token), inQuotes("a\\n" + canary), inQuotes("x?token=" + canary)})
        for (auto const* name : {"iss", "aud", "exp", "iat", "nbf"})
            all.push_back(bearer(goodHeader(), goodClaims().with(name, text)));
    all.push_back(bearer(goodHeader(), goodClaims().again(canary, "1").again(canary, "2")));
    all.push_back(signedWith(SigningKey::curve("P-384", "k384"), goodHeader(), goodClaims()));

    for (auto const& authorization : all) {
        auto const rejection = rejectionOf(authorization);
        auto const line = toText(rejection);
        EXPECT_EQ(line.find("eyJ"), std::string::npos) << line;
        EXPECT_EQ(line.find(canary), std::string::npos) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
        EXPECT_LT(line.size(), 400U) << line;
    }
}

TEST(Rejection, ShowsShortPlainWordsOnly)
{
    EXPECT_EQ(shown("https://ehr.example.org:8443/jwks"), "\"https://ehr.example.org:8443/jwks\"");
    EXPECT_EQ(shown("d3bmo5Hz+A8="), "\"d3bmo5Hz+A8=\"");
    EXPECT_EQ(shown(std::string(100, 'a')), "\"" + std::string(100, 'a') + "\"");
    EXPECT_EQ(shown(std::string(101, 'a')), "a text of 101 bytes");
    EXPECT_EQ(shown("a\x1b[31m"), "a text of 6 bytes");
    EXPECT_EQ(shown("https://a/?key=1"), "a text of 16 bytes");
    EXPECT_EQ(shown("xeyJhbGciOi"), "a text of 11 bytes");
}

// Section 4.2 of the record names some of the words; metrics need them to stay.
TEST(Reason, HasAWordOfItsOwn)
{
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(Reason::KeysUnavailable); ++i)
        words.insert(toText(static_cast<Reason>(i)));

    EXPECT_EQ(words.size(), 17U);
    EXPECT_EQ(words.count(""), 0U);
    EXPECT_EQ(toText(Reason::Audience), "jwt-aud");
    EXPECT_EQ(toText(Reason::Signature), "jwt-sig");
    EXPECT_EQ(toText(Reason::JkuUnlisted), "jku-unlisted");
    EXPECT_EQ(toText(Reason::Replay), "replay");
}

} // namespace tcds::auth
