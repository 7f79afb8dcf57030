#include "server/config/explain.hpp"

#include "server/config/client_keys.hpp"
#include "server/config/keys.hpp"
#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::config::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string const kFile = "allow_critical: false\n"
                          "clients:\n"
                          "  - {name: a, auth: none, max_cards: 1}\n"
                          "  - {name: b, issuers: https://b.example, jku: https://b.example/k}\n";

Result<std::string> explained(std::string_view key, Sources const& sources)
{
    Problems problems;
    auto const loaded = loadForReading(sources, problems);
    return explainKey(key, sources, *loaded);
}

TEST(Explain, SaysWhatAKeyDoesWhatMayStandThereAndItsDefaultInEachMode)
{
    EXPECT_EQ(*explained("allow_critical", withFile(kFile)),
              "allow_critical\n"
              "  does        show the indicator critical; else it is capped at warning\n"
              "  may be      true or false\n"
              "  default     false in production, true in sandbox and dev\n"
              "  in force    false, from file, site.yaml:1:17\n"
              "  also set by TWITCH_CDS__ALLOW_CRITICAL\n");
}

TEST(Explain, SaysWhereTheValueInForceComesFrom)
{
    auto sources = withFile(kFile);
    sources.environment = {{"TWITCH_CDS__AUDIT__FSYNC", "never"}};

    EXPECT_THAT(*explained("audit.fsync", sources),
                HasSubstr("in force    never, from environment TWITCH_CDS__AUDIT__FSYNC"));
    EXPECT_THAT(*explained("mode", sources), HasSubstr("in force    sandbox, from flag --mode"));
    EXPECT_THAT(*explained("cors.origins", sources), HasSubstr("*, the default of the mode"));
    EXPECT_THAT(*explained("log.level", sources), HasSubstr("info, the default\n"));
    EXPECT_THAT(*explained("public_url", sources), HasSubstr("none, the default\n"));
    EXPECT_THAT(*explained("node", sources), HasSubstr("ward-7, in every mode"));
    EXPECT_THAT(*explained("audit.directory", sources),
                HasSubstr("/var/lib/twitch-cds/audit in production, "
                          "/home/ann/.local/state/twitch-cds/audit in sandbox and dev"));
}

TEST(Explain, OfAClientKeyShowsEveryEntry)
{
    auto const text = *explained("clients.max_cards", withFile(kFile));

    EXPECT_THAT(text, AllOf(HasSubstr("default     the value of max_cards"),
                            HasSubstr("in force    a: 1, from file, site.yaml:3:38"),
                            HasSubstr("in force    b: 3, from setting max_cards")));
    EXPECT_EQ(*explained("clients[].max_cards", withFile(kFile)), text);
    EXPECT_THAT(*explained("clients.jku", sandbox()), HasSubstr("there are no entries"));
}

TEST(Explain, OfASectionAndOfClientsListsTheKeys)
{
    auto const audit = *explained("audit", sandbox());
    EXPECT_THAT(audit, AllOf(HasSubstr("audit.fsync "), HasSubstr("audit.key_file ")));
    EXPECT_THAT(audit, testing::Not(HasSubstr("log.level")));

    auto const clients = *explained("clients", withFile(kFile));
    EXPECT_THAT(clients, HasSubstr("in force    a, b"));
    for (auto const& key : clientKeys())
        EXPECT_THAT(clients, HasSubstr("\n  " + std::string{key.name} + " "));
}

TEST(Explain, KnowsEveryKey)
{
    for (auto const& key : keys()) EXPECT_TRUE(explained(key.name, sandbox())) << key.name;
    for (auto const& key : clientKeys())
        EXPECT_TRUE(explained("clients." + std::string{key.name}, sandbox())) << key.name;
}

TEST(Explain, OfAnUnknownKeyNamesTheNearest)
{
    struct Typed {
        std::string_view key, near;
    };
    for (auto const& [key, near] :
         {Typed{"audit.fsnc", "\"audit.fsync\""}, Typed{"clients.isuers", "\"clients.issuers\""},
          Typed{"jwks_file", "\"clients.jwks_file\""}, Typed{"zzzzzzzz", "config show"}}) {
        auto const result = explained(key, sandbox());

        ASSERT_FALSE(result) << key;
        EXPECT_EQ(result.error().kind, Error::Kind::NotFound);
        EXPECT_THAT(result.error().fix, HasSubstr(near)) << key;
    }
}

} // namespace

} // namespace tcds::config::test
