#include "server/replay/settings_store.hpp"

#include "server/app/settings_text.hpp"
#include "server/audit/digest.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <gmock/gmock.h>

namespace tcds::replay {
namespace {

using audit::test::TemporaryDirectory;
using testing::HasSubstr;

app::DecideSettings settings()
{
    app::DecideSettings settings;
    settings.policy.maxCards = 2;
    settings.policy.allowCritical = true;
    settings.policy.atMostOne = true;
    settings.acceptUnknownStatus = true;
    settings.zoneMinutes = -300;
    settings.maxEntries = 10;
    settings.publicUrl = "https://cds.example.org/\"a\"";
    return settings;
}

TEST(SettingsStore, GivesBackWhatWasKept)
{
    TemporaryDirectory const folder;
    auto const text = app::settingsText(settings(), {{"meds", "medications"}});
    auto const digest = audit::sha256(text);

    ASSERT_TRUE(keepSettings(folder.path("packs"), {{digest, text}}));
    ASSERT_TRUE(keepSettings(folder.path("packs"), {{digest, text}})); // once is enough

    auto const found = findSettings(folder.path("packs"), digest);
    ASSERT_TRUE(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->policy.maxCards, 2U);
    EXPECT_TRUE((*found)->policy.allowCritical);
    EXPECT_TRUE((*found)->policy.atMostOne);
    EXPECT_TRUE((*found)->acceptUnknownStatus);
    EXPECT_EQ((*found)->zoneMinutes, -300);
    EXPECT_EQ((*found)->maxEntries, 10U);
    EXPECT_EQ((*found)->publicUrl, "https://cds.example.org/\"a\"");
    // Whoever has the file can check it: sha256sum gives its name.
    EXPECT_EQ(audit::test::readFile(settingsFile(folder.path("packs"), digest)), text);
}

TEST(SettingsStore, HasNothingForAnotherDigest)
{
    TemporaryDirectory const folder;
    for (auto const& digest : {std::string(64, 'a'), std::string{"../../etc/passwd"}}) {
        auto const found = findSettings(folder.path(), digest);
        ASSERT_TRUE(found);
        EXPECT_FALSE(*found);
    }
}

TEST(SettingsStore, RefusesAFileThatWasChanged)
{
    TemporaryDirectory const folder;
    auto const text = app::settingsText(settings());
    auto const digest = audit::sha256(text);
    ASSERT_TRUE(keepSettings(folder.path(), {{digest, text}}));
    audit::test::writeFile(settingsFile(folder.path(), digest), app::settingsText({}));

    auto const found = findSettings(folder.path(), digest);

    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().what, HasSubstr("is not what its name says"));
}

TEST(SettingsStore, SaysWhatItCannotRead)
{
    TemporaryDirectory const folder;
    for (auto const& [text, what] :
         {std::pair{R"({"v":2})", "/v: is a form of settings that this program does not know"},
          std::pair{R"({"v":1,"max_cards":0})", "/max_cards: is no whole number from 1 to 100"},
          std::pair{"[]", "/: is no object"}, std::pair{"{", "byte"}}) {
        auto const digest = audit::sha256(text);
        ASSERT_TRUE(keepSettings(folder.path(), {{digest, text}}));

        auto const found = findSettings(folder.path(), digest);

        ASSERT_FALSE(found) << text;
        EXPECT_THAT(found.error().what, HasSubstr(what));
    }
}

TEST(SettingsStore, SaysWhereItCannotWrite)
{
    TemporaryDirectory const folder;
    audit::test::writeFile(folder.path("packs"), "a file, not a folder");

    auto const kept = keepSettings(folder.path("packs"), {{std::string(64, 'a'), "{}"}});

    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().where, HasSubstr("content.store"));
}

} // namespace
} // namespace tcds::replay
