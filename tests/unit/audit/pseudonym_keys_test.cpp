#include "server/audit/pseudonyms.hpp"

#include "tests/unit/audit/log_stage.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace tcds::audit {
namespace {

using test::instant;
using test::TemporaryDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kBase = "https://ehr.example.org/fhir";
constexpr auto kFirst = "0123456789abcdef0123456789abcdef"; // of k26q1 in other tests
constexpr auto kSecond = "fedcba9876543210fedcba9876543210";

/// A folder of keys; the clock stands in the first quarter of 2026.
class KeyFolder : public testing::Test
{
protected:
    void put(std::string const& name, std::string const& key, mode_t mode = 0600) const
    {
        auto const path = folder_.path(name);
        test::writeFile(path, key);
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }
    void destroy(std::string const& name) const { std::filesystem::remove(folder_.path(name)); }
    [[nodiscard]] Result<Pseudonyms> open(std::string const& now = "2026-02-01T00:00:00Z") const
    {
        return Pseudonyms::open(folder_.path(), "mercy-west", instant(now));
    }
    [[nodiscard]] std::string inForceAt(std::string const& now) const
    {
        auto const pseudonyms = open(now);
        return pseudonyms ? pseudonyms->keys().inForce : toText(pseudonyms.error());
    }

    TemporaryDirectory folder_;
};

TEST_F(KeyFolder, HasTheKeyOfTheQuarterInForceElseTheNewest)
{
    put("k25q3.key", kFirst);
    put("k26q2.key", kSecond);
    put("kold.key", std::string(32, 'o'));

    EXPECT_EQ(inForceAt("2025-09-30T23:59:59Z"), "k25q3");
    EXPECT_EQ(inForceAt("2026-02-01T00:00:00Z"), "k25q3") << "k26q2 has not begun";
    EXPECT_EQ(inForceAt("2026-04-01T00:00:00Z"), "k26q2");
    EXPECT_EQ(inForceAt("2031-01-01T00:00:00Z"), "k26q2");
    EXPECT_EQ(inForceAt("2025-01-01T00:00:00Z"), "kold") << "of no period: older than all";
    EXPECT_THAT(open("2026-04-01T00:00:00Z")->keys().others, ElementsAre("k25q3", "kold"));
}

TEST_F(KeyFolder, NamesAnIdentifierByEveryKeyThatIsThere)
{
    put("k26q1.key", kFirst);
    put("k26q2.key", kSecond);
    auto const pseudonyms = open();

    // openssl dgst -sha256 -mac HMAC over "mercy-west|https://ehr.example.org/fhir|Patient/p1"
    EXPECT_THAT(pseudonyms->inEveryPeriod(kBase, "Patient/p1"),
                ElementsAre("k26q2:-sf5LZZ0z6yJvbuBwGNyBQ", "k26q1:KwNrETh5XwElSA0VCTdxEA"));
    EXPECT_EQ(pseudonyms->on(kBase).of("Patient/p1"), "k26q1:KwNrETh5XwElSA0VCTdxEA");
}

TEST_F(KeyFolder, FindsNothingMoreByAKeyThatWasDestroyed)
{
    put("k26q1.key", kFirst);
    put("k26q2.key", kSecond);
    destroy("k26q1.key");

    auto const pseudonyms = Pseudonyms::fromFile(folder_.path(), "mercy-west");

    ASSERT_TRUE(pseudonyms) << toText(pseudonyms.error());
    EXPECT_THAT(pseudonyms->inEveryPeriod(kBase, "Patient/p1"), ElementsAre(StartsWith("k26q2:")));
}

TEST_F(KeyFolder, IsReadForSearchesWhateverTheClockSays)
{
    put("k30q1.key", kFirst);

    EXPECT_TRUE(Pseudonyms::fromFile(folder_.path(), "mercy-west"));
    EXPECT_FALSE(open());
}

TEST_F(KeyFolder, TakesANewKeyUpWhenItsPeriodBegins)
{
    put("k26q1.key", kFirst);
    put("k26q2.key", kSecond);
    auto pseudonyms = open();
    EXPECT_FALSE(pseudonyms->due(instant("2026-03-31T23:59:59.999Z")));
    auto const now = instant("2026-04-01T00:00:00Z");
    ASSERT_TRUE(pseudonyms->due(now));
    auto under = pseudonyms->on(kBase); // of a call that is under way

    auto keys = pseudonyms->readAgain(now);
    ASSERT_TRUE(keys) << toText(keys.error());
    pseudonyms->use(std::move(*keys), now);

    EXPECT_EQ(pseudonyms->keys(), (KeyIds{"k26q2", {"k26q1"}}));
    EXPECT_THAT(pseudonyms->on(kBase).of("Patient/p1"), StartsWith("k26q2:"));
    EXPECT_EQ(under.of("Patient/p1"), "k26q1:KwNrETh5XwElSA0VCTdxEA") << "it keeps its key";
    EXPECT_FALSE(pseudonyms->due(now));
    EXPECT_TRUE(pseudonyms->due(instant("2026-07-01T00:00:00Z")));
}

TEST_F(KeyFolder, KnowsTheKeysThatWereInForceSince)
{
    put("k25q1.key", std::string(32, 'a'));
    put("k25q4.key", std::string(32, 'b'));
    put("k26q1.key", kFirst);
    put("k26q2.key", kSecond);
    auto const pseudonyms = open("2026-05-01T00:00:00Z");
    auto const idsSince = [&](std::string const& since) {
        std::vector<std::string> ids;
        for (auto& each : pseudonyms->earlierOn(kBase, instant(since)))
            ids.push_back(each.of("Patient/p1").substr(0, 5));
        return ids;
    };

    EXPECT_THAT(idsSince("2026-04-02T00:00:00Z"), IsEmpty());
    EXPECT_THAT(idsSince("2026-03-31T00:00:00Z"), ElementsAre("k26q1"));
    // k25q1 was in force until k25q4 began.
    EXPECT_THAT(idsSince("2025-09-30T00:00:00Z"), ElementsAre("k26q1", "k25q4", "k25q1"));
}

TEST_F(KeyFolder, MakesTheKeyOfEachPeriodWhereItMay)
{
    auto const path = folder_.path("keys");
    auto pseudonyms = Pseudonyms::open(path, "t", instant("2026-02-01T00:00:00Z"),
                                       Pseudonyms::Making::EachPeriod);
    ASSERT_TRUE(pseudonyms) << toText(pseudonyms.error());
    EXPECT_EQ(pseudonyms->keys(), (KeyIds{"k26q1", {}}));

    auto const later = instant("2026-12-01T00:00:00Z");
    auto keys = pseudonyms->readAgain(later);

    ASSERT_TRUE(keys) << toText(keys.error());
    EXPECT_EQ(keys->ids(), (KeyIds{"k26q4", {"k26q1"}}));
    struct stat status {
    };
    ASSERT_EQ(::stat((path + "/k26q4.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(status.st_size, 32);
}

TEST_F(KeyFolder, RefusesAnotherKeyUnderTheSameId)
{
    put("k26q1.key", kFirst);
    auto const pseudonyms = open();
    put("k26q1.key", kSecond);

    auto const keys = pseudonyms->readAgain(instant("2026-02-02T00:00:00Z"));

    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().what, HasSubstr("another key under the id k26q1"));
    EXPECT_EQ(pseudonyms->on(kBase).of("Patient/p1"), "k26q1:KwNrETh5XwElSA0VCTdxEA");
}

struct BadFolder {
    char const* name;
    std::vector<std::pair<char const*, char const*>> files;
    mode_t mode;
    char const* message;
    char const* fix;
};

TEST_F(KeyFolder, IsRefusedWhenAFileOfItIsUnfit) // CTL-14
{
    for (auto const& bad : {
             BadFolder{"empty", {}, 0600, "holds no key", "/k26q1.key)"},
             BadFolder{
                 "later ones", {{"k26q2.key", kFirst}}, 0600, "later periods only", "k26q1.key"},
             BadFolder{
                 "open to others", {{"k26q1.key", kFirst}}, 0640, "read by others", "chmod 600"},
             BadFolder{"short", {{"k26q1.key", "x"}}, 0600, "1 bytes, fewer than 32", "head -c 32"},
             BadFolder{"twice",
                       {{"k25q4.key", kFirst}, {"k26q1.key", kFirst}},
                       0600,
                       "is the key k25q4 once more",
                       "in one file"},
         }) {
        SCOPED_TRACE(bad.name);
        TemporaryDirectory const folder;
        for (auto const& [name, key] : bad.files) {
            test::writeFile(folder.path(name), key);
            ::chmod(folder.path(name).c_str(), bad.mode);
        }

        auto const read = Pseudonyms::open(folder.path(), "t", instant("2026-02-01T00:00:00Z"));

        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, Error::Kind::Config);
        EXPECT_THAT(read.error().what, HasSubstr(bad.message));
        EXPECT_THAT(read.error().fix, HasSubstr(bad.fix));
    }
}

TEST_F(KeyFolder, LooksAtKeyFilesAlone)
{
    put("k26q1.key", kFirst);
    put("README", "short", 0644);
    put(".k26q2.key", "short", 0644);
    std::filesystem::create_directory(folder_.path("lost+found"));

    EXPECT_EQ(inForceAt("2026-02-01T00:00:00Z"), "k26q1");
}

TEST_F(KeyFolder, TellsKeysOfOtherTenantsByTheirMarks) // CTL-15
{
    put("k26q1.key", kFirst);
    put("k26q2.key", kSecond);
    TemporaryDirectory const other;
    test::writeFile(other.path("k1.key"), kSecond);
    ::chmod(other.path("k1.key").c_str(), 0600);

    auto const theirs = Pseudonyms::fromFile(other.path("k1.key"), "north")->marks();

    EXPECT_THAT(open()->marks(), testing::Contains(theirs.at(0)));
}

} // namespace
} // namespace tcds::audit
