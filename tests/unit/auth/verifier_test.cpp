#include "server/auth/verifier.hpp"

#include "stage.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tcds::auth {
namespace {

using namespace test;
using namespace std::chrono_literals;

Members jti(std::string_view text) { return goodClaims().with("jti", inQuotes(text)); }

/// Counts what it is asked and answers with an error.
class FailingKeys final : public KeySource
{
public:
    explicit FailingKeys(Error error) : error_{std::move(error)} {}

    Result<std::shared_ptr<Key const>> find(TrustEntry const& /*entry*/, std::string_view jku,
                                            std::string_view kid) override
    {
        asked.emplace_back(std::string{jku} + " " + std::string{kid});
        return error_;
    }

    std::vector<std::string> asked;

private:
    Error error_;
};

Verifier verifierWith(std::shared_ptr<KeySource> keys)
{
    return {TrustList::make({goodEntry()}, TrustMode::Production).value(), std::move(keys),
            std::make_shared<ReplayStore>()};
}

} // namespace

// JWT-02, JWT-04
TEST(Verifier, NamesTheCallerOfAGoodToken)
{
    auto const caller = verifierOf({goodEntry()})
                            .verify(bearer(goodHeader(), goodClaims()), kEndpoint, "digest", kNow)
                            .value();

    // printf 'n-0S6_WzA2Mj-1' | sha256sum | cut -c1-32
    EXPECT_EQ(caller, (Caller{"mercy", "mercy-west", "https://ehr.example.org", "k384",
                              "10c4661a053f9e6d607a1adf0efcd62b", false}));
}

// JWT-03
TEST(Verifier, TakesEs384AndRs384ByDefault)
{
    EXPECT_EQ(outcomeOf(bearer(goodHeader(), goodClaims())), "accepted");
    EXPECT_EQ(outcomeOf(signedWith(rsa(),
                                   goodHeader().with("alg", R"("RS384")").with("kid", R"("r2048")"),
                                   goodClaims())),
              "accepted");
}

TEST(Verifier, TakesEs256AndRs256OnceEnabled)
{
    auto entry = goodEntry();
    entry.algorithms = {Algorithm::Es256, Algorithm::Rs256};

    EXPECT_EQ(
        outcomeOf(entry, signedWith(p256(),
                                    goodHeader().with("alg", R"("ES256")").with("kid", R"("k256")"),
                                    goodClaims(), "SHA256")),
        "accepted");
    EXPECT_EQ(outcomeOf(entry,
                        signedWith(rsa(),
                                   goodHeader().with("alg", R"("RS256")").with("kid", R"("r2048")"),
                                   goodClaims(), "SHA256")),
              "accepted");
    EXPECT_EQ(outcomeOf(entry, bearer(goodHeader(), goodClaims())), "jwt-alg"); // not listed now
}

TEST(Verifier, RespectsTheAlgOfTheKey)
{
    auto entry = goodEntry();
    entry.jwks = R"({"keys":[)" + rsa().jwk(R"(,"alg":"RS256")") + "]}";

    EXPECT_EQ(outcomeOf(entry,
                        signedWith(rsa(),
                                   goodHeader().with("alg", R"("RS384")").with("kid", R"("r2048")"),
                                   goodClaims())),
              "jwt-alg");
}

// JWT-01
TEST(Verifier, SchemeIsComparedWithoutCase)
{
    auto const token = bearer(goodHeader(), goodClaims()).substr(7);
    for (auto const* scheme : {"Bearer ", "bearer ", "BEARER "})
        EXPECT_EQ(outcomeOf(scheme + token), "accepted") << scheme;
}

TEST(Verifier, TypIsComparedWithoutCase)
{
    EXPECT_EQ(outcomeOf(bearer(goodHeader().with("typ", R"("jwt")"), goodClaims())), "accepted");
}

// JWT-10
TEST(Verifier, JkuMayBeAbsentWhenKeysArePinned)
{
    EXPECT_EQ(outcomeOf(bearer(goodHeader().without("jku"), goodClaims())), "accepted");
}

TEST(Verifier, JkuIsRefusedWhenTheClientHasNone)
{
    auto entry = goodEntry();
    entry.jkus.clear();

    EXPECT_EQ(outcomeOf(entry, bearer(goodHeader(), goodClaims())), "jku-unlisted");
}

// CTL-02: nothing but a listed jku ever reaches what may fetch.
TEST(Verifier, AsksForKeysOnlyOfTokensThatHoldOtherwise)
{
    auto const keys = std::make_shared<FailingKeys>(Error{Error::Kind::NotFound, "", "", ""});
    auto const verifier = verifierWith(keys);
    auto const ask = [&](Members const& header, Members const& claims) {
        return wordOf(verifier.verify(bearer(header, claims), kEndpoint, "d", kNow));
    };

    EXPECT_EQ(ask(goodHeader().with("jku", R"("https://evil.example.org")"), goodClaims()),
              "jku-unlisted");
    EXPECT_EQ(ask(goodHeader().with("alg", R"("HS384")"), goodClaims()), "jwt-alg");
    EXPECT_EQ(ask(goodHeader(), goodClaims().with("aud", R"("x")")), "jwt-aud");
    EXPECT_EQ(ask(goodHeader(), goodClaims().with("exp", "1769846000")), "jwt-exp");
    EXPECT_EQ(keys->asked, std::vector<std::string>{});

    EXPECT_EQ(ask(goodHeader(), goodClaims()), "jwt-kid");
    EXPECT_EQ(ask(goodHeader().without("jku"), goodClaims()), "jwt-kid");
    EXPECT_EQ(keys->asked,
              (std::vector<std::string>{"https://ehr.example.org/jwks k384", " k384"}));
}

TEST(Verifier, TellsAMissingKeySetFromAnUnknownKey)
{
    auto const keys = std::make_shared<FailingKeys>(
        Error{Error::Kind::Timeout, "key set", "no answer within 2 s", "look at the client"});

    auto const verified =
        verifierWith(keys).verify(bearer(goodHeader(), goodClaims()), kEndpoint, "d", kNow);

    EXPECT_EQ(wordOf(verified), "keys-unavailable");
    EXPECT_EQ(verified.error().error.kind, Error::Kind::Unavailable);
    EXPECT_EQ(verified.error().client, "mercy");
}

// CTL-15: the tenant is the entry's, whatever the token says.
TEST(Verifier, TenantComesFromTheTrustEntry)
{
    auto north = goodEntry();
    north.client = "north";
    north.tenant = "mercy-north";
    north.tenantClaim = "t-north";
    auto const verifier = verifierOf({goodEntry(), north});
    auto const tenantOf = [&](std::string_view claim, std::string_view id) {
        return verifier
            .verify(bearer(goodHeader(), jti(id).with("tenant", inQuotes(claim))), kEndpoint, "d",
                    kNow)
            .value()
            .tenant;
    };

    EXPECT_EQ(tenantOf("t-north", "1"), "mercy-north");
    EXPECT_EQ(tenantOf("mercy-north", "2"), "mercy-west");
}

// JWT-08: a good key of one client does not sign for another.
TEST(Verifier, KeysOfOneClientDoNotSignForAnother)
{
    auto other = goodEntry();
    other.client = "other";
    other.issuers = {"https://other.example.org"};
    auto const foreign = SigningKey::curve("P-384", "k384");
    other.jwks = R"({"keys":[)" + foreign.jwk() + "]}";
    auto const verifier = verifierOf({goodEntry(), other});

    auto const asMercy = signedWith(foreign, goodHeader(), goodClaims());
    auto const asOther = signedWith(foreign, goodHeader(),
                                    goodClaims().with("iss", R"("https://other.example.org")"));

    EXPECT_EQ(wordOf(verifier.verify(asMercy, kEndpoint, "d", kNow)), "jwt-sig");
    EXPECT_EQ(wordOf(verifier.verify(asOther, kEndpoint, "d", kNow)), "accepted");
}

// JWT-07, CTL-04
TEST(Replay, IsRefusedUntilTheTokenWouldBeRefusedForItsAge)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const token = bearer(goodHeader(), goodClaims());
    auto const after = [&](std::chrono::milliseconds time) {
        return wordOf(verifier.verify(token, kEndpoint, "digest", kNow + time));
    };

    EXPECT_EQ(after(0s), "accepted");
    EXPECT_EQ(after(0s), "replay");
    EXPECT_EQ(after(300s), "replay"); // over, but within the skew
    EXPECT_EQ(after(360s - 1ms), "replay");
    EXPECT_EQ(after(360s), "jwt-exp");
}

// Within the skew a token is remembered, and one that comes for the first time is no replay.
TEST(Replay, SkewCountsForRememberingToo)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const outcome = [&](std::string_view id) {
        return wordOf(
            verifier.verify(bearer(goodHeader(), jti(id)), kEndpoint, "digest", kNow + 330s));
    };
    auto const first = verifier.verify(bearer(goodHeader(), jti("a")), kEndpoint, "digest", kNow);

    EXPECT_EQ(wordOf(first), "accepted");
    EXPECT_EQ(outcome("b"), "accepted"); // 30 s after its exp; makes the store look for old ones
    EXPECT_EQ(outcome("a"), "replay");
}

TEST(Replay, IsOneOfIssuerAndJtiNotOfTheTokensBytes)
{
    auto other = goodEntry();
    other.client = "other";
    other.issuers = {"https://other.example.org"};
    auto const verifier = verifierOf({goodEntry(), other});
    auto const outcome = [&](Members const& header, Members const& claims) {
        return wordOf(verifier.verify(bearer(header, claims), kEndpoint, "digest", kNow));
    };

    EXPECT_EQ(outcome(goodHeader(), jti("a")), "accepted");
    EXPECT_EQ(outcome(goodHeader().without("jku"), jti("a").with("exp", "1769846701")), "replay");
    EXPECT_EQ(outcome(goodHeader(), jti("A")), "accepted");
    EXPECT_EQ(outcome(goodHeader(), jti("a").with("iss", R"("https://other.example.org")")),
              "accepted");
}

TEST(Replay, ARefusedTokenIsNotUsedUp)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const token = bearer(goodHeader(), goodClaims());
    auto const forged = signedWith(SigningKey::curve("P-384", "k384"), goodHeader(), goodClaims());

    EXPECT_EQ(wordOf(verifier.verify(forged, kEndpoint, "digest", kNow)), "jwt-sig");
    EXPECT_EQ(wordOf(verifier.verify(token, "https://x.example.org", "digest", kNow)), "jwt-aud");
    EXPECT_EQ(wordOf(verifier.verify(token, kEndpoint, "digest", kNow)), "accepted");
}

// CTL-04, TOL-16
TEST(Replay, RetryWindowAdmitsTheSameBodyAndMarksIt)
{
    auto entry = goodEntry();
    entry.retryWindow = 30s;
    auto const verifier = verifierOf({entry});
    auto const token = bearer(goodHeader(), goodClaims());

    auto const first = verifier.verify(token, kEndpoint, "body", kNow, "call-1").value();
    EXPECT_FALSE(first.retry);
    EXPECT_EQ(first.retryOf, "");
    auto const again = verifier.verify(token, kEndpoint, "body", kNow + 30s, "call-2").value();
    EXPECT_TRUE(again.retry);
    EXPECT_EQ(again.retryOf, "call-1");
    EXPECT_EQ(wordOf(verifier.verify(token, kEndpoint, "other", kNow + 1s)), "replay");
    EXPECT_EQ(wordOf(verifier.verify(token, kEndpoint, "body", kNow + 31s)), "replay");
}

TEST(Replay, FullStoreRefusesAndSaysSo)
{
    auto const verifier = verifierOf({goodEntry()}, std::make_shared<ReplayStore>(1));
    EXPECT_EQ(wordOf(verifier.verify(bearer(goodHeader(), jti("a")), kEndpoint, "d", kNow)),
              "accepted");

    auto const refused = verifier.verify(bearer(goodHeader(), jti("b")), kEndpoint, "d", kNow);

    EXPECT_EQ(wordOf(refused), "replay-full");
    EXPECT_EQ(refused.error().error.kind, Error::Kind::Unavailable);
    EXPECT_EQ(toText(refused.error()),
              "replay store: no room to remember another token. Fix: let tokens live for minutes, "
              "or look for a client in a loop.");
}

TEST(Replay, StoreOutlivesAnExchangeOfTheTrustEntries)
{
    auto const store = std::make_shared<ReplayStore>();
    auto const token = bearer(goodHeader(), goodClaims());

    EXPECT_EQ(wordOf(verifierOf({goodEntry()}, store).verify(token, kEndpoint, "d", kNow)),
              "accepted");
    EXPECT_EQ(wordOf(verifierOf({goodEntry()}, store).verify(token, kEndpoint, "d", kNow)),
              "replay");
}

TEST(Verifier, OfThreadsWithOneTokenOneIsLetThrough)
{
    auto const verifier = verifierOf({goodEntry()});
    auto const token = bearer(goodHeader(), goodClaims());
    std::atomic<int> accepted{0};

    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 10; ++j)
                if (verifier.verify(token, kEndpoint, "d", kNow)) ++accepted;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(accepted, 1);
}

} // namespace tcds::auth
