#include "server/app/app.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

namespace tcds::app::test {

namespace {

config::Config configuration()
{
    config::Config config;
    config.maxEntries = 5000;
    return config;
}

TEST(SettingsOf, TakesEverySettingThatCanChangeAnAnswer)
{
    auto config = configuration();
    config.maxCards = 2;
    config.allowCritical = true;
    config.atMostOne = true;
    config.acceptUnknownStatus = true;
    config.zoneMinutes = -210;
    config.maxEntries = 77;
    config.publicUrl = "https://cds.example.org";

    auto const settings = settingsOf(config);

    EXPECT_EQ(settings.policy.maxCards, 2U);
    EXPECT_TRUE(settings.policy.allowCritical);
    EXPECT_TRUE(settings.policy.atMostOne);
    EXPECT_TRUE(settings.acceptUnknownStatus);
    EXPECT_EQ(settings.zoneMinutes, -210);
    EXPECT_EQ(settings.maxEntries, 77U);
    EXPECT_EQ(settings.publicUrl, "https://cds.example.org");
}

TEST(DigestOf, ChangesWithEveryOneOfThem)
{
    std::vector<std::function<void(config::Config&)>> const changes{
        [](auto&) {},
        [](auto& c) { c.maxCards = 2; },
        [](auto& c) { c.allowCritical = true; },
        [](auto& c) { c.atMostOne = true; },
        [](auto& c) { c.acceptUnknownStatus = true; },
        [](auto& c) { c.zoneMinutes = 60; },
        [](auto& c) { c.maxEntries = 10; },
        [](auto& c) { c.publicUrl = "https://cds.example.org"; }};
    std::set<std::string> digests;
    for (auto const& change : changes) {
        auto config = configuration();
        change(config);
        digests.insert(digestOf(settingsOf(config)));
    }

    EXPECT_EQ(digests.size(), changes.size());
}

TEST(DigestOf, LeavesOutWhatChangesNoAnswer)
{
    auto other = configuration();
    other.port = 9999;
    other.threads = 7;
    other.node = "x";
    other.logLevel = "debug";

    EXPECT_EQ(digestOf(settingsOf(other)), digestOf(settingsOf(configuration())));
}

} // namespace

} // namespace tcds::app::test
