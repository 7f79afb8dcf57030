#include "server/proof/verify.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/contents.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tcds::app::test {

namespace {

using namespace std::chrono_literals;
using tcds::test::at;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Service::Settings const kOn{{"state.suppress", "true"}};
constexpr auto kToApril = 24h * 60; // from 31 January to 1 April 2026, 08:00

std::string folderOf(Service const& service)
{
    return std::filesystem::path{service.stateFile()}.parent_path().string();
}
std::string keysOf(Service const& service) { return folderOf(service) + "/audit.keys"; }

void putKey(std::string const& path, std::string const& key = std::string(32, 'n'))
{
    std::ofstream{path} << key;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

std::string patientOf(Service const& service)
{
    return at(service.records("decision").back(), "/subject/patientKey");
}

/// The records of changes of keys alone.
std::vector<std::string> keyRecords(Service const& service)
{
    auto records = service.records("config");
    std::erase_if(records, [](std::string const& line) { return at(line, "/change") != "key"; });
    return records;
}

TEST(TenantKeys, TurnWithTheQuarterAndSayItFirst)
{
    Service service;
    (void)service.post(kView, call());
    EXPECT_THAT(patientOf(service), StartsWith("k26q1:"));
    EXPECT_THAT(keyRecords(service), IsEmpty());

    service.wait(kToApril);
    (void)service.post(kView, call());

    EXPECT_THAT(patientOf(service), StartsWith("k26q2:"));
    auto const records = keyRecords(service);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(at(records[0], "/outcome"), "in-use");
    EXPECT_EQ(at(records[0], "/via"), "period");
    EXPECT_EQ(at(records[0], "/keys"), R"({"inForce":"k26q2","kept":["k26q1"]})");
    EXPECT_EQ(at(records[0], "/before"), "k26q1");
    EXPECT_LT(std::stoi(at(records[0], "/seq")),
              std::stoi(at(service.records("decision").back(), "/seq")));
    EXPECT_THAT(service.events(),
                HasSubstr("keys taken up tenant=default via=period in_force=k26q2"));
}

TEST(TenantKeys, HoldBackWhatWasShownBeforeTheyTurned) // decision D18
{
    Service service{kOn};
    service.wait(kToApril - 12h); // 31 March, 20:00
    ASSERT_GE(cardsOf(service.post(kView, call())), 1);

    service.wait(6h);
    auto const again = service.post(kView, call());

    EXPECT_THAT(patientOf(service), StartsWith("k26q2:"));
    EXPECT_EQ(cardsOf(again), 0);
    auto const record = service.records("decision").back();
    EXPECT_THAT(record, HasSubstr(R"("kind":"recent","key":"k26q1:)"));
    EXPECT_THAT(record, HasSubstr(R"("outcome":"suppressed","why":"repeat")"));
}

TEST(TenantKeys, ThatAreDestroyedTakeWithThemWhatWasRememberedUnderThem)
{
    Service service{kOn};
    service.wait(kToApril - 12h);
    ASSERT_GE(cardsOf(service.post(kView, call())), 1);
    std::filesystem::remove(keysOf(service) + "/k26q1.key");

    service.wait(6h);

    EXPECT_GE(cardsOf(service.post(kView, call())), 1);
    EXPECT_EQ(at(keyRecords(service).at(0), "/keys"), R"({"inForce":"k26q2","kept":[]})");
    proof::VerifyRequest request;
    request.directory = folderOf(service) + "/audit";
    auto const verified = proof::verify(std::move(request), {});
    ASSERT_TRUE(verified);
    EXPECT_FALSE(verified->firstBreak);
}

TEST(TenantKeys, AreReadAgainWithEveryReload)
{
    Service service;
    auto const content = service.contentSwitch([] { return contentOf('a'); });
    putKey(keysOf(service) + "/k25q4.key");

    ASSERT_TRUE(reloaded(*content, {"admin", "security"}));
    ASSERT_TRUE(reloaded(*content)); // nothing new

    auto const records = keyRecords(service);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(at(records[0], "/via"), "admin");
    EXPECT_EQ(at(records[0], "/actor"), "security");
    EXPECT_EQ(at(records[0], "/keys"), R"({"inForce":"k26q1","kept":["k25q4"]})");
}

TEST(TenantKeys, StayWhenWhatLiesThereCannotBeUsed) // CTL-14
{
    Service service;
    auto const content = service.contentSwitch([] { return contentOf('a'); });
    std::ofstream{keysOf(service) + "/k25q4.key"} << "short";

    ASSERT_TRUE(reloaded(*content)); // the rules are good

    auto const record = keyRecords(service).at(0);
    EXPECT_EQ(at(record, "/outcome"), "refused");
    EXPECT_EQ(at(record, "/keys/inForce"), "k26q1");
    EXPECT_THAT(at(record, "/where"), HasSubstr("k25q4.key"));
    EXPECT_THAT(service.events(), HasSubstr("keys refused tenant=default in_force=k26q1"));
    (void)service.post(kView, call());
    EXPECT_THAT(patientOf(service), StartsWith("k26q1:"));
}

TEST(TenantKeys, AreNotUsedWithoutTheRecordOfTheirChange) // decision D33
{
    Service service;
    putKey(keysOf(service) + "/k26q2.key");
    service.wait(kToApril);
    {
        FullDisk const full;
        EXPECT_EQ(service.post(kView, call()).status, 503);
    }
    EXPECT_THAT(keyRecords(service), IsEmpty());

    (void)service.post(kView, call());

    EXPECT_EQ(keyRecords(service).size(), 1U);
    EXPECT_THAT(patientOf(service), StartsWith("k26q2:"));
}

TEST(TenantKeys, MayNotBecomeThoseOfAnotherTenant) // CTL-15
{
    KeyOwners owners;
    audit::Mac const one{1};
    audit::Mac const other{2};
    ASSERT_TRUE(owners.claim("west", {one}));
    ASSERT_TRUE(owners.claim("north", {other}));

    auto const claimed = owners.claim("north", {other, one});

    ASSERT_FALSE(claimed);
    EXPECT_THAT(claimed.error().what, HasSubstr("the key of tenant west"));
    EXPECT_TRUE(owners.claim("west", {one})) << "one's own";
}

} // namespace

} // namespace tcds::app::test
