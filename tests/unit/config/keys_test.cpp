#include "server/config/keys.hpp"

#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace tcds::config::test {

namespace {

using testing::HasSubstr;

Key const& keyNamed(std::string_view name)
{
    auto const at = std::ranges::find(keys(), name, &Key::name);
    if (at == keys().end()) throw std::runtime_error{"no key " + std::string{name}};
    return *at;
}

TEST(Keys, AreDocumentedUniqueAndSayWhatIsAllowed)
{
    std::set<std::string_view> names;
    for (auto const& key : keys()) {
        SCOPED_TRACE(key.name);
        EXPECT_TRUE(names.insert(key.name).second);
        EXPECT_FALSE(key.about.empty());
        EXPECT_FALSE(key.allowed.empty());
        EXPECT_TRUE(std::ranges::all_of(
            key.name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; }));
    }
}

TEST(Keys, IncludeThoseThatScriptsRelyOn) // decision D37
{
    for (auto const* name :
         {"mode", "listen", "public_url", "allow_critical", "max_cards", "audit.directory",
          "audit.fsync", "audit.on_failure", "audit.key_file", "content.acknowledged.pack",
          "content.acknowledged.version", "content.acknowledged.by", "content.acknowledged.on"})
        EXPECT_EQ(std::ranges::count(keys(), std::string_view{name}, &Key::name), 1) << name;
}

struct Row {
    std::string key;
    std::vector<std::string> good, bad;
};

class KeyValues : public testing::TestWithParam<Row>
{
};

TEST_P(KeyValues, AreTakenOrRefusedAsDocumented)
{
    auto const& row = GetParam();
    auto const& key = keyNamed(row.key);
    for (auto const& value : row.good) {
        Config config;
        EXPECT_TRUE(key.set(config, value)) << value;
    }
    for (auto const& value : row.bad) {
        Config config;
        EXPECT_FALSE(key.set(config, value)) << value;
    }
}

std::vector<std::string> const kBadFlags{"", "True", "1", "on", "tru"};
std::vector<std::string> const kBadMs{"",   "0",   "-5", "3600001",
                                      "5s", "1.5", " 5", "99999999999999999999"};

INSTANTIATE_TEST_SUITE_P(
    All, KeyValues,
    testing::Values(
        Row{"mode", {"production", "sandbox", "dev"}, {"", "Production", "test", "prod"}},
        Row{"listen",
            {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "localhost:1"},
            {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
             "127.0.0.1:80x", "::1", "::1:8080", "[]:80", "[::1]", "[::1:80"}},
        Row{"metrics.listen",
            {"", "127.0.0.1:9464", "[::1]:0", "localhost:9464", "0.0.0.0:9464"},
            {"9464", ":9464", "127.0.0.1", "127.0.0.1:65536", "::1:9464", "off"}},
        Row{"admin.listen",
            {"", "127.0.0.1:9465", "[::1]:0"},
            {"9465", ":9465", "127.0.0.1", "127.0.0.1:65536", "::1:9465", "off"}},
        Row{"metrics.beyond_loopback", {"true", "false", "yes", "no"}, kBadFlags},
        Row{"threads", {"1", "64"}, {"", "0", "65", "-1", "two"}},
        Row{"behind_proxy", {"true", "false", "yes", "no"}, kBadFlags},
        Row{"tls.min_version", {"1.2", "1.3"}, {"", "1.1", "1.0", "TLSv1.2", "13"}},
        Row{"tls.client_certificate", {"required", "optional"}, {"", "none", "true"}},
        Row{"tls.client_names",
            {"", "ehr.example.org", "a.example https://b.example/cds 192.0.2.7"},
            {"*.example.org", "a.example *", "a,b"}},
        Row{"rate.per_second", {"0", "1", "1000000"}, {"", "-1", "1000001", "1.5", "many"}},
        Row{"rate.burst", {"0", "1", "1000000"}, {"", "-1", "1000001"}},
        Row{"public_url",
            {"", "https://cds.example.org", "http://127.0.0.1:8080", "https://h.example/cds/"},
            {"cds.example.org", "ftp://h", "https://", "http:///x", "https://h.example/a b",
             "https://h.example/\"x", "https://h.example?x=1", "https://h.example#x"}},
        Row{"zone",
            {"Z", "UTC", "+00:00", "+05:30", "-11:00", "+14:00"},
            {"", "+5:30", "05:30", "+15:00", "+05:60", "+05-30", "CET", "+-1:00"}},
        Row{"max_cards", {"1", "2", "3"}, {"", "0", "4", "-1", "3.0"}},
        Row{"allow_critical", {"true", "no"}, kBadFlags},
        Row{"accept_unknown_status", {"true", "no"}, kBadFlags},
        Row{"selection_behavior", {"any", "at-most-one"}, {"", "all", "one"}},
        Row{"cors.origins",
            {"", "*", "https://a.example", "http://localhost:4000",
             "https://a.example https://b.example", "off"},
            {"a.example", "https://", "https://a.example/", "https://a.example/app",
             "https://a.example,https://b.example", "ftp://a.example", "null"}},
        Row{"limits.body_bytes", {"1024", "104857600"}, {"", "1023", "104857601", "10M", "-1"}},
        Row{"limits.entries", {"1", "100000"}, {"", "0", "100001"}},
        Row{"limits.connections", {"1", "65536"}, {"", "0", "65537"}},
        Row{"deadlines.handshake_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.header_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.body_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.idle_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.write_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.drain_ms", {"1", "3600000"}, kBadMs},
        Row{"deadlines.call_ms", {"1", "3600000"}, kBadMs},
        Row{"fhir.servers",
            {"", "https://fhir.example.org/r4", "https://a.example/r4/ http://127.0.0.1:8090/fhir"},
            {"fhir.example.org", "ftp://a.example", "https://", "https://u:p@a.example/r4",
             "https://a.example/r4?x=1", "https://a.example/r4#x"}},
        Row{"fhir.anonymous", {"true", "no"}, kBadFlags},
        Row{"fhir.networks",
            {"", "10.20.0.0/16", "fd12:3456::/32 192.168.1.5"},
            {"10", "/8", "10.0.0.0/", "10.0.0.0/129", "10.0.0.0/x", "intranet/8"}},
        Row{"fhir.answer_bytes", {"1024", "104857600"}, {"", "1023", "104857601", "16M"}},
        Row{"fhir.connections", {"1", "256"}, {"", "0", "257"}},
        Row{"audit.level", {"digest", "facts", "full"}, {"", "all", "Full"}},
        Row{"audit.input_digest", {"off", "on", "hmac"}, {"", "true", "sha256"}},
        Row{"audit.user", {"reference", "hmac"}, {"", "off", "name"}},
        Row{"audit.fsync", {"always", "interval", "never"}, {"", "sometimes", "Always"}},
        Row{"audit.fsync_ms", {"1", "3600000"}, kBadMs},
        Row{"audit.on_failure", {"refuse", "continue"}, {"", "ignore"}},
        Row{"audit.rotate_bytes", {"65536", "17179869184"}, {"", "65535", "17179869185", "1G"}},
        Row{"audit.compress", {"true", "no"}, kBadFlags},
        Row{"audit.retention_days", {"0", "2192", "36525"}, {"", "-1", "36526", "6 a"}},
        Row{"audit.legal_hold", {"true", "no"}, kBadFlags},
        Row{"audit.queue", {"1", "65536"}, {"", "0", "65537"}},
        Row{"audit.wait_ms", {"1", "3600000"}, kBadMs},
        Row{"audit.checkpoint_records", {"1", "1000000"}, {"", "0", "1000001", "-1"}},
        Row{"audit.checkpoint_seconds", {"1", "86400"}, {"", "0", "86401", "60s"}},
        Row{"state.suppress", {"true", "no"}, kBadFlags},
        Row{"state.retention_days", {"1", "3650"}, {"", "0", "3651", "30 d"}},
        Row{"state.encounter_days", {"1", "400"}, {"", "0", "401", "-1"}},
        Row{"state.max_rows", {"100", "100000000"}, {"", "99", "100000001"}},
        Row{"content.acknowledged.on",
            {"", "2026-11-22"},
            {"yesterday", "2026-13-01", "2026", "2026-11-22T10:00:00Z"}},
        Row{"log.level", {"error", "warn", "info", "debug"}, {"", "trace", "INFO"}},
        Row{"log.format", {"json", "text"}, {"", "xml"}}),
    [](auto const& row) {
        auto name = row.param.key;
        std::ranges::replace(name, '.', '_');
        return name;
    });

TEST(KeyValues, EveryKeyWithARestrictionIsInTheTableAbove)
{
    // Free texts take anything: names, paths and roles.
    std::set<std::string_view> const free{"node",
                                          "tenant",
                                          "fhir.ca_file",
                                          "audit.directory",
                                          "audit.key_file",
                                          "audit.seal_key_file",
                                          "audit.postgres.connection",
                                          "audit.postgres.password_file",
                                          "audit.checkpoint_key_file",
                                          "audit.checkpoints.directory",
                                          "audit.checkpoints.syslog",
                                          "audit.checkpoints.syslog_ca_file",
                                          "audit.checkpoints.syslog_certificate_file",
                                          "audit.checkpoints.syslog_key_file",
                                          "audit.checkpoints.http",
                                          "audit.checkpoints.http_ca_file",
                                          "state.file",
                                          "content.folder",
                                          "content.bundle",
                                          "content.trusted_keys",
                                          "content.store",
                                          "admin.token_file",
                                          "tls.certificate_file",
                                          "tls.key_file",
                                          "tls.client_ca_file",
                                          "tls.crl_file",
                                          "content.acknowledged.pack",
                                          "content.acknowledged.version",
                                          "content.acknowledged.by"};
    for (auto const& key : keys()) {
        Config config;
        EXPECT_EQ(key.set(config, "\x01 no such value"), free.contains(key.name)) << key.name;
    }
}

TEST(Listen, TakesTheAddressOutOfItsBrackets)
{
    Config config;

    ASSERT_TRUE(keyNamed("listen").set(config, "[::1]:9000"));

    EXPECT_EQ(config.address, "::1");
    EXPECT_EQ(config.port, 9000);
}

TEST(MetricsListen, IsAnEndpointOfItsOwnAndOffWhenEmpty)
{
    Config config;
    EXPECT_EQ(config.metricsAddress, "");

    ASSERT_TRUE(keyNamed("metrics.listen").set(config, "[::1]:9464"));
    EXPECT_EQ(config.metricsAddress, "::1");
    EXPECT_EQ(config.metricsPort, 9464);
    EXPECT_EQ(config.address, "127.0.0.1"); // that of the service stays
    EXPECT_EQ(config.port, 8080);

    ASSERT_TRUE(keyNamed("metrics.listen").set(config, ""));
    EXPECT_EQ(config.metricsAddress, "");
}

TEST(PublicUrl, LosesItsTrailingSlash) // paths are appended to it
{
    Config config;

    ASSERT_TRUE(keyNamed("public_url").set(config, "https://cds.example.org/twitch//"));

    EXPECT_EQ(config.publicUrl, "https://cds.example.org/twitch");
}

TEST(Zone, IsMinutesEastOfUtc)
{
    Config config;

    ASSERT_TRUE(keyNamed("zone").set(config, "-03:30"));
    EXPECT_EQ(config.zoneMinutes, -210);
    ASSERT_TRUE(keyNamed("zone").set(config, "+05:30"));
    EXPECT_EQ(config.zoneMinutes, 330);
    ASSERT_TRUE(keyNamed("zone").set(config, "Z"));
    EXPECT_EQ(config.zoneMinutes, 0);
}

TEST(Acknowledged, IsReadPartByPart) // decision D54
{
    auto const outcome = load(withFile("content:\n  acknowledged: {pack: core, version: 2026.11, "
                                       "by: pharmacy, on: 2026-11-22}\n"));

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& taken = outcome.loaded->config.acknowledged;
    EXPECT_EQ(taken.pack, "core");
    EXPECT_EQ(taken.version, "2026.11");
    EXPECT_EQ(taken.by, "pharmacy");
    EXPECT_EQ(taken.on, "2026-11-22");
}

TEST(EveryKey, CanBeSetByTheEnvironment) // decision D37
{
    for (auto const& key : keys()) {
        if (key.name == "mode") continue;
        std::string variable = "TWITCH_CDS__";
        for (auto const c : key.name) {
            if (c == '.')
                variable += "__";
            else
                variable += c == '_' ? '_' : static_cast<char>(c - 'a' + 'A');
        }
        auto sources = sandbox();
        sources.environment = {{variable, key.fallback.empty() ? "" : std::string{key.fallback}}};

        auto const outcome = load(sources);

        ASSERT_TRUE(outcome.loaded) << key.name << "\n" << outcome.report;
        EXPECT_EQ(outcome.setting(key.name).origin, Origin::Environment) << key.name;
    }
}

} // namespace

} // namespace tcds::config::test
