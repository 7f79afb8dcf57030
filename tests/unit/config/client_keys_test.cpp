#include "server/config/client_keys.hpp"

#include "server/config/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tcds::config::test {

namespace {

TEST(ClientKeys, AreDocumentedUniqueAndStartFromWhatTheyTake)
{
    std::set<std::string_view> names;
    for (auto const& key : clientKeys()) {
        SCOPED_TRACE(key.name);
        EXPECT_TRUE(names.insert(key.name).second);
        EXPECT_FALSE(key.about.empty());
        EXPECT_FALSE(key.allowed.empty());
        EXPECT_EQ(findClientKey(key.name), &key);
        if (!key.inherits.empty() && key.shape != ClientKey::Shape::Map) {
            EXPECT_NE(findKey(key.inherits), nullptr);
        }
        ClientEntry entry;
        if (key.shape == ClientKey::Shape::One && !key.fallback.empty()) {
            EXPECT_TRUE(key.take(entry, "", key.fallback));
        }
    }
    EXPECT_EQ(findClientKey("clients"), nullptr);
}

struct Row {
    std::string key;
    std::vector<std::string> good, bad;
};

class ClientValues : public testing::TestWithParam<Row>
{
};

TEST_P(ClientValues, AreTakenOrRefusedAsDocumented)
{
    auto const& row = GetParam();
    auto const* key = findClientKey(row.key);
    ASSERT_NE(key, nullptr);
    for (auto const& value : row.good) {
        ClientEntry entry;
        EXPECT_TRUE(key->take(entry, "", value)) << value;
    }
    for (auto const& value : row.bad) {
        ClientEntry entry;
        EXPECT_FALSE(key->take(entry, "", value)) << value;
    }
}

std::vector<std::string> const kBadFlags{"", "True", "1", "on"};

INSTANTIATE_TEST_SUITE_P(
    All, ClientValues,
    testing::Values(
        Row{"name",
            {"a", "st-mary", "Epic.prod_2", std::string(64, 'x')},
            {"", "a b", "a/b", ".a", "-a", "\xc3\xa9", std::string(65, 'x')}},
        Row{"auth", {"jwt", "mtls", "none"}, {"", "JWT", "tls"}},
        Row{"issuers",
            {"https://ehr.example.org", "urn:oid:1.2.3", "https://ehr.example.org/"},
            {"", "ehr.example.org", ":x", "https://a b", "https://u:p@h.example"}},
        Row{"tenant_claim", {"7", "st-mary/7"}, {"", "a b", "a\n"}},
        Row{"jku",
            {"https://ehr.example.org/jwks", "http://127.0.0.1:9/jwks", "https://[::1]/k?x=1"},
            {"", "ehr.example.org/jwks", "file:///etc/passwd", "https://", "https:///x",
             "https://u@h.example", "https://h.example/#x", "https://:443/x", "//h.example/x",
             "https://h.example\\x"}},
        Row{"algorithms",
            {"ES384", "RS384", "ES256", "RS256"}, // JWT-03
            {"", "none", "HS256", "HS384", "es384", "PS384", "ES512"}},
        Row{"audiences", {"sand_man", "https://cds.example.org/cds-services/x"}, {"", "a b"}},
        Row{"jwt_max_life", {"60s", "15m", "60m", "3600s"}, {"", "59s", "61m", "1h", "15", "-1m"}},
        Row{"jwt_retry_window", {"0s", "30s", "5m"}, {"", "301s", "6m", "30", "s", "1.5s"}},
        Row{"certificate_names",
            {"ehr.example.org", "EHR.example.org", "https://ehr.example.org/cds", "192.0.2.7",
             "2001:db8::7", "cds@example.org"},
            {"", "a b", "*.example.org", "a,b", "\xc3\xa9.example"}},
        Row{"cors_origins",
            {"https://a.example", "http://localhost:4000"},
            {"", "*", "null", "https://a.example/", "a.example"}}, // CTL-18
        Row{"fhir_servers",
            {"https://fhir.example.org/r4", "http://localhost:8090", "https://h.example/a/"},
            {"", "fhir.example.org", "https://h.example?x=1", "https://u:p@h.example",
             "https://h.example/$(id)", "ftp://h.example"}},
        Row{"fhir_anonymous", {"true", "no"}, kBadFlags},
        Row{"deadline_ms", {"1", "1500", "3600000"}, {"", "0", "-1", "3600001", "2s"}},
        Row{"prefetch_profile", {"default", "uscore", "context"}, {"", "us-core", "none"}},
        Row{"extra_prefetch",
            {"statements", "questionnaires", "stopped", "administrations", "dispenses",
             "serviceRequests", "vitals", "procedures", "appointments"},
            {"", "labs", "encounter", "nonsense"}},
        Row{"code_system", {"true", "no"}, kBadFlags},
        Row{"on_missing", {"refuse", "empty"}, {"", "412", "continue"}},
        Row{"lenient_context", {"true", "no"}, kBadFlags},
        Row{"feedback", {"strict", "lenient"}, {"", "off", "Lenient"}},
        Row{"mode", {"active", "silent"}, {"", "sandbox", "off"}},
        Row{"max_cards", {"1", "3"}, {"", "0", "4"}},
        Row{"allow_critical", {"true", "no"}, kBadFlags},
        Row{"accept_unknown_status", {"true", "no"}, kBadFlags},
        Row{"selection_behavior", {"any", "at-most-one"}, {"", "all"}}),
    [](auto const& row) { return row.param.key; });

TEST(Rate, TakesItsTwoNumbers) // CTL-12
{
    auto const* key = findClientKey("rate");
    ClientEntry entry;

    EXPECT_TRUE(key->take(entry, "per_second", "50"));
    EXPECT_TRUE(key->take(entry, "burst", "1000000"));
    EXPECT_FALSE(key->take(entry, "burst", "1000001"));
    EXPECT_FALSE(key->take(entry, "burst", "-1"));
    EXPECT_FALSE(key->take(entry, "per_minute", "5"));
    EXPECT_FALSE(key->take(entry, "", "5"));

    EXPECT_EQ(entry.rate.perSecond, 50U);
    EXPECT_EQ(entry.rate.burst, 1'000'000U);
}

TEST(Aliases, StandForKeysOfOursAndNeverHideOne) // TOL-01
{
    auto const* key = findClientKey("aliases");
    ClientEntry entry;

    EXPECT_TRUE(key->take(entry, "labs-user", "labs"));
    EXPECT_TRUE(key->take(entry, "Lab results", "labs"));
    EXPECT_FALSE(key->take(entry, "x", "lab"));
    EXPECT_FALSE(key->take(entry, "vitals", "labs"));
    EXPECT_FALSE(key->take(entry, "", "labs"));

    EXPECT_THAT(entry.aliases,
                testing::ElementsAre(Alias{"labs-user", "labs"}, Alias{"Lab results", "labs"}));
}

} // namespace

} // namespace tcds::config::test
