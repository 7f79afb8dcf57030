#include "server/config/config.hpp"

#include "server/config/keys.hpp"
#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tcds::config::test {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Precedence, EveryLevelBeatsTheOnesBelowIt)
{
    auto sources = withFile("max_cards: 2\nlog: {level: debug}\nallow_critical: false\n"
                            "audit: {fsync: never}\n");
    sources.environment = {{"TWITCH_CDS__LOG__LEVEL", "warn"},
                           {"TWITCH_CDS__AUDIT__FSYNC", "always"}};
    sources.flags.emplace_back("audit.fsync", "interval");

    auto const outcome = load(sources);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& config = outcome.loaded->config;
    EXPECT_EQ(config.fsync, Fsync::Interval); // flag over environment over file
    EXPECT_EQ(outcome.setting("audit.fsync").origin, Origin::Flag);
    EXPECT_EQ(config.logLevel, "warn"); // environment over file
    EXPECT_EQ(outcome.setting("log.level").origin, Origin::Environment);
    EXPECT_EQ(config.maxCards, 2U); // file over default
    EXPECT_EQ(outcome.setting("max_cards").origin, Origin::File);
    EXPECT_FALSE(config.allowCritical); // file over the default of the mode
    EXPECT_TRUE(config.acceptUnknownStatus);
    EXPECT_EQ(outcome.setting("accept_unknown_status").origin, Origin::Mode);
    EXPECT_EQ(config.logFormat, "json");
    EXPECT_EQ(outcome.setting("log.format").origin, Origin::Default);
}

// Decision D6: repeats are held back in production alone.
TEST(Defaults, RememberRepeatsInProductionOnly)
{
    Sources sources;
    sources.stateDirectory = "/home/ana/.local/state/twitch-cds";
    sources.flags = {{"mode", "sandbox"}};
    auto const sandbox = load(sources);
    EXPECT_FALSE(sandbox.loaded->config.suppress);
    EXPECT_EQ(sandbox.loaded->config.stateFile, "/home/ana/.local/state/twitch-cds/state.db");
    sources.flags = {{"mode", "production"}, {"audit.key_file", "/etc/key"}};
    auto const production = load(sources);
    ASSERT_TRUE(production.loaded) << production.report;
    EXPECT_TRUE(production.loaded->config.suppress);
    EXPECT_EQ(production.loaded->config.stateFile, "/var/lib/twitch-cds/state.db");
    EXPECT_EQ(production.loaded->config.retentionDays, 400);
    EXPECT_EQ(production.loaded->config.encounterDays, 30);
}

TEST(Precedence, AFlagForTheModeChangesTheDefaultsThatHangOnIt)
{
    auto sources = withFile("mode: production\n"); // the flag says sandbox

    auto const outcome = load(sources);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_EQ(outcome.loaded->config.mode, Mode::Sandbox);
    EXPECT_THAT(outcome.loaded->config.corsOrigins, ElementsAre("*"));
}

TEST(Precedence, TheModeOfTheEnvironmentBeatsTheFile)
{
    auto sources = withFile("mode: production\n");
    sources.flags.clear();
    sources.environment = {{"TWITCH_CDS__MODE", "dev"}};

    auto const outcome = load(sources);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_EQ(outcome.loaded->config.mode, Mode::Dev);
}

TEST(Defaults, OfSandboxAreThoseOfTheModeTable)
{
    auto const outcome = load(sandbox());

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& config = outcome.loaded->config;
    EXPECT_EQ(config.address, "127.0.0.1");
    EXPECT_EQ(config.port, 8080);
    EXPECT_TRUE(config.allowCritical);
    EXPECT_TRUE(config.acceptUnknownStatus);
    EXPECT_THAT(config.corsOrigins, ElementsAre("*"));
    EXPECT_EQ(config.auditDirectory, "/home/ann/.local/state/twitch-cds/audit"); // decision D37
    EXPECT_EQ(config.auditKeyFile, ""); // made at the first start (decision D42)
    EXPECT_EQ(config.node, "ward-7");
    EXPECT_EQ(config.tenant, "default");
    EXPECT_EQ(config.maxCards, 3U);
    EXPECT_FALSE(config.atMostOne);
    EXPECT_EQ(config.fsync, Fsync::Interval);
    EXPECT_EQ(config.fsyncInterval.count(), 200); // decision D34
    EXPECT_EQ(config.onFailure, OnFailure::Refuse);
    EXPECT_EQ(config.checkpointRecords, 1000U);
    EXPECT_EQ(config.checkpointInterval.count(), 60);
    EXPECT_EQ(config.maxBodyBytes, 10485760U); // decision D47
    EXPECT_EQ(config.maxEntries, 5000U);
    EXPECT_EQ(config.headerDeadline.count(), 5000); // control CTL-12
    EXPECT_EQ(config.bodyDeadline.count(), 10000);
    EXPECT_EQ(config.idleDeadline.count(), 30000);
}

TEST(Defaults, OfProductionAreTheCautiousOnes) // CTL-18: no origin
{
    auto const outcome = load(production());

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& config = outcome.loaded->config;
    EXPECT_EQ(config.mode, Mode::Production);
    EXPECT_FALSE(config.allowCritical);
    EXPECT_FALSE(config.acceptUnknownStatus);
    EXPECT_THAT(config.corsOrigins, IsEmpty());
    EXPECT_EQ(config.auditDirectory, "/var/lib/twitch-cds/audit");
}

TEST(Defaults, ProductionIsTheModeOfWhoeverNamesNone)
{
    auto sources = sandbox();
    sources.flags = {{"audit.key_file", "/etc/key"}};

    EXPECT_EQ(load(sources).setting("mode").value, "production");
}

TEST(UnknownKey, InAFileNamesThePlaceAndTheNearestKey)
{
    auto const outcome = load(withFile("max_cards: 2\naudit:\n  directry: /x\n"));

    ASSERT_FALSE(outcome.loaded);
    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_EQ(outcome.problems[0].where, "site.yaml:3:3");
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("audit.directry"));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("audit.directory"));
}

TEST(UnknownKey, FarFromEveryOtherPointsToTheList)
{
    auto const outcome = load(withFile("zzzzzzzzzzzz: 1\n"));

    ASSERT_EQ(outcome.problems.size(), 1U);
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("config show"));
}

TEST(UnknownKey, InTheEnvironmentNamesTheVariable)
{
    auto sources = sandbox();
    sources.environment = {{"TWITCH_CDS__AUDIT__FSINC", "always"}};

    auto const outcome = load(sources);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].where, HasSubstr("TWITCH_CDS__AUDIT__FSINC"));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("audit.fsync"));
}

TEST(UnknownKey, OfASectionIsReportedEvenWhenTheSectionIsAValue)
{
    EXPECT_FALSE(load(withFile("audit: /var/log\n")).loaded);
    EXPECT_FALSE(load(withFile("listen: {address: 127.0.0.1}\n")).loaded);
}

TEST(BadValue, OfAFileIsReportedWhereItStands)
{
    auto const outcome = load(withFile("mode: sandbox\nmax_cards: 9\nzone: noon\n"));

    ASSERT_EQ(outcome.problems.size(), 2U) << outcome.report; // all of them, not the first one
    EXPECT_EQ(outcome.problems[0].where, "site.yaml:2:12");
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("max_cards"));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("1 to 3"));
    EXPECT_EQ(outcome.problems[1].where, "site.yaml:3:7");
}

TEST(BadValue, OfTheEnvironmentAndOfAFlagNamesThem)
{
    auto sources = sandbox();
    sources.environment = {{"TWITCH_CDS__THREADS", "many"}};
    sources.flags.emplace_back("listen", "8080");

    auto const outcome = load(sources);

    EXPECT_FALSE(outcome.loaded);
    EXPECT_THAT(outcome.report, HasSubstr("TWITCH_CDS__THREADS"));
    EXPECT_THAT(outcome.report, HasSubstr("--listen"));
}

TEST(BadValue, OfTheModeIsReportedOnceAndDoesNotBringOtherComplaints)
{
    auto sources = sandbox();
    sources.flags = {{"mode", "sandbx"}};

    auto const outcome = load(sources);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("sandbx"));
}

TEST(File, ThatIsNoYamlIsReportedWithItsPlace)
{
    auto const outcome = load(withFile("max_cards: [2\n"));

    ASSERT_FALSE(outcome.loaded);
    EXPECT_THAT(outcome.report, HasSubstr("site.yaml"));
}

TEST(File, ThatIsAListIsRefused) { EXPECT_FALSE(load(withFile("- max_cards\n")).loaded); }

TEST(File, WithTheSameKeyTwiceIsRefused)
{
    EXPECT_FALSE(load(withFile("max_cards: 2\nmax_cards: 3\n")).loaded);
}

TEST(Lists, AreWrittenAsYamlListOrAsOneValue)
{
    auto const list =
        load(withFile("cors: {origins: [https://a.example, https://b.example:8443]}\n"));
    auto const one = load(withFile("cors: {origins: https://a.example}\n"));

    ASSERT_TRUE(list.loaded) << list.report;
    EXPECT_THAT(list.loaded->config.corsOrigins,
                ElementsAre("https://a.example", "https://b.example:8443"));
    ASSERT_TRUE(one.loaded) << one.report;
    EXPECT_THAT(one.loaded->config.corsOrigins, ElementsAre("https://a.example"));
}

TEST(Lists, InTheEnvironmentAreSeparatedByBlanks)
{
    auto sources = sandbox();
    sources.environment = {{"TWITCH_CDS__CORS__ORIGINS", "https://a.example https://b.example"}};

    auto const outcome = load(sources);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_THAT(outcome.loaded->config.corsOrigins,
                ElementsAre("https://a.example", "https://b.example"));
}

TEST(Lists, ThatAreEmptySwitchOffTheDefaultOfTheMode)
{
    auto const outcome = load(withFile("cors: {origins: []}\n"));

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_THAT(outcome.loaded->config.corsOrigins, IsEmpty());
}

TEST(Lists, AreRefusedForKeysThatTakeOneValue)
{
    auto const outcome = load(withFile("max_cards: [2, 3]\n"));

    ASSERT_FALSE(outcome.loaded);
    EXPECT_THAT(outcome.report, HasSubstr("site.yaml:1:12"));
}

TEST(Settings, ListEveryKeyInOrderWithItsDocumentation)
{
    auto const outcome = load(sandbox());

    ASSERT_TRUE(outcome.loaded);
    auto const& settings = outcome.loaded->settings;
    ASSERT_EQ(settings.size(), keys().size());
    for (std::size_t i = 0; i < settings.size(); ++i) {
        EXPECT_EQ(settings[i].key, keys()[i].name);
        EXPECT_FALSE(settings[i].about.empty()) << settings[i].key;
    }
}

TEST(Environment, IsReadFromTheProcessByPrefix)
{
    setenv("TWITCH_CDS__NODE", "n=1", 1); // NOLINT: no threads here
    setenv("TWITCH_CDSX", "no", 1);       // NOLINT
    auto const found = environment();
    unsetenv("TWITCH_CDS__NODE"); // NOLINT
    unsetenv("TWITCH_CDSX");      // NOLINT

    EXPECT_THAT(found, testing::Contains(testing::Pair("TWITCH_CDS__NODE", "n=1")));
    for (auto const& [name, value] : found) EXPECT_TRUE(name.starts_with("TWITCH_CDS__")) << name;
}

} // namespace

} // namespace tcds::config::test
