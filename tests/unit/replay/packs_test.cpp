#include "server/replay/packs.hpp"

#include "rules/load/bundle_file.hpp"
#include "rules/store/pack_store.hpp"
#include "server/audit/digest.hpp"
#include "tests/unit/replay/stage.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace tcds::replay::test {
namespace {

using testing::HasSubstr;

class PacksTest : public testing::Test
{
protected:
    /// Keeps a content as the service does; its digest.
    std::string keep(rules::Content const& content)
    {
        auto const store = rules::PackStore::open(folder.path("packs"));
        auto const bytes = [&] { return rules::writeBundleFile(content, {}, audit::sha256); };
        EXPECT_TRUE(store->keep(content.digest, bytes, {}));
        return content.digest;
    }

    TemporaryDirectory folder;
    Packs packs{folder.path("packs"), [] { return shippedContent(); }};
};

TEST_F(PacksTest, HasTheContentThatIsBuiltInWithoutAnyStore)
{
    auto const digest = shippedRules()->digest;

    auto const found = packs.find(digest, "");

    ASSERT_TRUE(found);
    ASSERT_NE(*found, nullptr);
    EXPECT_EQ((*found)->digest, digest);
    EXPECT_EQ(*packs.find(digest, ""), *found); // compiled once
}

TEST_F(PacksTest, HasEveryContentOfTheStore)
{
    namespace fs = std::filesystem;
    fs::copy(TCDS_RULES_DIR, folder.path("rules"), fs::copy_options::recursive);
    fs::remove_all(folder.path("rules/tests"));
    auto const rule = folder.path("rules/packs/core/EL-K-LOW.yaml");
    audit::test::writeFile(rule, exchanged(audit::test::readFile(rule), "1.0.0", "1.9.9"));
    Problems problems;
    auto const content = rules::loadFolder(folder.path("rules"), audit::sha256, problems);
    ASSERT_TRUE(content);
    auto const digest = keep(*content);
    ASSERT_NE(digest, shippedRules()->digest);

    auto const found = packs.find(digest, "");

    ASSERT_TRUE(found);
    ASSERT_NE(*found, nullptr);
    EXPECT_EQ((*found)->find("EL-K-LOW")->version, "1.9.9");
}

TEST_F(PacksTest, HasNothingForAnotherDigest)
{
    for (auto const& digest : {std::string(64, 'a'), std::string{"../passwd"}, std::string{}}) {
        auto const found = packs.find(digest, "");
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, nullptr);
    }
}

TEST_F(PacksTest, RefusesAFileThatWasChanged)
{
    std::filesystem::create_directories(folder.path("packs"));
    auto const digest = std::string(64, 'c');
    audit::test::writeFile(folder.path("packs/" + digest + ".json"), "{\"format\": \"2\"}");

    auto const found = packs.find(digest, "");

    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().where, HasSubstr(digest));
}

/// A rule outside its period only counts, and which ones are hangs on the day of loading.
TEST_F(PacksTest, CompilesForTheDayOfLoading)
{
    auto const& rule = shippedRules()->rules.front();
    auto const digest = shippedRules()->digest;
    ASSERT_FALSE(rule.meta.effectiveFrom.empty());

    auto const before = packs.find(digest, "1999-12-31");
    auto const onTheDay = packs.find(digest, rule.meta.effectiveFrom);
    auto const later = packs.find(digest, "2998-12-31");

    EXPECT_TRUE((*before)->rules.front().outsidePeriod);
    EXPECT_FALSE((*onTheDay)->rules.front().outsidePeriod);
    EXPECT_FALSE((*packs.find(digest, ""))->rules.front().outsidePeriod);
    // Between two turns the rules are the same, and are compiled once.
    EXPECT_EQ(*packs.find(digest, "1999-12-30"), *before);
    EXPECT_EQ(*packs.find(digest, "2998-12-30"), *later);
}

TEST_F(PacksTest, FindsAContentByItsVersion)
{
    auto const version = shippedRules()->version;

    auto const found = packs.withVersion(version);

    ASSERT_TRUE(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ(**found, shippedRules()->digest);
    EXPECT_FALSE(*packs.withVersion("1815.6"));
}

TEST_F(PacksTest, AsksWhichOfTwoContentsOfOneVersionIsMeant)
{
    auto content = shippedContent();
    content.digest = audit::sha256("another");
    (void)keep(content);

    auto const found = packs.withVersion(shippedRules()->version);

    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().fix, HasSubstr(content.digest));
}

} // namespace
} // namespace tcds::replay::test
