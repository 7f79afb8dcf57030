// Claims: who, for whom, when (JWT-04 to JWT-06, CTL-04, CTL-05).
#include "stage.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tcds::auth {
namespace {

using namespace test;
using namespace std::chrono_literals;

std::string withClaim(std::string_view name, std::string value)
{
    return bearer(goodHeader(), goodClaims().with(name, std::move(value)));
}

std::string outcomeWith(std::string_view name, std::string value)
{
    return outcomeOf(withClaim(name, std::move(value)));
}

std::string at(long secondsFromNow) { return std::to_string(kNowSeconds + secondsFromNow); }

/// A token of a life of 300 s, looked at `later` than its `exp`.
std::string afterExpiry(std::chrono::milliseconds later)
{
    return outcomeOf(goodEntry(), bearer(goodHeader(), goodClaims()), kEndpoint,
                     kNow + 300s + later);
}

std::string withTimes(long issued, long expires)
{
    return outcomeOf(
        bearer(goodHeader(), goodClaims().with("iat", at(issued)).with("exp", at(expires))));
}

} // namespace

// JWT-04
TEST(Claims, EachOfThemIsNeeded)
{
    for (auto const* name : {"aud", "exp", "iat", "jti"})
        EXPECT_EQ(outcomeOf(bearer(goodHeader(), goodClaims().without(name))), "jwt-claims")
            << name;
    EXPECT_EQ(outcomeOf(bearer(goodHeader(), goodClaims().without("iss"))), "jwt-iss");
    EXPECT_EQ(outcomeOf(bearer(goodHeader(), goodClaims().without("tenant"))), "accepted");
}

TEST(Claims, WrongTypesAreRefused)
{
    for (auto const* name : {"exp", "iat", "nbf"})
        for (auto const* value :
             {"null", "\"1769846400\"", "[]", "{}", "true", "-1", "1e300", "253402300800"})
            EXPECT_EQ(outcomeWith(name, value), "jwt-claims") << name << " " << value;
    for (auto const* value : {"null", "7", "{}", "[]", "[7]", "[null]", R"([["a"]])"})
        EXPECT_EQ(outcomeWith("aud", value), "jwt-claims") << value;
    for (auto const* value : {"null", "7", R"("")", "[]", R"(["a"])"})
        EXPECT_EQ(outcomeWith("jti", value), "jwt-claims") << value;
    for (auto const* value : {"null", "7", R"("")", R"(["https://ehr.example.org"])"})
        EXPECT_EQ(outcomeWith("iss", value), "jwt-iss") << value;
}

TEST(Claims, JtiMayHave256BytesAndNoMore)
{
    EXPECT_EQ(outcomeWith("jti", inQuotes(std::string(256, 'j'))), "accepted");
    EXPECT_EQ(outcomeWith("jti", inQuotes(std::string(257, 'j'))), "jwt-claims");
}

// TOL-03
TEST(Claims, OthersAreNotLookedAt)
{
    EXPECT_EQ(outcomeOf(bearer(goodHeader(), goodClaims()
                                                 .with("sub", R"("x")")
                                                 .with("nbf", at(0))
                                                 .with("fhirContext", R"([{"a":{"b":[1,2]}}])"))),
              "accepted");
}

TEST(Claims, IssuerIsComparedByteByByte)
{
    for (auto const* issuer :
         {"https://ehr.example.org/", "https://EHR.example.org", "http://ehr.example.org",
          "https://ehr.example.org ", "https://ehr.example.or", R"(https://ehr.example.org\u0000)"})
        EXPECT_EQ(outcomeWith("iss", inQuotes(issuer)), "jwt-iss") << issuer;
}

// JWT-05, CTL-05
TEST(Audience, IsATextOrAListThatHoldsTheCalledUrl)
{
    EXPECT_EQ(outcomeWith("aud", inQuotes(kEndpoint)), "accepted");
    EXPECT_EQ(outcomeWith("aud", "[" + inQuotes(kEndpoint) + "]"), "accepted");
    EXPECT_EQ(outcomeWith("aud", R"(["https://other.example.org",)" + inQuotes(kEndpoint) + "]"),
              "accepted");
    EXPECT_EQ(outcomeWith("aud", R"(["a","b"])"), "jwt-aud");
}

TEST(Audience, OtherSpellingsOfTheUrlAreOtherAudiences)
{
    for (auto const* audience :
         {"https://cds.example.org/cds-services/twitch-patient-view/",
          "https://cds.example.org/cds-services/twitch-order-sign",
          "https://cds.example.org/cds-services/twitch-patient-view/feedback",
          "https://cds.example.org/cds-services", "https://cds.example.org",
          "http://cds.example.org/cds-services/twitch-patient-view",
          "https://CDS.example.org/cds-services/twitch-patient-view",
          "https://cds.example.org:443/cds-services/twitch-patient-view",
          "/cds-services/twitch-patient-view", "", "*"})
        EXPECT_EQ(outcomeWith("aud", inQuotes(audience)), "jwt-aud") << audience;
}

// FB-10
TEST(Audience, OfFeedbackIsTheFeedbackUrl)
{
    auto const feedback = std::string{kEndpoint} + "/feedback";

    EXPECT_EQ(outcomeOf(goodEntry(), withClaim("aud", inQuotes(feedback)), feedback), "accepted");
    EXPECT_EQ(outcomeOf(goodEntry(), withClaim("aud", inQuotes(kEndpoint)), feedback), "jwt-aud");
}

TEST(Audience, AnUnsetPublicUrlEqualsNothing)
{
    EXPECT_EQ(outcomeOf(goodEntry(), withClaim("aud", R"("")"), ""), "jwt-aud");
    EXPECT_EQ(outcomeOf(goodEntry(), withClaim("aud", R"(["",""])"), ""), "jwt-aud");
}

// TOL-02, trap T-24
TEST(Audience, ListOfTheClientReplacesTheUrl)
{
    auto entry = goodEntry();
    entry.audiences = {"sand_man", "https://gateway.example.org/cds"};

    EXPECT_EQ(outcomeOf(entry, withClaim("aud", R"("sand_man")")), "accepted");
    EXPECT_EQ(outcomeOf(entry, withClaim("aud", R"(["x","https://gateway.example.org/cds"])")),
              "accepted");
    EXPECT_EQ(outcomeOf(entry, withClaim("aud", inQuotes(kEndpoint))), "jwt-aud");
    EXPECT_EQ(outcomeOf(entry, withClaim("aud", R"("SAND_MAN")")), "jwt-aud");
}

TEST(Audience, ListMayHold16AndNoMore)
{
    auto const list = [](int others) {
        std::string text = "[";
        for (int i = 0; i < others; ++i) text += R"("x",)";
        return text + inQuotes(kEndpoint) + "]";
    };
    EXPECT_EQ(outcomeWith("aud", list(15)), "accepted");
    EXPECT_EQ(outcomeWith("aud", list(16)), "jwt-claims");
}

// JWT-06, CTL-04: 60 s of skew. `exp` is the first instant at which a token is no longer good
// (RFC 7519, 4.1.4), so with the skew exp + 60 s is.
TEST(Times, ExpHoldsUntil60SecondsLater)
{
    EXPECT_EQ(afterExpiry(0s), "accepted");
    EXPECT_EQ(afterExpiry(59s), "accepted");
    EXPECT_EQ(afterExpiry(60s - 1ms), "accepted");
    EXPECT_EQ(afterExpiry(60s), "jwt-exp");
    EXPECT_EQ(afterExpiry(61s), "jwt-exp");
    EXPECT_EQ(afterExpiry(24h * 365), "jwt-exp");
}

TEST(Times, IatMayLie60SecondsAhead)
{
    EXPECT_EQ(withTimes(59, 300), "accepted");
    EXPECT_EQ(withTimes(60, 300), "accepted");
    EXPECT_EQ(withTimes(61, 300), "jwt-iat");
}

// nbf: good from that instant on (RFC 7519, 4.1.5).
TEST(Times, NbfMayLie60SecondsAhead)
{
    EXPECT_EQ(outcomeWith("nbf", at(59)), "accepted");
    EXPECT_EQ(outcomeWith("nbf", at(60)), "accepted");
    EXPECT_EQ(outcomeWith("nbf", at(61)), "jwt-nbf");
    EXPECT_EQ(outcomeWith("nbf", at(-1000)), "accepted");
}

// Trap T-15: clients round, or send fractions.
TEST(Times, MayHaveFractions)
{
    EXPECT_EQ(outcomeWith("iat", "1769846400.5"), "accepted");
    EXPECT_EQ(outcomeWith("iat", "1.7698464E9"), "accepted");
    EXPECT_EQ(outcomeWith("iat", "1769846460.0004567"), "accepted"); // below a millisecond
    EXPECT_EQ(outcomeWith("iat", "1769846460.002"), "jwt-iat");
}

TEST(Life, IsAnHourAtMostByDefault)
{
    EXPECT_EQ(withTimes(0, 3600), "accepted");
    EXPECT_EQ(withTimes(0, 3601), "jwt-life");
    EXPECT_EQ(withTimes(-3000, 700), "jwt-life");
    EXPECT_EQ(withTimes(0, 100'000'000), "jwt-life");
}

// TOL-03: a life of exactly 15 minutes
TEST(Life, CapOfTheClientIsInclusive)
{
    auto entry = goodEntry();
    entry.lifeCap = 900s;

    EXPECT_EQ(outcomeOf(entry, withClaim("exp", at(900))), "accepted");
    EXPECT_EQ(outcomeOf(entry, withClaim("exp", at(901))), "jwt-life");
}

TEST(Life, TokensThatEndBeforeTheyBeginAreRefused)
{
    EXPECT_EQ(withTimes(0, 0), "jwt-life");
    EXPECT_EQ(withTimes(10, 5), "jwt-life");
    EXPECT_EQ(withTimes(0, 1), "accepted");
}

} // namespace tcds::auth
