#include "server/auth/fetched_keys.hpp"

#include "key_server.hpp"
#include "stage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace tcds::auth {
namespace {

using namespace test;
using namespace std::chrono_literals;

std::string const kUrl{kJku};
std::string const kSecondUrl = "https://ehr.example.org/more";

/// The client of the stage, whose keys are not pinned.
TrustEntry fetchedEntry(std::vector<std::string> jkus = {kUrl})
{
    auto entry = goodEntry();
    entry.jwks.clear();
    entry.jwksFrom.clear();
    entry.jkus = std::move(jkus);
    return entry;
}

/// One client and its key server, which publishes the P-384 key.
class Fetched : public testing::Test
{
protected:
    Fetched() { server.sets.emplace(kUrl, setOf({p384().jwk()})); }

    void make(KeySetTimes times = {}, TrustMode mode = TrustMode::Production)
    {
        keys = std::make_unique<FetchedKeys>(std::vector{entry}, mode, server.outside(), times);
    }

    /// "found", or the kind of the error.
    std::string look(std::string_view kid, std::string_view jku = kJku)
    {
        if (!keys) make();
        auto const key = keys->find(entry, jku, kid);
        if (key) return (*key)->kid() == kid ? "found" : "another key";
        return key.error().kind == Error::Kind::NotFound      ? "unknown"
               : key.error().kind == Error::Kind::Unavailable ? "unavailable"
                                                              : "another error";
    }
    void publish(std::vector<std::string> const& all)
    {
        server.sets.insert_or_assign(kUrl, setOf(all));
    }
    void die() { server.sets.clear(); }

    KeyServer server;
    TrustEntry entry = fetchedEntry();
    std::unique_ptr<FetchedKeys> keys;
};

// JWT-09
TEST_F(Fetched, KeyIsFetchedOnceForManyTokens)
{
    for (int i = 0; i < 5; ++i) EXPECT_EQ(look("k384"), "found");

    EXPECT_EQ(server.asked(), std::vector<std::string>{kUrl});
}

// JWT-09: clients rotate keys.
TEST_F(Fetched, NewKeyIsAcceptedAfterOneRefresh)
{
    make();
    keys->fetchMissing();
    EXPECT_EQ(look("k384"), "found");
    publish({rsa().jwk(), p384().jwk()});

    EXPECT_EQ(look("r2048"), "found");
    EXPECT_EQ(look("r2048"), "found");
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 2U);
}

TEST_F(Fetched, KeyThatWasTakenBackIsGoneAfterARefresh)
{
    EXPECT_EQ(look("k384"), "found");
    publish({rsa().jwk()});
    server.now += 60s;

    EXPECT_EQ(look("r2048"), "found");
    EXPECT_EQ(look("k384"), "unknown");
}

// CTL-02: an unknown kid refreshes at most once a minute.
TEST_F(Fetched, FloodOfKidsIsOneFetchAMinute)
{
    make();
    keys->fetchMissing();

    for (int i = 0; i < 200; ++i) EXPECT_EQ(look("kid-" + std::to_string(i)), "unknown");
    EXPECT_EQ(server.fetches(), 2U); // the one at the start, and one for all of them
    server.now += 60s - 1ms;
    EXPECT_EQ(look("kid-x"), "unknown");
    EXPECT_EQ(server.fetches(), 2U);
    server.now += 1ms;
    for (int i = 0; i < 200; ++i) EXPECT_EQ(look("kid-" + std::to_string(i)), "unknown");
    EXPECT_EQ(server.fetches(), 3U);
}

TEST_F(Fetched, FloodOfKidsBeforeAnythingIsKnownIsOneFetch) // CTL-02
{
    for (int i = 0; i < 200; ++i) EXPECT_EQ(look("kid-" + std::to_string(i)), "unknown");

    EXPECT_EQ(server.fetches(), 1U);
}

// JWT-08, CTL-02: compared byte by byte before anything.
TEST_F(Fetched, UrlThatIsNotListedIsNeverFetched)
{
    for (auto const* foreign :
         {"https://evil.example.org/jwks", "https://ehr.example.org/jwks/",
          "https://EHR.example.org/jwks", "https://ehr.example.org:443/jwks",
          "https://ehr.example.org/jwk", "http://ehr.example.org/jwks",
          "https://ehr.example.org/jwks#", "https://ehr.example.org/./jwks", " "})
        EXPECT_EQ(look("k384", foreign), "unavailable") << foreign;

    EXPECT_EQ(server.fetches(), 0U);
}

// JWT-08: the same token text, told by the verifier, with a key server that serves any URL.
TEST_F(Fetched, TokenWithAForeignUrlIsRefusedWithoutAFetch)
{
    server.sets.emplace("https://evil.example.org/jwks", setOf({p384().jwk()}));
    auto const verifier = Verifier{
        TrustList::make({entry}, TrustMode::Production).value(),
        std::make_shared<FetchedKeys>(std::vector{entry}, TrustMode::Production, server.outside()),
        std::make_shared<ReplayStore>()};
    auto const outcome = [&](Members const& header) {
        return wordOf(verifier.verify(bearer(header, goodClaims()), kEndpoint, "d", kNow));
    };

    EXPECT_EQ(outcome(goodHeader().with("jku", R"("https://evil.example.org/jwks")")),
              "jku-unlisted");
    EXPECT_EQ(server.fetches(), 0U);
    EXPECT_EQ(outcome(goodHeader()), "accepted");
    EXPECT_EQ(server.asked(), std::vector<std::string>{kUrl});
}

// JWT-08: a key has to come from the set bound to the issuer.
TEST_F(Fetched, SetsOfTwoClientsAtOneUrlDoNotMix)
{
    auto second = fetchedEntry();
    second.client = "other";
    FetchedKeys both{{entry, second}, TrustMode::Production, server.outside()};
    EXPECT_TRUE(both.find(entry, kUrl, "k384"));
    publish({rsa().jwk()});

    EXPECT_TRUE(both.find(second, kUrl, "r2048"));
    EXPECT_FALSE(both.find(second, kUrl, "k384"));
    EXPECT_TRUE(both.find(entry, kUrl, "k384")); // its own set is as it was
    EXPECT_EQ(server.fetches(), 2U);
}

// JWT-10: a token without jku is looked up in all sets of its client.
TEST_F(Fetched, TokenWithoutUrlMayBeSignedByAKeyOfAnyListedSet)
{
    entry = fetchedEntry({kUrl, kSecondUrl});
    server.sets.emplace(kSecondUrl, setOf({rsa().jwk()}));

    EXPECT_EQ(look("r2048", ""), "found");
    EXPECT_EQ(look("k384", ""), "found");
    EXPECT_EQ(look("r2048", ""), "found");
    EXPECT_EQ(server.asked(), (std::vector<std::string>{kUrl, kSecondUrl}));
    EXPECT_EQ(look("r2048", kUrl), "unknown"); // a token that names a set means that one
}

TEST_F(Fetched, OfTwoKeysWithOneKidTheSetListedFirstCounts)
{
    entry = fetchedEntry({kSecondUrl, kUrl});
    server.sets.emplace(kSecondUrl, setOf({rsa().jwkAs("k384")}));
    make();
    keys->fetchMissing();

    EXPECT_TRUE(keys->find(entry, "", "k384").value()->fits(Algorithm::Rs384));
}

TEST_F(Fetched, DeadSetDoesNotHideAKeyOfAnother)
{
    entry = fetchedEntry({kSecondUrl, kUrl});

    EXPECT_EQ(look("k384", ""), "found");
    EXPECT_EQ(look("k1", ""), "unavailable"); // it may be in the set that is missing
}

TEST_F(Fetched, SetIsFetchedAgainAfterAnHour)
{
    EXPECT_EQ(look("k384"), "found");
    publish({rsa().jwk()}); // the key was taken back

    server.now += 1h - 1ms;
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 1U);
    server.now += 1ms;
    EXPECT_EQ(look("k384"), "unknown");
    EXPECT_EQ(server.fetches(), 2U);
}

TEST_F(Fetched, SetThatCannotBeRenewedCountsForADay)
{
    EXPECT_EQ(look("k384"), "found");
    die();

    server.now += 1h;
    EXPECT_EQ(look("k384"), "found");
    server.now += 23h - 1ms;
    EXPECT_EQ(look("k384"), "found");
    server.now += 1ms;
    EXPECT_EQ(look("k384"), "unavailable");
}

TEST_F(Fetched, DeadServerIsAskedEveryTenSecondsAtMost)
{
    die();
    for (int i = 0; i < 50; ++i) EXPECT_EQ(look("k384"), "unavailable");
    EXPECT_EQ(server.fetches(), 1U);
    server.now += 10s - 1ms;
    EXPECT_EQ(look("k384"), "unavailable");
    EXPECT_EQ(server.fetches(), 1U);

    server.now += 1ms;
    publish({p384().jwk()});
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 2U);
}

TEST_F(Fetched, OldSetOfADeadServerIsRenewedOnceAMinuteAtMost)
{
    EXPECT_EQ(look("k384"), "found");
    die();
    server.now += 2h;

    for (int i = 0; i < 50; ++i) EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 2U);
    server.now += 60s - 1ms;
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 2U);
    server.now += 1ms;
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 3U);
}

TEST_F(Fetched, NobodyWaitsForAServerThatFailed)
{
    make({.patience = 1h}); // a call that waited would hang
    die();
    EXPECT_EQ(look("k384"), "unavailable");
    server.now += 10s;
    server.holds = true;
    publish({p384().jwk()});

    EXPECT_EQ(look("k384"), "unavailable");
    EXPECT_EQ(server.fetches(), 2U);
    server.release();
    EXPECT_EQ(look("k384"), "found");
}

TEST_F(Fetched, OldSetIsUsedWithoutWaitingOnceARenewalFailed)
{
    make({.patience = 1h});
    EXPECT_EQ(look("k384"), "found");
    die();
    server.now += 1h;
    EXPECT_EQ(look("k384"), "found");
    server.now += 60s;
    server.holds = true;

    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 3U);
    server.release();
}

TEST_F(Fetched, CallsAtTheSameTimeShareOneFetch)
{
    make({.patience = 1h});
    server.holds = true;
    std::vector<std::string> outcomes(4);
    std::vector<std::thread> calls;
    for (auto& outcome : outcomes) calls.emplace_back([&outcome, this] { outcome = look("k384"); });
    while (server.fetches() == 0) std::this_thread::yield();
    server.release();
    for (auto& call : calls) call.join();

    EXPECT_EQ(outcomes, std::vector<std::string>(4, "found"));
    EXPECT_EQ(server.fetches(), 1U);
}

TEST_F(Fetched, WaitEndsWhenPatienceDoes)
{
    make({.patience = 1ms});
    server.holds = true;

    EXPECT_EQ(look("k384"), "unavailable");
    EXPECT_EQ(keys->find(entry, kUrl, "k384").error().what, "is being fetched");
    server.release();
    EXPECT_EQ(look("k384"), "found");
}

TEST_F(Fetched, OnlySoManyCallsWaitAtOnce)
{
    make({.patience = 1h, .mostWaiting = 0}); // as when all places are taken
    server.holds = true;

    EXPECT_EQ(look("k384"), "unavailable");
    server.release();
    EXPECT_EQ(look("k384"), "found");
    server.now += 60s;
    EXPECT_EQ(look("k1"), "unavailable"); // not known yet whether the key is new
    server.release();
}

struct Unusable {
    std::string name, text;
};
class UnusableSets : public Fetched, public testing::WithParamInterface<Unusable>
{
};

// CTL-02
TEST_P(UnusableSets, AreRefusedAndTheSetAtHandGoesOn)
{
    server.sets.insert_or_assign(kUrl, GetParam().text);
    EXPECT_EQ(look("k384"), "unavailable");
    ASSERT_EQ(server.news.size(), 1U);
    EXPECT_TRUE(server.news[0].fault);
    server.now += 10s;
    publish({p384().jwk()});
    EXPECT_EQ(look("k384"), "found");

    server.sets.insert_or_assign(kUrl, GetParam().text);
    server.now += 1h;
    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(server.fetches(), 3U);
}

std::string manyKeys(std::size_t count)
{
    std::vector<std::string> all{p384().jwk()};
    while (all.size() < count) all.push_back(p384().jwkAs("k" + std::to_string(all.size())));
    return setOf(all);
}

INSTANTIATE_TEST_SUITE_P(
    All, UnusableSets,
    testing::Values(Unusable{"Nothing", ""},
                    Unusable{"Html", "<!DOCTYPE html><html><body>Sign in</body></html>"},
                    Unusable{"CutOff", setOf({p384().jwk()}).substr(0, 60)}, Unusable{"List", "[]"},
                    Unusable{"NoKeys", R"({"keys":[]})"}, Unusable{"TooManyKeys", manyKeys(33)},
                    Unusable{"TooLarge", setOf({p384().jwk()}) + std::string(65'536, ' ')},
                    Unusable{"SameKidTwice", setOf({p384().jwk(), rsa().jwkAs("k384")})},
                    Unusable{"PrivateKey", setOf({p384().jwk(R"(,"d":"AAAA")")})},
                    Unusable{"Symmetric",
                             setOf({p384().jwk(), R"({"kty":"oct","kid":"s","k":"AAAA"})"})},
                    Unusable{"ForEncryption", setOf({p384().jwk(R"(,"use":"enc")")})}),
    [](auto const& row) { return row.param.name; });

TEST_F(Fetched, ThirtyTwoKeysAreTaken) // CTL-02
{
    server.sets.insert_or_assign(kUrl, manyKeys(32));

    EXPECT_EQ(look("k384"), "found");
    EXPECT_EQ(look("k31"), "found");
}

// CTL-19: anybody can sign with the key of the public sandbox.
TEST_F(Fetched, PublicTestKeyIsRefusedInProductionAlone)
{
    std::string const kid = "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f";
    publish({p384().jwkAs(kid)});
    EXPECT_EQ(look(kid), "unavailable");

    make({}, TrustMode::Sandbox);
    EXPECT_EQ(look(kid), "found");
}

TEST_F(Fetched, NewsSayWhatWasReadAndNameKeysLeftOutOnce)
{
    publish({R"({"kty":"OKP"})", p384().jwk()});
    EXPECT_EQ(look("k384"), "found");
    server.now += 1h;
    EXPECT_EQ(look("k384"), "found");
    server.now += 1h;
    die();
    EXPECT_EQ(look("k384"), "found");

    ASSERT_EQ(server.news.size(), 3U);
    EXPECT_EQ(server.news[0].client, "mercy");
    EXPECT_EQ(server.news[0].from, kUrl);
    EXPECT_EQ(server.news[0].keys, 1U);
    EXPECT_EQ(server.news[0].leftOut,
              (std::vector<std::string>{kUrl + " /keys/0: left out: kty is neither EC nor RSA"}));
    EXPECT_FALSE(server.news[0].fault);
    EXPECT_EQ(server.news[1].keys, 1U);
    EXPECT_EQ(server.news[1].leftOut, std::vector<std::string>{});
    ASSERT_TRUE(server.news[2].fault);
    EXPECT_EQ(server.news[2].fault->what, "no connection");
}

TEST_F(Fetched, ErrorSaysWhereAndWhyAndNothingOfTheToken)
{
    die();
    make();

    auto const error = keys->find(entry, kUrl, "secret-kid").error();

    EXPECT_EQ(error.what, "cannot be had: https://ehr.example.org: no connection");
    EXPECT_EQ(error.fix, "check that this server is up");
}

TEST_F(Fetched, AnswerThatComesAfterTheEndDoesNoHarm)
{
    make();
    server.holds = true;
    keys->fetchMissing();
    keys.reset();

    server.release();

    EXPECT_EQ(server.news.size(), 1U);
}

TEST_F(Fetched, AreTriedAndSomeOnceFetched)
{
    entry = fetchedEntry({kUrl, kSecondUrl});
    make();
    EXPECT_FALSE(keys->tried());
    server.holds = true;
    keys->fetchMissing();
    EXPECT_FALSE(keys->tried());
    EXPECT_FALSE(keys->some());
    server.release();

    EXPECT_TRUE(keys->tried()); // one of the two is dead
    EXPECT_TRUE(keys->some());
    server.now += 24h;
    EXPECT_FALSE(keys->some());
}

} // namespace
} // namespace tcds::auth
