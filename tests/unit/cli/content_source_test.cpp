#include "server/cli/content_source.hpp"

#include "rules/store/signature.hpp"
#include "rules/store/whole_file.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/content_check.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace tcds::cli::test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

// Days inside and after what the shipped rules were reviewed for.
Instant const kNow{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};

/// A folder with keys, and the shipped rules as bundles.
class Bundles : public testing::Test
{
protected:
    Bundles()
    {
        for (auto const* name : {"board", "stranger"}) {
            run("openssl genpkey -algorithm ed25519 -out " + path(name) + ".key");
            run("openssl pkey -pubout -in " + path(name) + ".key -out " + path(name) + ".pem");
        }
        config_.mode = config::Mode::Production;
        config_.contentBundle = path("site.json");
        config_.trustedKeys = {path("board.pem")};
        config_.contentStore = path("packs");
    }

    static void run(std::string const& command)
    {
        if (std::system(command.c_str()) != 0) // NOLINT: the tools of the operator
            throw std::runtime_error{command};
    }
    [[nodiscard]] std::string path(std::string const& name) const { return folder_ + "/" + name; }

    /// The shipped content as `rules build` writes it.
    static std::string const& shipped(rules::BundleChecks const& with = looked())
    {
        static auto const kContent = [] {
            Problems problems;
            return *rules::loadFolder(TCDS_RULES_DIR, audit::sha256, problems);
        }();
        static std::string file;
        file = rules::writeBundleFile(kContent, with, audit::sha256);
        return file;
    }
    static rules::BundleChecks looked()
    {
        return {programVersion(), "2026-12-01", {}, {{"EL-K-LOW", 1}}};
    }
    void write(std::string const& file, std::string const& signer = "board") const
    {
        ASSERT_TRUE(rules::writeWhole(config_.contentBundle, file));
        fs::remove(config_.contentBundle + ".sig");
        if (signer.empty()) return;
        auto const signature = rules::signWith(path(signer + ".key"), file);
        ASSERT_TRUE(signature) << toText(signature.error());
        ASSERT_TRUE(rules::writeWhole(config_.contentBundle + ".sig", *signature));
    }
    void takeOver()
    {
        config_.acknowledged = {"twitch-core", "2026.11", "Chief pharmacist", "2026-12-01"};
    }
    Result<app::ReadyContent> serve(Scrutiny scrutiny = Scrutiny::Start)
    {
        Problems problems;
        return contentToServe(config_, kNow, scrutiny, problems);
    }

    config::Config config_;

private:
    tcds::test::TemporaryFolder own_;
    std::string folder_ = own_.path();
};

TEST_F(Bundles, OfATrustedKeyServesAndIsKeptWithItsSignature)
{
    write(shipped());
    takeOver();

    auto const content = serve();

    ASSERT_TRUE(content) << toText(content.error());
    EXPECT_EQ(content->rules->signer, "ed25519:board");
    EXPECT_EQ(content->acknowledged.by, "Chief pharmacist");
    EXPECT_EQ(content->stored, audit::sha256(shipped()));
    auto const kept = path("packs/" + content->rules->digest + ".json");
    EXPECT_EQ(rules::readWhole(kept)->value_or(""), shipped());
    EXPECT_EQ(rules::readWhole(kept + ".sig")->value_or("").size(), 64U);
}

TEST_F(Bundles, AreTrustedBySignatureInProductionAndSandbox) // decision D7, control CTL-16
{
    takeOver();
    for (auto const mode : {config::Mode::Production, config::Mode::Sandbox}) {
        config_.mode = mode;
        SCOPED_TRACE(config::toText(mode));

        write(shipped(), "");
        auto refused = serve();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Error::Kind::Config);
        EXPECT_THAT(refused.error().what, StartsWith("it is not signed"));

        write(shipped(), "stranger");
        refused = serve();
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().what, HasSubstr("is of no trusted key"));

        write(shipped());
        auto altered = shipped();
        altered[altered.size() / 2] = static_cast<char>(altered[altered.size() / 2] ^ 1);
        ASSERT_TRUE(rules::writeWhole(config_.contentBundle, altered));
        refused = serve();
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().what, HasSubstr("was altered"));

        write("{}");
        refused = serve();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().where, "content.bundle " + config_.contentBundle);

        fs::remove(config_.contentBundle);
        refused = serve();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().what, "there is no such file");
    }
}

TEST_F(Bundles, ThatNobodySignedAreForModeDevAlone)
{
    config_.mode = config::Mode::Dev;
    config_.trustedKeys.clear();
    write(shipped(), "");

    auto const content = serve();

    ASSERT_TRUE(content) << toText(content.error());
    EXPECT_EQ(content->rules->signer, "");
}

TEST_F(Bundles, WithoutApprovalAreTakenOverByNameAndVersionInProduction) // decision D54
{
    write(shipped());
    auto const refused = serve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "content.acknowledged");
    EXPECT_THAT(refused.error().fix, HasSubstr("pack: twitch-core, version: 2026.11"));

    takeOver();
    EXPECT_TRUE(serve());
    config_.acknowledged.version = "2026.10";
    EXPECT_FALSE(serve());
    config_.mode = config::Mode::Sandbox;
    EXPECT_TRUE(serve());
}

TEST_F(Bundles, OfAHospitalWithoutApprovalAreNotTakenOverWithTheShippedPack) // decision D54
{
    Problems problems;
    auto content = *rules::loadFolder(TCDS_RULES_DIR, audit::sha256, problems);
    content.pack(rules::kLocalPack).manifest = Tree::fromYaml(
        "id: local\ntitle: Ours\nversion: 2027.01\napproval: none\n", "pack.yaml", problems);
    write(rules::writeBundleFile(content, looked(), audit::sha256));
    takeOver();

    auto const refused = serve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "content.acknowledged");
    EXPECT_THAT(refused.error().fix,
                HasSubstr("pack: twitch-core+local, version: 2026.11+2027.01"));

    config_.acknowledged.pack = "twitch-core+local";
    config_.acknowledged.version = "2026.11+2027.01";
    EXPECT_TRUE(serve());
}

TEST_F(Bundles, AreLookedAtAnewAtAReloadAndAfterAnUpgrade)
{
    takeOver();
    Problems problems;
    auto content = *rules::loadFolder(TCDS_RULES_DIR, audit::sha256, problems);
    content.tests.clear(); // a bundle that claims to be tested
    write(rules::writeBundleFile(content, looked(), audit::sha256));
    EXPECT_TRUE(serve(Scrutiny::Start)); // the signer vouches for what it says
    auto const refused = serve(Scrutiny::Reload);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("L13")); // a rule without a test

    auto old = looked();
    old.engine = "0.0.1 1234567";
    write(rules::writeBundleFile(content, old, audit::sha256));
    EXPECT_FALSE(serve(Scrutiny::Start));
}

TEST_F(Bundles, AreRefusedWhenTheStoreCannotBeWritten)
{
    write(shipped());
    takeOver();
    config_.contentStore = path("board.pem") + "/packs";

    auto const refused = serve();

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().where, StartsWith("content.store "));
}

TEST_F(Bundles, EmbeddedPackIsKeptToo)
{
    config_.contentBundle.clear();
    config_.mode = config::Mode::Sandbox;

    auto const content = serve();

    ASSERT_TRUE(content) << toText(content.error());
    EXPECT_EQ(content->rules->signer, "embedded");
    auto const kept = rules::readWhole(path("packs/" + content->rules->digest + ".json"));
    ASSERT_TRUE(kept && *kept);
    auto const again = rules::readBundleFile(**kept, "", audit::sha256);
    ASSERT_TRUE(again) << toText(again.error());
    EXPECT_EQ(again->content.digest, content->rules->digest);
}

} // namespace

} // namespace tcds::cli::test
