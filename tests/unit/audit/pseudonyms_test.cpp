#include "server/audit/pseudonyms.hpp"

#include "tests/unit/audit/log_stage.hpp"

#include <sys/stat.h>

#include <thread>

namespace tcds::audit {
namespace {

using test::TemporaryDirectory;

constexpr auto kBase = "https://ehr.example.org/fhir";

std::string keyFile(TemporaryDirectory const& folder, std::string const& name,
                    std::string const& key = "0123456789abcdef0123456789abcdef", mode_t mode = 0600)
{
    auto const path = folder.path(name);
    test::writeFile(path, key);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

// Expected values: openssl dgst -sha256 -mac HMAC, first 16 bytes, base64url.
TEST(Pseudonym, IsTheKeyedDigestOfTenantServerAndIdentifier)
{
    TemporaryDirectory const folder;
    auto const pseudonyms = Pseudonyms::fromFile(keyFile(folder, "k26q1.key"), "mercy-west");

    ASSERT_TRUE(pseudonyms) << toText(pseudonyms.error());
    EXPECT_EQ(pseudonyms->on(kBase).of("Patient/p1"), "k26q1:KwNrETh5XwElSA0VCTdxEA");
    EXPECT_EQ(pseudonyms->on(kBase).of("Observation/o7/2"), "k26q1:I6MtH20aze6Scg1e6em8NQ");
    EXPECT_EQ(pseudonyms->on(kBase).of("Patient/p1"), "k26q1:KwNrETh5XwElSA0VCTdxEA") << "again";
    EXPECT_EQ(pseudonyms->on(kBase).ofParts("a|b"), "k26q1:LcGEPmFtz7RCuJxwpj9ttw");
}

TEST(Pseudonym, OfAFactIsThatOfItsResourceWithTheVersionWhenOneIsKnown)
{
    TemporaryDirectory const folder;
    auto const pseudonyms = Pseudonyms::fromFile(keyFile(folder, "k26q1.key"), "mercy-west");
    auto server = pseudonyms->on(kBase);

    EXPECT_EQ(server.of(FactId{7}, {"Observation/o7", "2", {}, ""}),
              "k26q1:I6MtH20aze6Scg1e6em8NQ");
    EXPECT_EQ(server.of(FactId{0}, {"Patient/p1", "", {}, ""}), "k26q1:KwNrETh5XwElSA0VCTdxEA");
    EXPECT_EQ(server.of(FactId{7}, {"Observation/o7", "2", {}, ""}), "k26q1:I6MtH20aze6Scg1e6em8NQ")
        << "again";
}

TEST(Pseudonym, IsTheSameWhileAnotherCallMakesItsOwn)
{
    TemporaryDirectory const folder;
    auto const pseudonyms = Pseudonyms::fromFile(keyFile(folder, "k26q1.key"), "mercy-west");
    auto one = pseudonyms->on(kBase);
    auto other = pseudonyms->on("https://other.example.org/fhir");

    EXPECT_NE(other.of("Patient/p1"), one.of("Patient/p1"));
    EXPECT_EQ(one.of("Observation/o7/2"), "k26q1:I6MtH20aze6Scg1e6em8NQ");
}

TEST(Pseudonym, DiffersBetweenTenants) // CTL-15
{
    TemporaryDirectory const folder;
    auto const path = keyFile(folder, "k1.key");
    auto const west = Pseudonyms::fromFile(path, "west");
    auto const east = Pseudonyms::fromFile(path, "east");

    EXPECT_NE(west->on(kBase).of("Patient/p1"), east->on(kBase).of("Patient/p1"));
}

TEST(Pseudonym, IsTheSameInEveryThread)
{
    TemporaryDirectory const folder;
    auto const pseudonyms = Pseudonyms::fromFile(keyFile(folder, "k26q1.key"), "mercy-west");
    std::atomic<int> wrong{0};

    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 500; ++n)
                if (pseudonyms->on(kBase).of("Patient/p1") != "k26q1:KwNrETh5XwElSA0VCTdxEA")
                    ++wrong;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(wrong, 0);
}

TEST(PseudonymKey, TakesItsIdFromTheKeyWhenTheFileNameHasNone)
{
    TemporaryDirectory const folder;
    auto const pseudonyms = Pseudonyms::fromFile(keyFile(folder, "audit.key"), "mercy-west");

    EXPECT_TRUE(pseudonyms->on(kBase).of("Patient/p1").starts_with("k1d7b4a6:"));
}

struct BadKey {
    char const* what;
    std::string key;
    mode_t mode;
    char const* message;
};

TEST(PseudonymKey, IsRefusedWhenItIsShortOrOpenToOthers) // CTL-14
{
    std::string const good(32, 'x');
    for (auto const& bad : {BadKey{"short", std::string(31, 'x'), 0600, "31 bytes, fewer than 32"},
                            BadKey{"empty", "", 0600, "0 bytes"},
                            BadKey{"group may read", good, 0640, "read by others"},
                            BadKey{"all may read", good, 0604, "read by others"},
                            BadKey{"long", std::string(5000, 'x'), 0600, "more than 4096"}}) {
        SCOPED_TRACE(bad.what);
        TemporaryDirectory const folder;
        auto const path = keyFile(folder, "k1.key", bad.key, bad.mode);

        auto const read = Pseudonyms::fromFile(path, "t");

        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, Error::Kind::Config);
        EXPECT_NE(read.error().what.find(bad.message), std::string::npos) << read.error().what;
        EXPECT_FALSE(read.error().fix.empty());
    }
}

TEST(PseudonymKey, MayBeReadOnly)
{
    TemporaryDirectory const folder;
    EXPECT_TRUE(Pseudonyms::fromFile(keyFile(folder, "k1.key", std::string(32, 'x'), 0400), "t"));
}

TEST(PseudonymKey, ThatIsAbsentIsAConfigurationError)
{
    TemporaryDirectory const folder;

    auto const read = Pseudonyms::fromFile(folder.path("none.key"), "t");

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Error::Kind::Config);
}

TEST(PseudonymKey, IsMadeOnceForItsOwnerAlone)
{
    TemporaryDirectory const folder;
    auto const path = folder.path("state/audit.key");

    auto const first = Pseudonyms::fromFileOrNew(path, "t");
    auto const second = Pseudonyms::fromFileOrNew(path, "t");

    ASSERT_TRUE(first) << toText(first.error());
    ASSERT_TRUE(second) << toText(second.error());
    EXPECT_EQ(first->on("").of("Patient/p1"), second->on("").of("Patient/p1"));
    struct stat status {
    };
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(status.st_size, 32);
    auto const inFolder = std::filesystem::directory_iterator{folder.path("state")};
    EXPECT_EQ(std::distance(begin(inFolder), end(inFolder)), 1) << "no draft stays";
}

} // namespace
} // namespace tcds::audit
