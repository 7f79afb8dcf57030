#include "server/app/content_switch.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/contents.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using testing::HasSubstr;
using testing::Not;

Error const kAltered{Error::Kind::Config, "content.bundle site.json", "it was altered", "sign it"};

TEST(ContentSwitch, LetsTheNewRulesAnswer)
{
    Service service;
    auto const content = service.contentSwitch([] { return contentOf('a'); });

    auto const came = reloaded(*content);

    ASSERT_TRUE(came) << toText(came.error());
    EXPECT_EQ(came->version, "A");
    EXPECT_EQ(came->rules, 1U);
    auto const answer = service.post(kView, call());
    EXPECT_THAT(at(answer.body, "/cards/0/summary"), HasSubstr("Content A"));
    EXPECT_EQ(at(service.records("decision").back(), "/pack/sha256"), std::string(64, 'a'));
    EXPECT_THAT(service.events(), HasSubstr("content reloaded via=signal pack=site"));
}

TEST(ContentSwitch, LetsThePrefetchTemplatesFollowTheRules)
{
    Service service;
    auto which = contentOf('a', "MG");
    auto const content = service.contentSwitch([&] { return which; });
    auto const labs = [&] { return service.send("GET", "/cds-services").body; };
    constexpr auto kSodium = "2951-2"; // LOINC: sodium in serum or plasma
    ASSERT_TRUE(reloaded(*content));
    EXPECT_THAT(labs(), Not(HasSubstr(kSodium)));

    which = contentOf('b', "NA");
    ASSERT_TRUE(reloaded(*content));

    EXPECT_THAT(labs(), HasSubstr(kSodium));
}

TEST(ContentSwitch, KeepsTheOldRulesWhenTheNewOnesAreRefused)
{
    Service service{{{"metrics.listen", "127.0.0.1:0"}}};
    Result<ReadyContent> next = contentOf('a');
    auto const content = service.contentSwitch([&] { return next; });
    ASSERT_TRUE(reloaded(*content));
    next = kAltered;

    auto const came = reloaded(*content);

    ASSERT_FALSE(came);
    EXPECT_EQ(came.error(), kAltered);
    EXPECT_EQ(content->status().version, "A");
    ASSERT_TRUE(content->status().last && content->status().last->refused);
    EXPECT_THAT(service.post(kView, call()).body, HasSubstr("Content A"));
    auto const ready = service.send("GET", "/healthz/ready");
    EXPECT_EQ(ready.status, 200); // it serves
    EXPECT_EQ(at(ready.body, "/warning"), "content-reload-refused");
    EXPECT_THAT(service.events(), HasSubstr("content reload refused via=signal why=content.bundle "
                                            "site.json: it was altered"));
    EXPECT_THAT(service.metrics(), HasSubstr("twitch_cds_content_reload_refused 1"));

    next = contentOf('b');
    ASSERT_TRUE(reloaded(*content));
    EXPECT_EQ(service.send("GET", "/healthz/ready").body, R"({"status":"ready"})");
    EXPECT_THAT(service.metrics(), HasSubstr("twitch_cds_content_reload_refused 0"));
    EXPECT_THAT(service.metrics(), HasSubstr(R"(pack_info{id="core")"));
}

TEST(ContentSwitch, WhatALoaderThrowsIsARefusal)
{
    Service service;
    auto const content = service.contentSwitch(
        []() -> Result<ReadyContent> { throw std::runtime_error{"no memory"}; });

    auto const came = reloaded(*content);

    ASSERT_FALSE(came);
    EXPECT_EQ(came.error().kind, Error::Kind::Internal);
    EXPECT_EQ(came.error().what, "no memory");
    EXPECT_EQ(service.post(kView, call()).status, 200);
}

TEST(ContentSwitch, RecordsTheStartEveryExchangeAndEveryRefusal)
{
    Service service;
    auto first = contentOf('a');
    first.acknowledged = {"site", "A", "Chief pharmacist", "2026-11-22"};
    Result<ReadyContent> next = first;
    auto const content = service.contentSwitch([&] { return next; });
    ASSERT_TRUE(content->recordStart());
    ASSERT_TRUE(reloaded(*content, {"admin", "pharmacy"}));
    next = contentOf('b');
    ASSERT_TRUE(reloaded(*content));
    next = kAltered;
    ASSERT_FALSE(reloaded(*content));

    auto const records = service.records("config");

    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(at(records[0], "/via"), "start");
    EXPECT_EQ(at(records[1], "/via"), "admin");
    EXPECT_EQ(at(records[1], "/actor"), "pharmacy");
    EXPECT_EQ(at(records[1], "/pack/sha256"), std::string(64, 'a'));
    EXPECT_EQ(at(records[1], "/pack/signer"), "ed25519:board");
    EXPECT_EQ(at(records[1], "/stored"), std::string(64, 'a'));
    EXPECT_EQ(at(records[1], "/acknowledged/by"), "Chief pharmacist");
    EXPECT_EQ(at(records[2], "/before"), std::string(64, 'a'));
    EXPECT_EQ(at(records[2], "/pack/version"), "B");
    EXPECT_EQ(at(records[3], "/outcome"), "refused");
    EXPECT_EQ(at(records[3], "/pack/version"), "B"); // the one that stays
    EXPECT_EQ(at(records[3], "/why"), "it was altered");
}

TEST(ContentSwitch, RecordsInTheLogOfEveryTenant) // control CTL-15
{
    Service west; // only its folder is used for the second log
    auto const north = west.folder() + "/north";
    Service service{{}, "tenants: [{name: north, audit_directory: " + north + "}]\n"};
    auto const content = service.contentSwitch([] { return contentOf('a'); });

    ASSERT_TRUE(reloaded(*content));

    EXPECT_EQ(service.records("config").size(), 1U);
    auto const records = recordsIn(north, "config");
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(at(records[0], "/tenant"), "north");
}

TEST(ContentSwitch, LetsNoRuleAnswerWhoseRecordCannotBeKept)
{
    Service service;
    auto const content = service.contentSwitch([] { return contentOf('a'); });
    {
        FullDisk const full;
        auto const came = reloaded(*content);
        ASSERT_FALSE(came);
        EXPECT_EQ(came.error().kind, Error::Kind::Unavailable);
    }
    EXPECT_THAT(service.post(kView, call()).body, Not(HasSubstr("Content A")));
}

TEST(ContentSwitch, TurnsAwayWishesWhenTooManyWait)
{
    Service service;
    std::promise<void> open;
    auto const gate = open.get_future().share();
    std::promise<void> entered;
    auto const content = service.contentSwitch([&, first = true]() mutable {
        if (first) entered.set_value();
        first = false;
        gate.wait();
        return contentOf('a');
    });
    std::atomic<int> done{0};
    auto const count = [&](Result<ContentStatus> const& came) { done += came ? 1 : 100; };
    content->reload({"signal", ""}, count);
    entered.get_future().wait(); // the first is being loaded: four more may wait
    for (int i = 0; i < 4; ++i) content->reload({"signal", ""}, count);

    auto const refused = reloaded(*content);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::Unavailable);
    EXPECT_EQ(done, 0);
    open.set_value();
    while (done < 5) std::this_thread::yield();
    EXPECT_EQ(done, 5);
}

} // namespace

} // namespace tcds::app::test
