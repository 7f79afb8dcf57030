#include "server/app/callers.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"
#include "tests/unit/auth/key_server.hpp"
#include "tests/unit/auth/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tcds::app::test {

namespace {

using auth::test::bearer;
using auth::test::goodClaims;
using auth::test::goodHeader;
using auth::test::inQuotes;
using auth::test::KeyServer;
using auth::test::kJku;
using auth::test::p384;
using auth::test::rsa;
using auth::test::setOf;
using auth::test::signedWith;
using tcds::test::at;
using testing::HasSubstr;
using testing::Not;

/// A service of production with one client, whose keys are fetched.
class FetchedClients : public testing::Test
{
protected:
    FetchedClients() { publish({p384().jwk()}); }

    void publish(std::vector<std::string> const& keys)
    {
        server.sets.insert_or_assign(std::string{kJku}, setOf(keys));
    }

    /// @param members  further members of the entry, each line indented by four
    static std::string entry(std::string const& name, std::string const& members = {})
    {
        return "  - name: " + name +
               "\n    issuers: https://ehr.example.org\n"
               "    jku: https://ehr.example.org/jwks\n" +
               members;
    }

    void start(std::string const& yaml = entry("mercy"))
    {
        service = std::make_unique<Service>(
            Service::Settings{{"mode", "production"},
                              {"audit.key_file", "/etc/twitch-cds/audit.key"},
                              {"public_url", "https://cds.example.org"}},
            "clients:\n" + yaml, "", server.outside().fetch);
    }

    int post(std::string const& authorization)
    {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.headers.add("Content-Type", "application/json");
        request.headers.add("Authorization", authorization);
        return service->handle(std::move(request)).status;
    }
    int ready() { return service->send("GET", "/healthz/ready").status; }

    /// Signed by the RSA key, and by the P-384 key.
    static std::string ofRsa(std::string_view jti)
    {
        return signedWith(rsa(), goodHeader().with("alg", R"("RS384")").with("kid", R"("r2048")"),
                          goodClaims().with("jti", inQuotes(jti)));
    }
    static std::string ofCurve(std::string_view jti)
    {
        return bearer(goodHeader(), goodClaims().with("jti", inQuotes(jti)));
    }

    KeyServer server;
    std::unique_ptr<Service> service;
};

// JWT-09
TEST_F(FetchedClients, AreVerifiedWithTheKeysThatWereFetched)
{
    start();
    EXPECT_EQ(server.asked(), std::vector<std::string>{std::string{kJku}}); // before any call

    EXPECT_EQ(post(ofCurve("a")), 200);
    EXPECT_EQ(post(ofRsa("b")), 401);
    EXPECT_EQ(at(service->records("reject").at(0), "/reason"), "jwt-kid");
    EXPECT_EQ(server.fetches(), 2U);
    EXPECT_EQ(at(service->records("decision").at(0), "/client/kid"), "k384");
}

TEST_F(FetchedClients, AreAnsweredAfterARotation) // JWT-09
{
    start();
    EXPECT_EQ(post(ofCurve("a")), 200);
    publish({rsa().jwk()});

    EXPECT_EQ(post(ofRsa("b")), 200);
    EXPECT_EQ(post(ofCurve("c")), 401);
    EXPECT_EQ(server.fetches(), 2U);
    EXPECT_EQ(at(service->records("decision").at(1), "/client/kid"), "r2048");
}

// JWT-08, CTL-02
TEST_F(FetchedClients, AreRefusedWithAForeignUrlWithoutAFetch)
{
    start();
    auto const foreign = "https://evil.example.org/jwks";
    server.sets.emplace(foreign, setOf({p384().jwk()}));

    EXPECT_EQ(post(bearer(goodHeader().with("jku", inQuotes(foreign)), goodClaims())), 401);

    EXPECT_EQ(at(service->records("reject").at(0), "/reason"), "jku-unlisted");
    EXPECT_EQ(server.asked(), std::vector<std::string>{std::string{kJku}});
}

TEST_F(FetchedClients, AreToldToComeAgainWhileTheirKeyServerIsDead)
{
    server.sets.clear();
    start();

    EXPECT_EQ(post(ofCurve("a")), 503);
    EXPECT_EQ(at(service->records("reject").at(0), "/reason"), "keys-unavailable");
    EXPECT_EQ(ready(), 503);
    EXPECT_EQ(at(service->send("GET", "/healthz/ready").body, "/reason"), "no-client-keys");
    EXPECT_THAT(service->events(), HasSubstr("key set not had client=mercy "
                                             "from=https://ehr.example.org/jwks "
                                             "where=https://ehr.example.org why=no connection"));
    EXPECT_THAT(service->events(), Not(HasSubstr("eyJ"))); // how every token begins
}

TEST_F(FetchedClients, MakeTheServiceReadyWithTheFirstKeys)
{
    server.holds = true;
    start();
    EXPECT_EQ(ready(), 503);

    server.release();

    EXPECT_EQ(ready(), 200);
    EXPECT_THAT(service->events(),
                HasSubstr("key set read client=mercy from=https://ehr.example.org/jwks keys=1"));
}

TEST_F(FetchedClients, AreNamedInTheLogWithTheirKeysLeftOut)
{
    publish({R"({"kty":"OKP"})", p384().jwk()});
    start();

    EXPECT_THAT(service->events(),
                HasSubstr("key left out client=mercy key=https://ehr.example.org/jwks /keys/0: "
                          "left out: kty is neither EC nor RSA"));
}

TEST_F(FetchedClients, OfPinnedSetsAreNamedInTheLogWithTheirKeysLeftOut)
{
    auto const path = testing::TempDir() + "key_sets_test_" + std::to_string(::getpid());
    std::ofstream{path} << setOf({R"({"kty":"OKP"})", p384().jwk()});
    start(entry("mercy", "    jwks_file: " + path + "\n"));
    std::filesystem::remove(path);

    EXPECT_THAT(service->events(), HasSubstr("key left out client=mercy key=" + path));
    EXPECT_EQ(server.fetches(), 0U); // the file goes before the URL
    EXPECT_EQ(post(ofCurve("a")), 200);
    EXPECT_EQ(ready(), 200);
}

// TOL-04: one issuer speaks for many hospitals; the tenant claim says for which.
TEST_F(FetchedClients, OfOneIssuerAreToldApartByTheTenantClaim)
{
    start(entry("north", "    tenant_claim: h-1\n") + entry("south", "    tenant_claim: h-2\n"));
    auto const of = [](std::string_view tenant, std::string_view jti) {
        return bearer(goodHeader(),
                      goodClaims().with("tenant", inQuotes(tenant)).with("jti", inQuotes(jti)));
    };

    EXPECT_EQ(post(of("h-1", "a")), 200);
    EXPECT_EQ(post(of("h-2", "b")), 200);
    EXPECT_EQ(post(of("h-3", "c")), 401);
    EXPECT_EQ(post(bearer(goodHeader(), goodClaims().without("tenant"))), 401);

    auto const decisions = service->records("decision");
    ASSERT_EQ(decisions.size(), 2U);
    EXPECT_EQ(at(decisions[0], "/client/name"), "north");
    EXPECT_EQ(at(decisions[1], "/client/name"), "south");
    auto const refused = service->records("reject");
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(at(refused[0], "/reason"), "jwt-iss");
    EXPECT_EQ(at(refused[1], "/reason"), "jwt-iss");
}

TEST(KeySets, AreFetchedForClientsOfTokensWithoutAFileAlone)
{
    config::Config config;
    EXPECT_FALSE(fetchesKeySets(config));
    config.clients.resize(2);
    config.clients[0].auth = config::Auth::None;
    config.clients[1].jwksFile = "keys.json";
    EXPECT_FALSE(fetchesKeySets(config));
    config.clients[1].jwksFile.clear();
    EXPECT_TRUE(fetchesKeySets(config));
}

} // namespace

} // namespace tcds::app::test
