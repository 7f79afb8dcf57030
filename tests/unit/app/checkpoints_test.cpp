#include "server/app/checkpoints.hpp"

#include "server/app/tally.hpp"
#include "server/proof/published_notes.hpp"
#include "tests/unit/proof/signed_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

namespace tcds::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Published : public testing::Test
{
protected:
    Published()
    {
        config.mode = config::Mode::Production;
        config.node = "cds-1";
        config.checkpointKeyFile = folder.put("checkpoint.pem", proof::test::kPrivatePem);
        config.checkpoints.directory = folder.path("witness");
        ops.onEvent([this](std::string_view name, std::span<http::Log::Field const>) {
            std::lock_guard const lock{mutex};
            events += std::string{name} + "\n";
        });
    }

    /// What a log of the tenant does when it makes a checkpoint.
    void make(Checkpoints const& checkpoints, std::string const& tenant)
    {
        auto const options = checkpoints.of(tenant);
        audit::Checkpoint made;
        made.time = audit::test::instant("2026-03-03T10:00:00Z");
        made.head.size = 7;
        if (options.sign) made.note = options.sign(made.head);
        options.made(made);
    }
    ops::MetricWords words;
    proof::test::Folder folder;
    config::Config config;
    std::mutex mutex;
    std::string events;
    ops::OpsLog ops{"error", "json"};
    ops::Metrics metrics{words};
};

TEST_F(Published, AreSignedInTheNameOfTheirLog)
{
    std::filesystem::create_directory(folder.path("witness"));
    {
        auto const checkpoints = Checkpoints::make(config, ops, &metrics);
        ASSERT_TRUE(checkpoints) << toText(checkpoints.error());
        make(*checkpoints, "default");
        make(*checkpoints, "north");
    } // delivers

    auto const notes = proof::PublishedNotes::read(folder.path("witness"));
    std::vector<std::string> const given{folder.put("public.pem", proof::test::kPublicPem)};
    auto keys = proof::TrustedNoteKeys::read(given);
    ASSERT_TRUE(notes && keys);
    ASSERT_EQ(notes->count(), 2U);
    for (auto const& [origin, entries] : notes->byOrigin()) {
        EXPECT_TRUE(origin == "twitch-cds/default/cds-1" || origin == "twitch-cds/north/cds-1");
        EXPECT_EQ(entries.at(0).head.size, 7U);
        auto const note = notes->noteOf(entries.at(0));
        ASSERT_TRUE(note);
        EXPECT_EQ(proof::faultOf(*note, keys->of(origin)), "");
    }
    EXPECT_THAT(events, IsEmpty());
    EXPECT_THAT(metrics.text(), HasSubstr("audit_checkpoint_timestamp_seconds 1772532000\n"));
    EXPECT_THAT(metrics.text(),
                HasSubstr("published_timestamp_seconds{destination=\"directory\"} 1772532000\n"));
}

TEST_F(Published, AreMissedWhereTheirPlaceIsAway)
{
    {
        auto const checkpoints = Checkpoints::make(config, ops, &metrics);
        ASSERT_TRUE(checkpoints);
        make(*checkpoints, "default");
    }
    EXPECT_EQ(events, "checkpoint not published\n"); // once, however often it was tried
    EXPECT_THAT(metrics.text(), HasSubstr("publish_errors_total{destination=\"directory\"}"));
}

TEST_F(Published, AreNoneWithoutAKey)
{
    config.checkpointKeyFile.clear();
    config.checkpoints = {};
    auto const checkpoints = Checkpoints::make(config, ops, nullptr);
    ASSERT_TRUE(checkpoints);
    make(*checkpoints, "default");
    EXPECT_EQ(events, "checkpoints are not signed\n");
    EXPECT_FALSE(checkpoints->of("default").sign);
}

TEST_F(Published, AreNotWithAKeyThatOthersMayRead)
{
    std::filesystem::permissions(config.checkpointKeyFile, std::filesystem::perms{0644});
    auto const checkpoints = Checkpoints::make(config, ops, nullptr);
    ASSERT_FALSE(checkpoints);
    EXPECT_THAT(checkpoints.error().where, HasSubstr("audit.checkpoint_key_file"));
    EXPECT_EQ(checkpoints.error().kind, Error::Kind::Config);
}

TEST_F(Published, GoNowhereThatIsNoPlace)
{
    config.checkpoints.syslog = "collector:0";
    EXPECT_FALSE(Checkpoints::make(config, ops, nullptr));
    config.checkpoints.syslog.clear();
    config.checkpoints.http = "witness.example.org";
    EXPECT_FALSE(Checkpoints::make(config, ops, nullptr));
}

} // namespace
} // namespace tcds::app
