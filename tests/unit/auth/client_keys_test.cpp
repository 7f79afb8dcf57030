#include "server/auth/client_keys.hpp"

#include "key_server.hpp"
#include "stage.hpp"

#include <gtest/gtest.h>

namespace tcds::auth {
namespace {

using namespace test;
using namespace std::chrono_literals;

TrustEntry named(std::string name, std::string jwks, std::vector<std::string> jkus)
{
    auto entry = goodEntry();
    entry.client = std::move(name);
    entry.jwksFrom = entry.client + ".json";
    entry.jwks = std::move(jwks);
    entry.jkus = std::move(jkus);
    return entry;
}

std::string const kUrl{kJku};

std::shared_ptr<ClientKeys> keysOf(std::vector<TrustEntry> const& entries, KeyServer& server)
{
    return ClientKeys::make(entries, TrustMode::Production, server.outside()).value();
}

} // namespace

// JWT-10: a set that was agreed beforehand goes before the URL, which is then not fetched.
TEST(ClientKeys, PinnedSetGoesBeforeTheUrl)
{
    KeyServer server;
    server.sets.emplace(kUrl, setOf({rsa().jwk()}));
    auto const pinned = named("pinned", setOf({p384().jwk()}), {kUrl});
    auto const fetched = named("fetched", "", {kUrl});
    auto const keys = keysOf({pinned, fetched}, server);

    EXPECT_TRUE(keys->find(pinned, kUrl, "k384"));
    EXPECT_EQ(keys->find(pinned, kUrl, "r2048").error().kind, Error::Kind::NotFound);
    EXPECT_EQ(server.fetches(), 0U);
    EXPECT_TRUE(keys->find(fetched, kUrl, "r2048"));
    EXPECT_EQ(server.fetches(), 1U);
}

TEST(ClientKeys, RefuseABadPinnedSetAtOnce)
{
    KeyServer server;
    auto const made =
        ClientKeys::make({named("a", "{}", {})}, TrustMode::Production, server.outside());

    EXPECT_EQ(made.error().where, "a.json");
}

TEST(ClientKeys, BeginTellsOfPinnedSetsAndFetchesTheOthers)
{
    KeyServer server;
    auto const okp = std::string{R"({"kty":"OKP"})"};
    auto const keys =
        keysOf({named("a", setOf({okp, p384().jwk()}), {}), named("b", "", {kUrl})}, server);

    keys->begin();

    EXPECT_EQ(server.asked(), std::vector<std::string>{kUrl});
    ASSERT_EQ(server.news.size(), 2U);
    EXPECT_EQ(server.news[0].client, "a");
    EXPECT_EQ(server.news[0].from, "a.json");
    EXPECT_EQ(server.news[0].keys, 1U);
    EXPECT_EQ(server.news[0].leftOut,
              std::vector<std::string>{"a.json /keys/0: left out: kty is neither EC nor RSA"});
    EXPECT_EQ(server.news[1].client, "b");
    EXPECT_TRUE(server.news[1].fault);
}

TEST(ClientKeys, AreKnownOnceAllWereTriedAndSomeClientHasKeys)
{
    KeyServer server;
    server.holds = true;
    auto const keys =
        keysOf({named("a", setOf({p384().jwk()}), {}), named("b", "", {kUrl})}, server);
    EXPECT_FALSE(keys->known());
    server.release(); // the key server is dead

    EXPECT_TRUE(keys->known()); // client a is served all the same
}

TEST(ClientKeys, BecomeKnownByAskingOnceTheKeyServerIsBack)
{
    KeyServer server;
    auto const keys = keysOf({named("b", "", {kUrl})}, server);
    EXPECT_FALSE(keys->known());
    server.sets.emplace(kUrl, setOf({p384().jwk()}));
    EXPECT_FALSE(keys->known());
    EXPECT_EQ(server.fetches(), 1U);

    server.now += 10s;
    EXPECT_TRUE(keys->known());
    EXPECT_EQ(server.fetches(), 2U);
}

} // namespace tcds::auth
