#include "rules/store/pack_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tcds::rules::test {
namespace {

namespace fs = std::filesystem;

std::string const kDigest(64, 'a');

class Store : public testing::Test
{
protected:
    [[nodiscard]] std::string path(std::string const& name) const { return folder_ + "/" + name; }
    [[nodiscard]] static std::string textOf(std::string const& path)
    {
        std::ostringstream text;
        text << std::ifstream{path}.rdbuf();
        return text.str();
    }
    [[nodiscard]] std::vector<std::string> names(std::string const& folder) const
    {
        std::vector<std::string> found;
        for (auto const& entry : fs::directory_iterator{path(folder)})
            found.push_back(entry.path().filename().string());
        std::ranges::sort(found);
        return found;
    }

    tcds::test::TemporaryFolder own_;
    std::string folder_ = own_.path();
};

TEST_F(Store, KeepsAContentUnderItsDigestWithItsSignature)
{
    auto const store = PackStore::open(path("a/packs"));
    ASSERT_TRUE(store) << toText(store.error());

    auto const kept = store->keep(
        kDigest, [] { return std::string{"bundle"}; }, "sig");

    ASSERT_TRUE(kept) << toText(kept.error());
    EXPECT_EQ(*kept, path("a/packs/" + kDigest + ".json"));
    EXPECT_EQ(names("a/packs"),
              (std::vector<std::string>{kDigest + ".json", kDigest + ".json.sig"}));
    EXPECT_EQ(textOf(*kept + ".sig"), "sig");
    auto const found = store->find(kDigest);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ(**found, "bundle");
}

TEST_F(Store, NeverChangesWhatItHas)
{
    auto const store = PackStore::open(path("packs"));
    ASSERT_TRUE(store->keep(
        kDigest, [] { return std::string{"first"}; }, ""));
    bool asked = false;

    auto const again = store->keep(
        kDigest, [&] { return (asked = true, std::string{"second"}); }, "sig");

    EXPECT_TRUE(again);
    EXPECT_FALSE(asked);
    EXPECT_EQ(textOf(path("packs/" + kDigest + ".json")), "first");
    EXPECT_FALSE(fs::exists(path("packs/" + kDigest + ".json.sig"))); // of other bytes
}

TEST_F(Store, FindsNothingThatItDoesNotHave)
{
    auto const store = PackStore::open(path("packs"));
    std::ofstream{path("secret.json")} << "{}";

    for (auto const& digest : {std::string(64, 'b'), std::string{"../secret"}, std::string{}}) {
        auto const found = store->find(digest);
        ASSERT_TRUE(found) << digest;
        EXPECT_FALSE(*found) << digest;
    }
}

TEST_F(Store, KeepsNothingUnderANameThatIsNoDigest)
{
    auto const store = PackStore::open(path("packs"));
    for (auto const& digest : {std::string{"../x"}, std::string(63, 'a'), std::string(64, 'A')})
        EXPECT_FALSE(store->keep(
            digest, [] { return std::string{"x"}; }, ""))
            << digest;
    EXPECT_TRUE(names("packs").empty());
}

TEST_F(Store, SaysWhatToDoWhenItCannotBeWritten)
{
    std::ofstream{path("file")} << "in the way";

    auto const store = PackStore::open(path("file/packs"));

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Error::Kind::Config);
    EXPECT_THAT(store.error().where, testing::StartsWith("content.store "));
    EXPECT_FALSE(store.error().fix.empty());
}

TEST_F(Store, LeavesNoPieceOfAFileThatCouldNotBeNamed)
{
    auto const store = PackStore::open(path("packs"));
    fs::create_directory(path("packs/" + kDigest + ".json")); // no file can take this place

    auto const kept = store->keep(
        kDigest, [] { return std::string{"x"}; }, "");

    EXPECT_FALSE(kept);
    EXPECT_EQ(names("packs"), (std::vector<std::string>{kDigest + ".json"}));
}

} // namespace
} // namespace tcds::rules::test
