#include "server/config/config.hpp"

#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::config::test {

namespace {

using testing::HasSubstr;
using testing::Not;

Outcome inProduction(std::string const& key, std::string const& value)
{
    auto sources = production();
    sources.flags.emplace_back(key, value);
    return load(sources);
}

TEST(Production, RefusesToStartWithoutAKeyFile) // decision D42
{
    auto sources = production();
    sources.flags.clear();

    auto const outcome = load(sources);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("audit.key_file"));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("urandom"));
}

TEST(EveryMode, RefusesAPasswordInTheConnectionAndDoesNotShowIt) // control CTL-14
{
    for (auto const* connection :
         {"host=db.example.org dbname=d password=herring", "dbname=d password = 'red herring'",
          "postgresql://u:herring@db.example.org/d", "postgresql://h/d?password=herring",
          "dbname=d sslpassword=herring"}) {
        SCOPED_TRACE(connection);
        auto sources = sandbox();
        sources.flags.emplace_back("audit.postgres.connection", connection);
        Problems problems;

        auto const loaded = loadForReading(sources, problems);

        ASSERT_TRUE(loaded);
        ASSERT_TRUE(problems.hasErrors());
        EXPECT_THAT(toText(problems.asError()), HasSubstr("audit.postgres.connection holds"));
        EXPECT_THAT(toText(problems.asError()), Not(HasSubstr("herring")));
        for (auto const& setting : loaded->settings)
            EXPECT_THAT(setting.value, Not(HasSubstr("herring"))) << setting.key;
    }
}

TEST(EveryMode, TakesAConnectionWithoutPasswordAndItsFile)
{
    auto const outcome = load(withFile("audit:\n"
                                       "  postgres:\n"
                                       "    connection: postgresql://cds_1@db.example.org:5433/d\n"
                                       "    password_file: /etc/twitch-cds/db.password\n"));

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_EQ(outcome.loaded->config.postgresConnection,
              "postgresql://cds_1@db.example.org:5433/d");
    EXPECT_EQ(outcome.loaded->config.postgresPasswordFile, "/etc/twitch-cds/db.password");
}

TEST(EveryMode, RefusesAPasswordFileWithoutAConnection)
{
    auto const outcome = load(withFile("audit: {postgres: {password_file: /p}}\n"));

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("without audit.postgres.connection"));
}

TEST(Production, RefusesAnyOrigin) // control CTL-19
{
    EXPECT_FALSE(inProduction("cors.origins", "*").loaded);
    EXPECT_FALSE(inProduction("cors.origins", "https://a.example *").loaded);
    EXPECT_TRUE(inProduction("cors.origins", "https://a.example").loaded);
}

TEST(Production, RefusesPlainHttpBeyondLoopbackUnlessAProxyIsStated) // decision D6
{
    EXPECT_FALSE(inProduction("listen", "0.0.0.0:8080").loaded);
    EXPECT_FALSE(inProduction("listen", "[::]:8080").loaded);
    EXPECT_FALSE(inProduction("listen", "127.evil.example:8080").loaded); // a name, not a number
    EXPECT_TRUE(inProduction("listen", "127.0.0.2:8080").loaded);
    EXPECT_TRUE(inProduction("listen", "[::1]:8080").loaded);
    EXPECT_TRUE(inProduction("listen", "localhost:8080").loaded);

    auto sources = production();
    sources.flags.emplace_back("listen", "0.0.0.0:8080");
    sources.flags.emplace_back("behind_proxy", "true");
    EXPECT_TRUE(load(sources).loaded);
}

TEST(Production, RefusesMetricsBeyondLoopbackUntilTheyMayGoThere)
{
    auto const faulty = inProduction("metrics.listen", "0.0.0.0:9464");
    ASSERT_EQ(faulty.problems.size(), 1U) << faulty.report;
    EXPECT_THAT(faulty.problems[0].what, HasSubstr("metrics.listen"));
    EXPECT_THAT(faulty.problems[0].fix, HasSubstr("metrics.beyond_loopback"));
    EXPECT_FALSE(inProduction("metrics.listen", "metrics.example.org:9464").loaded);
    EXPECT_TRUE(inProduction("metrics.listen", "127.0.0.1:9464").loaded);
    EXPECT_TRUE(inProduction("metrics.listen", "[::1]:9464").loaded);

    auto sources = production();
    sources.flags.emplace_back("metrics.listen", "0.0.0.0:9464");
    sources.flags.emplace_back("metrics.beyond_loopback", "true");
    EXPECT_TRUE(load(sources).loaded);
    sources.flags = {{"mode", "sandbox"}, {"metrics.listen", "0.0.0.0:9464"}};
    EXPECT_TRUE(load(sources).loaded);
}

TEST(Production, TakesTlsBeyondLoopback) // CTL-19, SEC-01
{
    auto sources = production();
    sources.flags.emplace_back("listen", "0.0.0.0:8443");
    sources.flags.emplace_back("tls.certificate_file", "/etc/twitch-cds/server.pem");
    sources.flags.emplace_back("tls.key_file", "/etc/twitch-cds/server.key");

    auto const outcome = load(sources);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_EQ(outcome.loaded->config.tls.certificateFile, "/etc/twitch-cds/server.pem");
    EXPECT_FALSE(outcome.loaded->config.tls.leastIs13);
    EXPECT_FALSE(outcome.loaded->config.tls.clientOptional);
}

TEST(HalfTls, IsRefusedInEveryMode)
{
    struct Row {
        std::string key, value, missing;
    };
    for (auto const& [key, value, missing] :
         {Row{"tls.certificate_file", "a", "tls.key_file"},
          Row{"tls.key_file", "a", "tls.certificate_file"},
          Row{"tls.client_ca_file", "a", "tls.certificate_file"},
          Row{"tls.client_names", "a.example", "tls.client_ca_file"},
          Row{"tls.crl_file", "a", "tls.client_ca_file"}}) {
        auto sources = sandbox();
        sources.flags.emplace_back(key, value);

        auto const outcome = load(sources);

        ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
        EXPECT_EQ(outcome.problems[0].what, key + " is set without " + missing);
        EXPECT_THAT(outcome.problems[0].fix, HasSubstr("set " + missing));
    }
}

TEST(Production, RefusesLinksThatAreNotHttps) // row LNK-02
{
    EXPECT_FALSE(inProduction("public_url", "http://cds.example.org").loaded);
    EXPECT_TRUE(inProduction("public_url", "https://cds.example.org").loaded);
}

TEST(UnsignedContent, IsForModeDevAlone) // decision D7
{
    EXPECT_FALSE(inProduction("content.folder", "/srv/rules").loaded);

    auto sources = sandbox();
    sources.flags.emplace_back("content.folder", "/srv/rules");
    EXPECT_FALSE(load(sources).loaded);

    sources.flags.front().second = "dev";
    EXPECT_TRUE(load(sources).loaded);
}

TEST(Bundle, NeedsTrustedKeysOutsideModeDev) // decision D7
{
    for (auto const* mode : {"production", "sandbox"}) {
        SCOPED_TRACE(mode);
        auto sources = production();
        sources.flags.emplace_back("mode", mode);
        sources.flags.emplace_back("content.bundle", "/srv/site.json");
        auto const faulty = load(sources);
        ASSERT_EQ(faulty.problems.size(), 1U) << faulty.report;
        EXPECT_THAT(faulty.problems[0].what, HasSubstr("content.trusted_keys"));

        sources.flags.emplace_back("content.trusted_keys", "/srv/board.pem /srv/second.pem");
        auto const good = load(sources);
        ASSERT_TRUE(good.loaded) << good.report;
        EXPECT_EQ(good.loaded->config.trustedKeys,
                  (std::vector<std::string>{"/srv/board.pem", "/srv/second.pem"}));
    }
    auto sources = sandbox();
    sources.flags = {{"mode", "dev"}, {"content.bundle", "/srv/site.json"}};
    EXPECT_TRUE(load(sources).loaded);
    sources.flags.emplace_back("content.folder", "/srv/rules");
    EXPECT_FALSE(load(sources).loaded); // one or the other
}

TEST(AdminListener, StaysOnLoopbackAndNeedsTokensInEveryMode) // control CTL-17
{
    for (auto const* mode : {"production", "sandbox", "dev"}) {
        SCOPED_TRACE(mode);
        auto sources = production();
        sources.flags.emplace_back("mode", mode);
        sources.flags.emplace_back("admin.listen", "127.0.0.1:9465");
        EXPECT_FALSE(load(sources).loaded);

        sources.flags.emplace_back("admin.token_file", "/etc/twitch-cds/admin.tokens");
        EXPECT_TRUE(load(sources).loaded);

        sources.flags.emplace_back("admin.listen", "0.0.0.0:9465");
        auto const faulty = load(sources);
        ASSERT_EQ(faulty.problems.size(), 1U) << faulty.report;
        EXPECT_THAT(faulty.problems[0].what, HasSubstr("admin.listen"));
    }
}

TEST(CheckpointDestinations, NeedAKeyInEveryMode)
{
    for (auto const* key : {"directory", "syslog", "http"}) {
        SCOPED_TRACE(key);
        auto sources = production();
        sources.flags.emplace_back(std::string{"audit.checkpoints."} + key,
                                   "https://w.example.org");
        auto const faulty = load(sources);
        ASSERT_EQ(faulty.problems.size(), 1U) << faulty.report;
        EXPECT_THAT(faulty.problems[0].what, HasSubstr("audit.checkpoint_key_file"));

        sources.flags.emplace_back("audit.checkpoint_key_file", "/etc/twitch-cds/checkpoint.pem");
        EXPECT_TRUE(load(sources).loaded);
    }
}

TEST(AuditLevel, FullNeedsAKeyThatSeals)
{
    for (auto sources : {sandbox(), production()}) {
        sources.flags.emplace_back("audit.level", "full");
        auto const faulty = load(sources);
        ASSERT_EQ(faulty.problems.size(), 1U) << faulty.report;
        EXPECT_THAT(faulty.problems[0].what, HasSubstr("audit.seal_key_file"));
        EXPECT_THAT(faulty.problems[0].fix, HasSubstr("head -c 32 /dev/urandom"));

        sources.flags.emplace_back("audit.seal_key_file", "/etc/twitch-cds/seal.key");
        EXPECT_TRUE(load(sources).loaded);
    }
}

TEST(CheckpointDestinations, HaveACertificateWithItsKey)
{
    auto sources = production();
    sources.flags.emplace_back("audit.checkpoint_key_file", "/etc/twitch-cds/checkpoint.pem");
    sources.flags.emplace_back("audit.checkpoints.syslog_certificate_file", "/etc/cds.pem");
    EXPECT_FALSE(load(sources).loaded);
    sources.flags.emplace_back("audit.checkpoints.syslog_key_file", "/etc/cds.key");
    EXPECT_TRUE(load(sources).loaded);
}

TEST(Sandbox, TakesWhatProductionRefuses)
{
    auto sources = sandbox();
    sources.flags.emplace_back("listen", "0.0.0.0:8080");
    sources.flags.emplace_back("public_url", "http://127.0.0.1:8080");

    auto const outcome = load(sources);

    EXPECT_TRUE(outcome.loaded) << outcome.report;
}

TEST(Refusals, AreAllReportedAtOnceAndSayHowToMendThem)
{
    auto sources = production();
    sources.flags = {{"listen", "0.0.0.0:80"}, {"cors.origins", "*"}, {"content.folder", "/x"}};

    auto const outcome = load(sources);

    EXPECT_EQ(outcome.problems.size(), 4U) << outcome.report; // and the key file
    for (auto const& problem : outcome.problems) EXPECT_FALSE(problem.fix.empty()) << problem.what;
}

} // namespace

} // namespace tcds::config::test
