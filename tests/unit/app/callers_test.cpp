#include "server/app/callers.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"
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
using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kBase = "https://cds.example.org";

/// A service of production with one client, whose keys and issuer are those of auth's stage.
class KnownClients : public testing::Test
{
protected:
    KnownClients()
        : keys_{testing::TempDir() + "callers_test_" + std::to_string(::getpid()) + ".json"}
    {
        std::ofstream{keys_} << auth::test::keySetText();
    }
    ~KnownClients() override { std::filesystem::remove(keys_); }

    /// @param members  further members of the entry, each line indented by four
    [[nodiscard]] std::string site(std::string const& members = {}) const
    {
        return "clients:\n  - name: mercy\n    issuers: https://ehr.example.org\n"
               "    jku: https://ehr.example.org/jwks\n    jwks_file: " +
               keys_ + "\n" + members;
    }

    static Service::Settings settings()
    {
        return {{"mode", "production"},
                {"audit.key_file", "/etc/twitch-cds/audit.key"},
                {"public_url", std::string{kBase}}};
    }

    static http::Response post(Service& service, std::string const& authorization,
                               std::string body = call(), std::string_view path = kView)
    {
        http::Request request;
        request.method = "POST";
        request.path = path;
        request.body = std::move(body);
        request.headers.add("Content-Type", "application/json");
        if (!authorization.empty()) request.headers.add("Authorization", authorization);
        return service.handle(std::move(request));
    }

private:
    std::string keys_;
};

TEST_F(KnownClients, AnswersAVerifiedTokenAndRecordsWhoseItWas)
{
    Service service{settings(), site()};

    auto const response = post(service, bearer(goodHeader(), goodClaims()));

    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_THAT(response.body, HasSubstr("Potassium 2.9 mmol/L"));
    auto const records = service.records("decision");
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(at(records[0], "/client/name"), "mercy");
    EXPECT_EQ(at(records[0], "/client/iss"), "https://ehr.example.org");
    EXPECT_EQ(at(records[0], "/client/kid"), "k384");
    EXPECT_EQ(at(records[0], "/client/jtiDigest").size(), 32U);
    EXPECT_EQ(at(records[0], "/mode"), "active");
    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);
}

TEST_F(KnownClients, RefusesWithoutAWordOfWhyAndKeepsTheReason) // JWT-11
{
    Service service{settings(), site()};
    auto const feedback = std::string{kBase} + std::string{kView} + "/feedback";
    std::vector<std::pair<std::string, std::string>> const rows{
        {"", "jwt-missing"},
        {"Basic dXNlcjpzZWNyZXQ=", "jwt-missing"},
        {bearer(goodHeader(), goodClaims().with("aud", inQuotes(feedback))), "jwt-aud"},
        {bearer(goodHeader(), goodClaims().with("iss", inQuotes("https://x.example"))), "jwt-iss"},
        {bearer(goodHeader(), goodClaims().with("exp", "1769846000").with("iat", "1769845900")),
         "jwt-exp"},
        {bearer(goodHeader().with("jku", inQuotes("https://x.example/jwks")), goodClaims()),
         "jku-unlisted"}};
    for (auto const& [authorization, reason] : rows) {
        auto const response = post(service, authorization);
        EXPECT_EQ(response.status, 401) << reason;
        EXPECT_EQ(response.headers.find("WWW-Authenticate"), "Bearer") << reason;
        EXPECT_THAT(response.body, Not(HasSubstr("aud"))) << reason;
        EXPECT_THAT(response.body, HasSubstr("not authenticated")) << reason;
        auto const records = service.records("reject");
        ASSERT_FALSE(records.empty()) << reason;
        EXPECT_EQ(at(records.back(), "/reason"), reason);
    }
    EXPECT_TRUE(service.records("decision").empty());
    EXPECT_THAT(service.events(), Not(HasSubstr("eyJ"))); // how every token begins
    EXPECT_THAT(service.events(), Not(HasSubstr("dXNlcjpzZWNyZXQ")));
}

TEST_F(KnownClients, TakesATokenOnce) // JWT-07, CTL-04
{
    Service service{settings(), site()};
    auto const token = bearer(goodHeader(), goodClaims());

    EXPECT_EQ(post(service, token).status, 200);
    EXPECT_EQ(post(service, token).status, 401);

    EXPECT_EQ(at(service.records("reject").at(0), "/reason"), "replay");
    EXPECT_EQ(at(service.records("reject").at(0), "/client"), "mercy");
}

TEST_F(KnownClients, TakesATokenAgainForTheSameBodyWithinItsWindow) // CTL-04, TOL-16
{
    Service service{settings(), site("    jwt_retry_window: 30s\n")};
    auto const token = bearer(goodHeader(), goodClaims());
    auto const summaryOf = [](http::Response const& response) {
        return at(response.body, "/cards/0/summary");
    };

    auto const first = post(service, token);
    auto const other = post(service, token, withoutComplaint());
    auto const again = post(service, token);

    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(other.status, 401);
    EXPECT_EQ(again.status, 200);
    auto const records = service.records("decision");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(at(records[0], "/retryOf"), "");
    EXPECT_EQ(at(records[1], "/retryOf"), at(records[0], "/decisionId"));
    EXPECT_NE(at(records[1], "/decisionId"), at(records[0], "/decisionId"));
    EXPECT_EQ(summaryOf(again), summaryOf(first));
    EXPECT_EQ(cardsOf(again), cardsOf(first));
}

TEST_F(KnownClients, WantsATokenForDiscoveryAndFeedbackToo) // JWT-01, JWT-05, DISC-18, FB-10
{
    Service service{settings(), site()};
    auto const forUrl = [](std::string const& path, std::string_view jti) {
        return bearer(goodHeader(), goodClaims()
                                        .with("aud", inQuotes(std::string{kBase} + path))
                                        .with("jti", inQuotes(jti)));
    };
    http::Request discovery;
    discovery.method = "GET";
    discovery.path = "/cds-services";
    EXPECT_EQ(service.handle(http::Request{discovery}).status, 401);
    discovery.headers.add("Authorization", forUrl("/cds-services", "discovery-1"));
    EXPECT_EQ(service.handle(std::move(discovery)).status, 200);

    auto const path = std::string{kView} + "/feedback";
    auto const body = R"({"feedback":[{"card":"4e0a3a1e-883f-4f62-ab70-37e67f8c20f1",)"
                      R"("outcome":"accepted","acceptedSuggestions":[{"id":)"
                      R"("6e0a3a1e-883f-4f62-ab70-37e67f8c20f1"}],)"
                      R"("outcomeTimestamp":"2026-01-31T08:05:00Z"}]})";
    EXPECT_EQ(post(service, "", body, path).status, 401);
    EXPECT_EQ(post(service, forUrl(std::string{kView}, "feedback-1"), body, path).status, 401);
    EXPECT_EQ(post(service, forUrl(path, "feedback-2"), body, path).status, 200);
    EXPECT_EQ(at(service.records("feedback").at(0), "/client"), "mercy");
}

TEST_F(KnownClients, ComputesTheAudienceFromItsSettingsAndNotFromHeaders) // CTL-05, JWT-05, T-37
{
    Service service{settings(), site()};
    auto const statusOf = [&](std::string const& audience, std::string_view jti) {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        for (auto const& [name, value] :
             {std::pair{"Host", "evil.example"}, std::pair{"X-Forwarded-Host", "evil.example"},
              std::pair{"X-Forwarded-Proto", "https"}, std::pair{"X-Forwarded-Prefix", "/x"},
              std::pair{"Forwarded", "host=evil.example;proto=https"}})
            request.headers.add(name, value);
        request.headers.add(
            "Authorization",
            bearer(goodHeader(), goodClaims().with("aud", audience).with("jti", inQuotes(jti))));
        return service.handle(std::move(request)).status;
    };
    auto const good = std::string{kBase} + std::string{kView};

    EXPECT_EQ(statusOf(inQuotes("https://evil.example" + std::string{kView}), "1"), 401);
    EXPECT_EQ(statusOf(inQuotes("https://evil.example/x" + std::string{kView}), "2"), 401);
    EXPECT_EQ(statusOf(inQuotes(good + "/"), "3"), 401);
    EXPECT_EQ(statusOf(inQuotes(good + "/feedback"), "4"), 401);
    EXPECT_EQ(statusOf(inQuotes(std::string{kBase} + "/cds-services/twitch-order-sign"), "5"), 401);
    EXPECT_EQ(statusOf("[\"x\"," + inQuotes(good) + "]", "6"), 200);
    EXPECT_EQ(statusOf(inQuotes(good), "7"), 200);
}

TEST_F(KnownClients, AnswersASilentClientWithoutCardsAndRecordsThem)
{
    Service service{settings(), site("    mode: silent\n")};

    auto const response = post(service, bearer(goodHeader(), goodClaims()));

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"cards":[]})");
    auto const record = service.records("decision").at(0);
    EXPECT_EQ(at(record, "/mode"), "silent");
    EXPECT_NE(at(record, "/cards/0/rule"), "");
    EXPECT_EQ(at(record, "/response/bytes"), "12");
}

TEST_F(KnownClients, AnswersNoCardsForMissingDataWhereTheEntrySaysSo) // D26
{
    auto const body = without(call(), "/prefetch/patient");
    Service usual{settings(), site()};
    EXPECT_EQ(post(usual, bearer(goodHeader(), goodClaims()), body).status, 412);

    Service lenient{settings(), site("    on_missing: empty\n")};
    auto const response = post(lenient, bearer(goodHeader(), goodClaims()), body);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"cards":[]})");
    EXPECT_EQ(at(lenient.records("reject").at(0), "/reason"), "missing-data");
    EXPECT_EQ(at(lenient.records("reject").at(0), "/http"), "200");
}

TEST_F(KnownClients, ReadsAKeyAsTheAliasSays) // TOL-01
{
    // Resources under a foreign key are told by what they are; only the name can tell a null.
    auto const body = with(without(call(), "/prefetch/labs"), "/prefetch/results-user", "null");
    Service named{settings(), site("    aliases: {results-user: labs}\n")};
    Service unnamed{settings(), site()};

    (void)post(named, bearer(goodHeader(), goodClaims()), body);
    (void)post(unnamed, bearer(goodHeader(), goodClaims()), body);

    auto const record = named.records("decision").at(0);
    EXPECT_EQ(at(record, "/inputs/3/key"), "labs");
    EXPECT_EQ(at(record, "/inputs/3/status"), "empty");
    EXPECT_EQ(at(unnamed.records("decision").at(0), "/inputs/3/status"), "absent");
}

TEST_F(KnownClients, GivesEachClientItsOwnCardSettings)
{
    Service all{settings(), site()};
    Service one{settings(), site("    max_cards: 1\n    allow_critical: true\n")};

    (void)post(all, bearer(goodHeader(), goodClaims()));
    auto const response = post(one, bearer(goodHeader(), goodClaims()));

    EXPECT_EQ(at(response.body, "/cards/1"), "");
    EXPECT_EQ(at(response.body, "/cards/0/indicator"), "critical");
    EXPECT_NE(at(all.records("decision").at(0), "/settings"),
              at(one.records("decision").at(0), "/settings"));
}

TEST_F(KnownClients, LetsNobodyInWithoutEntries) // D6, SEC-03
{
    Service service{settings()};

    EXPECT_EQ(post(service, bearer(goodHeader(), goodClaims())).status, 401);
    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 503);
}

TEST_F(KnownClients, ChecksTokensInTheSandboxOnceAnEntryExists) // D6
{
    auto sandbox = settings();
    sandbox[0].second = "sandbox";
    Service service{sandbox, site()};

    EXPECT_EQ(post(service, "").status, 401);
    EXPECT_EQ(post(service, bearer(goodHeader(), goodClaims())).status, 200);
    EXPECT_EQ(at(service.records("decision").at(0), "/mode"), "sandbox");
}

/// A client that is known by its certificate, beside the one with tokens.
constexpr std::string_view kByCertificate =
    "  - {name: north, auth: mtls, certificate_names: [ehr.north.example], max_cards: 1}\n"
    "tls: {certificate_file: a, key_file: b, client_ca_file: c}\n";

TEST_F(KnownClients, TakesTheNameOfACertificateInPlaceOfAToken) // SEC-04, TOL-05
{
    Service service{settings(), site() + std::string{kByCertificate}};
    auto const from = [&](std::vector<std::string> names, std::string const& authorization) {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.peerNames = std::move(names);
        if (!authorization.empty()) request.headers.add("Authorization", authorization);
        return service.handle(std::move(request)).status;
    };

    EXPECT_EQ(from({"other.example", "ehr.north.example"}, ""), 200);
    EXPECT_EQ(from({"ehr.example.org"}, ""), 401); // verified, but nobody's
    EXPECT_EQ(from({"EHR.north.example.evil.example"}, ""), 401);
    EXPECT_EQ(from({}, ""), 401);
    EXPECT_EQ(from({"ehr.north.example"}, "Bearer x.y.z"), 401); // a token is judged as such
    EXPECT_EQ(from({"ehr.north.example"}, bearer(goodHeader(), goodClaims())), 200);

    auto const records = service.records("decision");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(at(records[0], "/client/name"), "north");
    EXPECT_EQ(at(records[0], "/cards/1"), ""); // its own terms
    EXPECT_EQ(at(records[1], "/client/name"), "mercy");
}

TEST_F(KnownClients, AreReadyWithCertificatesAlone) // SEC-04
{
    Service service{settings(), "clients:\n" + std::string{kByCertificate}};

    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);
    EXPECT_EQ(post(service, "").status, 401);
    EXPECT_EQ(post(service, bearer(goodHeader(), goodClaims())).status, 401);
}

TEST_F(KnownClients, HaveARateOfTheirOwn) // CTL-12
{
    Service service{settings(),
                    site("    rate: {per_second: 1, burst: 1}\n") + std::string{kByCertificate}};
    auto const withToken = [&](std::string_view jti) {
        return post(service, bearer(goodHeader(), goodClaims().with("jti", inQuotes(jti))));
    };

    EXPECT_EQ(withToken("1").status, 200);
    auto const refused = withToken("2");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(at(service.records("reject").at(0), "/reason"), "rate");
    EXPECT_EQ(at(service.records("reject").at(0), "/client"), "mercy");
    for (int i = 0; i < 3; ++i) { // another client is not held up by it
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.peerNames = {"ehr.north.example"};
        EXPECT_EQ(service.handle(std::move(request)).status, 200);
    }
}

TEST_F(KnownClients, SaysWhatItCannotServe)
{
    auto const faultOf = [&](std::string const& yaml, bool withUrl = true) {
        auto given = settings();
        if (!withUrl) given.pop_back();
        try {
            Service const service{given, yaml};
        } catch (std::exception const& error) {
            return std::string{error.what()};
        }
        return std::string{"served"};
    };
    EXPECT_EQ(faultOf(site()), "served");
    EXPECT_THAT(faultOf(site(), false), HasSubstr("clients.mercy.audiences"));
    EXPECT_EQ(faultOf(site("    audiences: https://cds.example.org/any\n"), false), "served");
}

} // namespace

} // namespace tcds::app::test
