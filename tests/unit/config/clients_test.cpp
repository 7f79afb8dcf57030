#include "server/config/clients.hpp"

#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tcds::config::test {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The smallest entry that stands in every mode.
std::string const kSmall = "clients:\n"
                           "  - name: st-mary\n"
                           "    issuers: https://ehr.example.org\n"
                           "    jku: https://ehr.example.org/jwks\n";

/// A listener that asks for client certificates.
std::string const kTls = "tls: {certificate_file: a, key_file: b, client_ca_file: c}\n";

Outcome inMode(std::string const& mode, std::string const& yaml)
{
    auto sources = withFile(yaml);
    sources.flags = {{"mode", mode}, {"audit.key_file", "/etc/twitch-cds/key"}};
    return load(sources);
}
Outcome inSandbox(std::string const& yaml) { return inMode("sandbox", yaml); }

ClientEntry const& only(Outcome const& outcome)
{
    if (!outcome.loaded || outcome.loaded->config.clients.size() != 1)
        throw std::runtime_error{"not one client:\n" + outcome.report};
    return outcome.loaded->config.clients.front();
}

TEST(Clients, AreNobodyByDefault)
{
    EXPECT_THAT(load(sandbox()).loaded->config.clients, IsEmpty());
    EXPECT_THAT(inSandbox("clients: []\n").loaded->config.clients, IsEmpty());
}

TEST(Clients, TakeEveryMember)
{
    auto const outcome = inSandbox("tenants: [{name: north, audit_directory: /n/log}]\n"
                                   "clients:\n"
                                   "  - name: st-mary\n"
                                   "    tenant: north\n"
                                   "    auth: jwt\n"
                                   "    issuers: [https://ehr.example.org, urn:example:ehr]\n"
                                   "    tenant_claim: st-mary/7\n"
                                   "    jku: [\"https://ehr.example.org/jwks?tenant=7\"]\n"
                                   "    algorithms: [ES256]\n"
                                   "    audiences: [sand_man]\n"
                                   "    jwt_max_life: 15m\n"
                                   "    jwt_retry_window: 30s\n"
                                   "    fhir_servers: [https://fhir.example.org/r4/]\n"
                                   "    aliases: {labs-user: labs, meds: medications}\n"
                                   "    prefetch_profile: uscore\n"
                                   "    extra_prefetch: [stopped, vitals]\n"
                                   "    code_system: true\n"
                                   "    on_missing: empty\n"
                                   "    mode: silent\n"
                                   "    max_cards: 1\n"
                                   "    allow_critical: false\n"
                                   "    accept_unknown_status: false\n"
                                   "    selection_behavior: at-most-one\n");

    auto const& client = only(outcome);
    EXPECT_EQ(client.name, "st-mary");
    EXPECT_EQ(client.tenant, "north");
    EXPECT_EQ(client.auth, Auth::Jwt);
    EXPECT_THAT(client.issuers, ElementsAre("https://ehr.example.org", "urn:example:ehr"));
    EXPECT_EQ(client.tenantClaim, "st-mary/7");
    EXPECT_THAT(client.jku, ElementsAre("https://ehr.example.org/jwks?tenant=7"));
    EXPECT_EQ(client.jwksFile, "");
    EXPECT_THAT(client.algorithms, ElementsAre("ES256")); // in place of the default, not beside it
    EXPECT_THAT(client.audiences, ElementsAre("sand_man"));
    EXPECT_EQ(client.jwtMaxLife.count(), 900);
    EXPECT_EQ(client.jwtRetryWindow.count(), 30);
    EXPECT_THAT(client.fhirServers, ElementsAre("https://fhir.example.org/r4"));
    EXPECT_THAT(client.aliases,
                ElementsAre(Alias{"labs-user", "labs"}, Alias{"meds", "medications"}));
    EXPECT_EQ(client.prefetchProfile, "uscore");
    EXPECT_THAT(client.extraPrefetch, ElementsAre("stopped", "vitals"));
    EXPECT_TRUE(client.codeSystem);
    EXPECT_EQ(client.onMissing, OnMissing::Empty);
    EXPECT_EQ(client.mode, ClientMode::Silent);
    EXPECT_EQ(client.maxCards, 1U);
    EXPECT_FALSE(client.allowCritical);
    EXPECT_FALSE(client.acceptUnknownStatus);
    EXPECT_TRUE(client.atMostOne);
}

TEST(Clients, StartFromTheCautiousDefaults) // TOL-02, TOL-03, TOL-16, control CTL-04
{
    auto const outcome = inMode("production", kSmall);
    auto const& client = only(outcome);

    EXPECT_EQ(client.auth, Auth::Jwt);
    EXPECT_THAT(client.algorithms, ElementsAre("ES384", "RS384"));
    EXPECT_THAT(client.audiences, IsEmpty());
    EXPECT_EQ(client.jwtMaxLife, std::chrono::minutes{60});
    EXPECT_EQ(client.jwtRetryWindow.count(), 0);
    EXPECT_EQ(client.prefetchProfile, "default");
    EXPECT_EQ(client.onMissing, OnMissing::Refuse);
    EXPECT_EQ(client.mode, ClientMode::Active);
    EXPECT_EQ(client.maxCards, 3U);
    EXPECT_FALSE(client.allowCritical);
    EXPECT_FALSE(client.atMostOne);
    EXPECT_EQ(client.tenant, "default");
}

TEST(Clients, StartFromTheSettingsWhereverThoseStand)
{
    auto sources = withFile(kSmall + "max_cards: 2\nselection_behavior: at-most-one\n");
    sources.environment = {{"TWITCH_CDS__TENANT", "north"}};

    auto const outcome = load(sources);

    auto const& client = only(outcome);
    EXPECT_EQ(client.maxCards, 2U);
    EXPECT_TRUE(client.atMostOne);
    EXPECT_EQ(client.tenant, "north");
    EXPECT_TRUE(client.allowCritical); // by the mode
    EXPECT_TRUE(client.acceptUnknownStatus);
}

TEST(Clients, AreKnownByTheirCertificateAlsoInProduction) // SEC-04
{
    auto const outcome =
        inMode("production", kTls + "clients: [{name: a, auth: mtls, certificate_names: "
                                    "[EHR.example.org, https://ehr.example.org/CDS]}]\n");

    EXPECT_EQ(only(outcome).auth, Auth::Mtls);
    EXPECT_THAT(only(outcome).certificateNames,
                ElementsAre("ehr.example.org", "https://ehr.example.org/CDS"));
}

TEST(Clients, CallAsOftenAsTheSettingsSayWhereTheirEntryDoesNot) // CTL-12
{
    auto const rateOf = [](std::string const& members) {
        return only(inSandbox(kSmall + members + "rate: {per_second: 50, burst: 200}\n")).rate;
    };

    EXPECT_EQ(rateOf("").perSecond, 50U);
    EXPECT_EQ(rateOf("").burst, 200U);
    EXPECT_EQ(rateOf("    rate: {per_second: 5}\n").perSecond, 5U);
    EXPECT_EQ(rateOf("    rate: {per_second: 5}\n").burst, 200U);
    EXPECT_EQ(rateOf("    rate: {per_second: 0, burst: 7}\n").burst, 7U);
    EXPECT_EQ(only(inSandbox(kSmall)).rate.perSecond, 0U);
}

TEST(Clients, ShowEveryMemberWithItsOrigin)
{
    auto const outcome =
        inSandbox(kSmall + "    max_cards: 1\n    aliases: {labs-user: labs, meds: medications}\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    ASSERT_EQ(outcome.loaded->clients.size(), 1U);
    auto const& shown = outcome.loaded->clients.front();
    EXPECT_EQ(shown.name, "st-mary");
    EXPECT_EQ(shown.where, "site.yaml:2:5");
    auto const settingOf = [&](std::string_view key) {
        auto const at = std::ranges::find(shown.settings, key, &Setting::key);
        return at == shown.settings.end() ? Setting{} : *at;
    };
    EXPECT_EQ(settingOf("clients.max_cards").value, "1");
    EXPECT_EQ(settingOf("clients.max_cards").origin, Origin::File);
    EXPECT_EQ(settingOf("clients.max_cards").where, "site.yaml:5:16");
    EXPECT_EQ(settingOf("clients.algorithms").value, "ES384 RS384");
    EXPECT_EQ(settingOf("clients.algorithms").origin, Origin::Default);
    EXPECT_EQ(settingOf("clients.allow_critical").value, "true");
    EXPECT_EQ(settingOf("clients.allow_critical").origin, Origin::Setting);
    EXPECT_EQ(settingOf("clients.aliases").value, "labs-user=labs meds=medications");
}

struct Fault {
    std::string name, yaml, where, what, fix;
};

class FaultyClients : public testing::TestWithParam<Fault>
{
};

TEST_P(FaultyClients, AreReportedWhereTheyStand)
{
    auto const& row = GetParam();

    auto const outcome = inSandbox(row.yaml);

    EXPECT_FALSE(outcome.loaded);
    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_EQ(outcome.problems[0].where, row.where);
    EXPECT_THAT(outcome.problems[0].what, HasSubstr(row.what));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr(row.fix));
}

INSTANTIATE_TEST_SUITE_P(
    Loading, FaultyClients,
    testing::Values(
        Fault{"NoList", "clients: {name: a}\n", "site.yaml:1:10", "list", "- name"},
        Fault{"NoMap", "clients: [st-mary]\n", "site.yaml:1:11", "map", "name"},
        Fault{"UnknownMember", kSmall + "    isuers: x\n", "site.yaml:5:5", "clients.isuers",
              "\"issuers\""},
        Fault{"FarMember", kSmall + "    zzzzzzzzz: x\n", "site.yaml:5:5", "clients.zzzzzzzzz",
              "config explain clients"},
        Fault{"NoName",
              "clients:\n  - issuers: https://ehr.example.org\n"
              "    jku: https://ehr.example.org/jwks\n",
              "site.yaml:2:5", "clients.name is missing", "name"},
        Fault{"BadValue", kSmall + "    max_cards: 4\n", "site.yaml:5:16", "clients.max_cards",
              "1 to 3"},
        Fault{"BadItem", kSmall + "    algorithms: [ES384, HS256]\n", "site.yaml:5:25", "HS256",
              "RS384"},
        Fault{"ListForOne", kSmall + "    mode: [active]\n", "site.yaml:5:11", "one value",
              "silent"},
        Fault{"MapForList", kSmall + "    audiences: {a: b}\n", "site.yaml:5:16", "list", "texts"},
        Fault{"ListForMap", kSmall + "    aliases: [labs]\n", "site.yaml:5:14", "map", "keys"},
        Fault{"AliasOfNothing", kSmall + "    aliases: {l: labz}\n", "site.yaml:5:18",
              "clients.aliases.l", "did you mean \"labs\"?"},
        Fault{"AliasOfAKeyOfOurs", kSmall + "    aliases: {labs: medications}\n", "site.yaml:5:21",
              "clients.aliases.labs", "not ours"},
        Fault{"NoIssuer", "clients: [{name: a, jku: https://ehr.example.org/jwks}]\n",
              "site.yaml:1:11", "clients.issuers is empty", "iss"},
        Fault{"NoKeySet", "clients: [{name: a, issuers: https://ehr.example.org}]\n",
              "site.yaml:1:11", "neither clients.jku nor clients.jwks_file", "one of them"},
        Fault{"NoSuchFile",
              "clients: [{name: a, issuers: https://ehr.example.org, jwks_file: /no/such.json}]\n",
              "site.yaml:1:66", "/no/such.json", "may read"},
        Fault{"FolderForAFile",
              "clients: [{name: a, issuers: https://ehr.example.org, jwks_file: /}]\n",
              "site.yaml:1:66", "cannot be read", "file"},
        Fault{"SameName",
              kSmall + "  - {name: st-mary, issuers: https://b.example, "
                       "jku: https://b.example/jwks}\n",
              "site.yaml:5:12", "st-mary\" stands at site.yaml:2:11", "one entry"},
        Fault{"SameIssuer",
              kSmall + "  - {name: b, issuers: [https://b.example, https://ehr.example.org], "
                       "jku: https://b.example/jwks}\n",
              "site.yaml:5:44", "ehr.example.org\" stands at site.yaml:3:14", "one entry"},
        Fault{
            "SameIssuerAndTenantClaim", // TOL-04
            "clients:\n"
            "  - {name: a, issuers: https://e.example, tenant_claim: x, jku: https://e.example/k}\n"
            "  - {name: b, issuers: https://e.example, tenant_claim: x, jku: "
            "https://e.example/k}\n",
            "site.yaml:3:24", "stands at site.yaml:2:24 already, with the same tenant_claim",
            "apart by tenant_claim"},
        Fault{"TokensOfNobody", "clients: [{name: a, auth: none, audiences: x}]\n",
              "site.yaml:1:44", "clients.audiences means nothing", "auth: jwt"},
        Fault{"CertificateWithoutAuthority",
              "clients: [{name: a, auth: mtls, certificate_names: a.example}]\n", "site.yaml:1:27",
              "no client can be verified", "tls.client_ca_file"}, // SEC-04
        Fault{"NoCertificateName", kTls + "clients: [{name: a, auth: mtls}]\n", "site.yaml:2:11",
              "clients.certificate_names is empty", "list"},
        Fault{"TokensOfACertificate",
              kTls + "clients: [{name: a, auth: mtls, certificate_names: a.example, jku: "
                     "https://e.example/jwks}]\n",
              "site.yaml:2:68", "clients.jku means nothing, for auth: mtls", "auth: jwt"},
        Fault{"CertificateOfATokenClient", kSmall + "    certificate_names: a.example\n",
              "site.yaml:5:24", "means nothing, for auth: jwt", "auth: mtls"},
        Fault{"SameCertificateName",
              kTls + "clients:\n"
                     "  - {name: a, auth: mtls, certificate_names: [b.example, a.example]}\n"
                     "  - {name: b, auth: mtls, certificate_names: A.example}\n",
              "site.yaml:4:46", "\"a.example\" stands at site.yaml:3:58 already", "one entry"},
        Fault{"AnyCorsOrigin", kSmall + "    cors_origins: ['*']\n", "site.yaml:5:20",
              "clients.cors_origins", "origins"},
        Fault{"UnknownRate", kSmall + "    rate: {per_minute: 5}\n", "site.yaml:5:24",
              "clients.rate.per_minute", "per_second and burst"},
        Fault{"TwoNobodies", "clients: [{name: a, auth: none}, {name: b, auth: none}]\n",
              "site.yaml:1:50", "site.yaml:1:11 has auth: none already", "one entry"},
        Fault{"PrefetchOfContext",
              kSmall + "    prefetch_profile: context\n    extra_prefetch: vitals\n",
              "site.yaml:6:21", "extra_prefetch", "another"},
        Fault{"SecretInAUrl", kSmall + "    fhir_servers: https://u:hunter2@fhir.example.org\n",
              "site.yaml:5:19", "a URL with credentials", "without credentials"}),
    [](auto const& row) { return row.param.name; });

TEST(FaultyClients, NeverShowThePasswordOfAUrl) // control CTL-14
{
    auto const outcome =
        inSandbox(kSmall + "    fhir_servers: https://u:hunter2@fhir.example.org\n");

    EXPECT_THAT(outcome.report, testing::Not(HasSubstr("hunter2")));
}

TEST(FaultyClients, AreAllReportedAtOnce)
{
    auto const outcome = inSandbox("max_cards: 9\n"
                                   "clients:\n"
                                   "  - {name: 'a b', auth: tls, jku: ftp://x, max_cards: 7}\n"
                                   "  - {nme: c, mode: quiet}\n");

    // Setting; name, auth, jku, max_cards and no issuer; nme, mode, no name, no issuer, no key set.
    EXPECT_EQ(outcome.problems.size(), 11U) << outcome.report;
    for (auto const& problem : outcome.problems) EXPECT_FALSE(problem.fix.empty()) << problem.what;
}

TEST(Clients, WithAPinnedKeySetNeedAFileThatCanBeRead) // JWT-10
{
    auto const path = testing::TempDir() + "clients_test_jwks.json";
    std::ofstream{path} << R"({"keys":[]})";
    auto const yaml =
        "clients: [{name: a, issuers: https://ehr.example.org, jwks_file: " + path + "}]\n";

    auto const outcome = inMode("production", yaml);
    auto const both = inSandbox("clients: [{name: a, issuers: https://ehr.example.org, jku: "
                                "https://ehr.example.org/jwks, jwks_file: " +
                                path + "}]\n");
    std::filesystem::remove(path);

    EXPECT_EQ(only(outcome).jwksFile, path);
    EXPECT_EQ(only(both).jwksFile, path); // its tokens name the jku, the keys come from the file
    EXPECT_THAT(only(both).jku, ElementsAre("https://ehr.example.org/jwks"));
}

TEST(Clients, MayShareAnIssuerWhenTheirTenantClaimsDiffer) // TOL-04
{
    auto const outcome = inMode(
        "production",
        "clients:\n"
        "  - {name: a, issuers: https://e.example, tenant_claim: x, jku: https://e.example/k}\n"
        "  - {name: b, issuers: https://e.example, tenant_claim: X, jku: https://e.example/k}\n"
        "  - {name: c, issuers: https://e.example, jku: https://e.example/k}\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& clients = outcome.loaded->config.clients;
    ASSERT_EQ(clients.size(), 3U);
    EXPECT_EQ(clients[0].tenantClaim, "x");
    EXPECT_EQ(clients[1].tenantClaim, "X");
    EXPECT_EQ(clients[2].tenantClaim, "");
}

TEST(Clients, OfTheEnvironmentAreRefused)
{
    auto sources = sandbox();
    sources.environment = {{"TWITCH_CDS__CLIENTS__0__NAME", "x"}};

    auto const outcome = load(sources);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("file only"));
}

struct Refusal {
    std::string name, entry, what;
};

class RefusedClients : public testing::TestWithParam<Refusal>
{
};

TEST_P(RefusedClients, AreForTestsAlone) // decision D6, control CTL-19
{
    auto const& row = GetParam();
    auto const yaml = "clients:\n  - {name: a, " + row.entry + "}\n";

    auto const production = inMode("production", yaml);
    auto const inSandboxMode = inMode("sandbox", yaml);
    auto const inDev = inMode("dev", yaml);

    EXPECT_FALSE(production.loaded);
    ASSERT_EQ(production.problems.size(), 1U) << production.report;
    EXPECT_THAT(production.problems[0].what, HasSubstr(row.what));
    EXPECT_THAT(production.problems[0].where, HasSubstr("site.yaml:2:"));
    EXPECT_FALSE(production.problems[0].fix.empty());
    EXPECT_TRUE(inSandboxMode.loaded) << inSandboxMode.report;
    EXPECT_TRUE(inDev.loaded) << inDev.report;
}

std::string const kTrust = "issuers: https://e.example, jku: https://e.example/jwks";

INSTANTIATE_TEST_SUITE_P(
    Production, RefusedClients,
    testing::Values(Refusal{"AuthNone", "auth: none", "clients.auth is none"},
                    Refusal{"PlainFhirServer", kTrust + ", fhir_servers: http://fhir.example.org",
                            "clients.fhir_servers \"http://fhir.example.org\" is not https"},
                    Refusal{"PlainLoopbackFhirServer",
                            kTrust + ", fhir_servers: http://127.0.0.1:8090/r4", "is not https"},
                    Refusal{"PlainJku", "issuers: https://e.example, jku: http://e.example/jwks",
                            "clients.jku \"http://e.example/jwks\" is not https"},
                    Refusal{"SandboxIssuer",
                            "issuers: https://sandbox.cds-hooks.org, jku: https://e.example/jwks",
                            "public sandbox"},
                    Refusal{"SandboxIssuerWithSlash",
                            "issuers: https://sandbox.cds-hooks.org/, jku: https://e.example/jwks",
                            "public sandbox"},
                    Refusal{"SandboxKeySet",
                            "issuers: https://e.example, jku: "
                            "https://sandbox.cds-hooks.org/.well-known/jwks.json",
                            "public sandbox"}),
    [](auto const& row) { return row.param.name; });

TEST(RefusedClients, DoNotIncludeWhoIsNamedAlike)
{
    auto const outcome = inMode("production", "clients: [{name: a, issuers: "
                                              "https://sandbox.cds-hooks.org.example, jku: "
                                              "https://e.example/jwks}]\n");

    EXPECT_TRUE(outcome.loaded) << outcome.report;
}

TEST(Reading, OfAFaultyConfigurationGivesWhatIsGood)
{
    auto sources = withFile("max_cards: 9\nclients: [{name: a, auth: none, max_cards: 8}]\n");
    Problems problems;

    auto const loaded = loadForReading(sources, problems);

    ASSERT_TRUE(loaded);
    EXPECT_TRUE(problems.hasErrors());
    EXPECT_EQ(loaded->config.maxCards, 3U);
    ASSERT_EQ(loaded->config.clients.size(), 1U);
    EXPECT_EQ(loaded->config.clients[0].auth, Auth::None);
}

} // namespace

} // namespace tcds::config::test
