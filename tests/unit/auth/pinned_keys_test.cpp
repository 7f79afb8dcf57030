#include "server/auth/pinned_keys.hpp"

#include "stage.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tcds::auth {
namespace {

using namespace test;

/// A file that goes when the test ends.
class ScratchFile
{
public:
    explicit ScratchFile(std::string const& text)
        : path_{std::filesystem::path{testing::TempDir()} /
                (std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} +
                 ".json")}
    {
        std::ofstream{path_, std::ios::binary} << text;
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    ScratchFile(ScratchFile const&) = delete;
    ScratchFile& operator=(ScratchFile const&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace

TEST(PinnedKeys, AreReadFromAFile)
{
    ScratchFile const file{keySetText()};
    auto entry = goodEntry();
    entry.jwks = readKeySetFile(file.path()).value();

    auto keys = PinnedKeys::make({entry}).value();

    EXPECT_EQ(keys.find(entry, "", "k384").value()->kid(), "k384");
}

TEST(PinnedKeys, FileIsRefusedWhenMissingEmptyOrAbove64KiB)
{
    ScratchFile const empty{""};
    EXPECT_EQ(readKeySetFile("/nowhere/keys.json").error().where, "/nowhere/keys.json");
    EXPECT_EQ(readKeySetFile("/nowhere/keys.json").error().kind, Error::Kind::Config);
    EXPECT_EQ(readKeySetFile(testing::TempDir()).error().kind, Error::Kind::Config);
    EXPECT_EQ(readKeySetFile(empty.path()).error().kind, Error::Kind::Config);
}

TEST(PinnedKeys, FileMayHold64KiBExactly)
{
    ScratchFile const full{std::string(65'536, ' ')};
    EXPECT_EQ(readKeySetFile(full.path()).value().size(), 65'536U);
    std::ofstream{full.path(), std::ios::app} << ' ';
    EXPECT_EQ(readKeySetFile(full.path()).error().kind, Error::Kind::TooLarge);
}

// JWT-08: a key counts for the client whose set it is in, whatever its kid.
TEST(PinnedKeys, OfOneClientDoNotCountForAnother)
{
    auto first = goodEntry();
    auto second = goodEntry();
    first.jwks = R"({"keys":[)" + p384().jwk() + "]}";
    second.client = "other";
    second.jwks = R"({"keys":[)" + rsa().jwk() + "]}";
    auto keys = PinnedKeys::make({first, second}).value();

    EXPECT_TRUE(keys.find(first, "", "k384"));
    EXPECT_EQ(keys.find(second, "", "k384").error().kind, Error::Kind::NotFound);
    EXPECT_EQ(keys.find(first, "", "r2048").error().kind, Error::Kind::NotFound);
}

TEST(PinnedKeys, SayWhenAClientHasNone)
{
    auto entry = goodEntry();
    entry.jwks.clear();
    auto keys = PinnedKeys::make({entry}).value();

    EXPECT_EQ(keys.find(entry, "", "k384").error().kind, Error::Kind::Unavailable);
}

TEST(PinnedKeys, ReportBadSetsAndKeysLeftOutWithTheirFile)
{
    auto entry = goodEntry();
    entry.jwks = "{}";
    EXPECT_EQ(PinnedKeys::make({entry}).error().where, "mercy.json");

    entry.jwks = R"({"keys":[{"kty":"OKP"},)" + p384().jwk() + "]}";
    std::vector<KeySetNews> told;
    PinnedKeys::make({entry}).value().tellOf([&](auto const& news) { told.push_back(news); });
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].client, "mercy");
    EXPECT_EQ(told[0].keys, 1U);
    EXPECT_EQ(told[0].leftOut, (std::vector<std::string>{
                                   "mercy.json /keys/0: left out: kty is neither EC nor RSA"}));
}

} // namespace tcds::auth
