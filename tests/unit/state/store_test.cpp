#include "server/state/store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace tcds::state {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr Instant kNow{std::chrono::milliseconds{1769846400000}}; // 2026-01-31T08:00:00Z

class StoreTest : public testing::Test
{
protected:
    [[nodiscard]] Options options() const
    {
        Options options;
        options.file = folder_ / "state.db";
        return options;
    }
    [[nodiscard]] std::unique_ptr<Store> opened() const { return opened(options()); }
    [[nodiscard]] static std::unique_ptr<Store> opened(Options const& options)
    {
        auto store = Store::open(options);
        if (!store) throw std::runtime_error{toText(store.error())};
        return std::move(*store);
    }

    tcds::test::TemporaryFolder own_;
    std::filesystem::path folder_{own_.path()};
};

Hold hold(std::string key, Instant until = kNow + 24h)
{
    Hold made;
    made.patient = "k1:patient";
    made.encounter = "k1:encounter";
    made.part = {"K", "EL-K-LOW", "warning", std::move(key), "K=1;k1:drug;"};
    made.what = "returned";
    made.hook = "patient-view";
    made.at = kNow;
    made.until = until;
    made.untilNewResult = true;
    return made;
}

ShownCard shownCard(std::string uuid)
{
    ShownCard card;
    card.card = std::move(uuid);
    card.decision = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
    card.client = "st-mary";
    card.patient = "k1:patient";
    card.level = "warning";
    card.hook = "patient-view";
    card.rules = {"EL-K-LOW", "MED-LOOP"};
    card.parts = {{"K", "EL-K-LOW", "warning", "k1:key", "K=1;;"},
                  {"MG", "EL-MG-LOW", "info", "k1:k", ""}};
    card.at = kNow;
    return card;
}

std::vector<std::string> keysOf(Store& store, Instant now = kNow,
                                std::string_view patient = "k1:patient")
{
    std::vector<std::string> keys;
    for (auto const& each : store.holdsOf(patient, now).value()) keys.push_back(each.part.key);
    return keys;
}

TEST_F(StoreTest, WhatWasRememberedSurvivesARestart)
{
    auto const wanted = hold("k1:a");
    ASSERT_TRUE(opened()->returned({}, std::array{wanted}, kNow));

    auto const holds = opened()->holdsOf("k1:patient", kNow).value();

    ASSERT_THAT(holds, SizeIs(1));
    EXPECT_EQ(holds[0].part, wanted.part);
    EXPECT_EQ(holds[0].encounter, wanted.encounter);
    EXPECT_EQ(holds[0].what, "returned");
    EXPECT_EQ(holds[0].hook, "patient-view");
    EXPECT_EQ(holds[0].at, wanted.at);
    EXPECT_EQ(holds[0].until, wanted.until);
    EXPECT_TRUE(holds[0].untilNewResult);
    EXPECT_FALSE(holds[0].thisEncounter);
    EXPECT_FALSE(holds[0].untilDataChange);
}

TEST_F(StoreTest, AHoldIsOverAtItsInstantAndNotBefore)
{
    auto const store = opened();
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:a", kNow + 1h)}, kNow));

    EXPECT_THAT(keysOf(*store, kNow + 1h - 1ms), ElementsAre("k1:a"));
    EXPECT_THAT(keysOf(*store, kNow + 1h), IsEmpty());
}

TEST_F(StoreTest, NothingOutlivesTheRetention)
{
    auto bounded = options();
    bounded.retention = 48h;
    auto const store = opened(bounded);
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:a", kNow + 1000h)}, kNow));

    EXPECT_THAT(keysOf(*store, kNow + 48h - 1ms), ElementsAre("k1:a"));
    EXPECT_THAT(keysOf(*store, kNow + 48h), IsEmpty());
}

TEST_F(StoreTest, TheSameKeyReplacesWhatItHeld)
{
    auto const store = opened();
    auto later = hold("k1:a", kNow + 72h);
    later.at = kNow + 4h;
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:a")}, kNow));
    ASSERT_TRUE(store->returned({}, std::array{later}, kNow + 4h));

    EXPECT_THAT(keysOf(*store, kNow + 30h), ElementsAre("k1:a"));
}

TEST_F(StoreTest, NoPatientMeetsAnothersHolds)
{
    auto const store = opened();
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:a")}, kNow));

    EXPECT_THAT(keysOf(*store, kNow, "k1:other"), IsEmpty());
}

// FB-02: the same feedback again changes nothing; FB-07 is the empty look-up below.
TEST_F(StoreTest, AnAnswerIsRepeatedWithoutEffectAndALaterOneReplacesIt)
{
    auto const store = opened();
    auto answer = Answer{"c1", {hold("k1:a", kNow + 10h)}};
    answer.holds[0].what = "addressed";
    ASSERT_TRUE(store->answered(std::array{answer}, kNow));
    ASSERT_TRUE(store->answered(std::array{answer}, kNow + 1h));
    EXPECT_THAT(store->holdsOf("k1:patient", kNow).value(), SizeIs(1));

    auto later = answer;
    later.holds[0].what = "palliative";
    later.holds[0].at = kNow + 2h;
    later.holds[0].until = kNow + 20h;
    ASSERT_TRUE(store->answered(std::array{later}, kNow + 2h));
    ASSERT_TRUE(store->answered(std::array{answer}, kNow + 3h)); // arrives late, is older

    auto const holds = store->holdsOf("k1:patient", kNow + 3h).value();
    ASSERT_THAT(holds, SizeIs(1));
    EXPECT_EQ(holds[0].what, "palliative");
    EXPECT_EQ(holds[0].until, kNow + 20h);
}

TEST_F(StoreTest, ACardIsFoundByItsUuidAndTheClientThatGotIt)
{
    auto limited = options();
    limited.cardsKept = 48h;
    auto const store = opened(limited);
    auto const wanted = shownCard("u1");
    ASSERT_TRUE(store->returned(std::array{wanted}, {}, kNow));

    auto const found = store->card("u1", "st-mary", kNow).value();

    ASSERT_TRUE(found);
    EXPECT_EQ(found->decision, wanted.decision);
    EXPECT_EQ(found->rules, wanted.rules);
    EXPECT_EQ(found->parts, wanted.parts);
    EXPECT_EQ(found->patient, "k1:patient");
    EXPECT_EQ(found->encounter, "");
    EXPECT_EQ(found->level, "warning");
    EXPECT_EQ(found->at, kNow);
    EXPECT_FALSE(store->card("u2", "st-mary", kNow).value()) << "unknown";
    EXPECT_FALSE(store->card("u1", "other", kNow).value()) << "of another client";
    EXPECT_TRUE(store->card("u1", "st-mary", kNow + 48h - 1ms).value());
    EXPECT_FALSE(store->card("u1", "st-mary", kNow + 48h).value()) << "too late";
}

TEST_F(StoreTest, AFullTableLosesItsOldestRows)
{
    auto small = options();
    small.maxRows = 100;
    auto const store = opened(small);
    std::vector<Hold> many;
    for (int i = 0; i < 150; ++i) many.push_back(hold("k1:" + std::to_string(i), kNow + 240h));
    ASSERT_TRUE(store->returned({}, many, kNow)); // prunes at the end of the write

    auto const keys = keysOf(*store);

    EXPECT_THAT(keys, SizeIs(100));
    EXPECT_THAT(keys, testing::Not(testing::Contains("k1:49")));
    EXPECT_THAT(keys, testing::Contains("k1:50"));
}

TEST_F(StoreTest, WhatIsOverLeavesTheFile)
{
    {
        auto const store = opened();
        ASSERT_TRUE(store->returned({}, std::array{hold("k1:gone-after-this", kNow + 1h)}, kNow));
        ASSERT_TRUE(store->returned({}, std::array{hold("k1:b", kNow + 9h)}, kNow + 2h));
    }
    auto const store = opened();
    // Looked for at a time at which it held: a row that is still there would be found.
    EXPECT_THAT(keysOf(*store, kNow), ElementsAre("k1:b"));
}

TEST_F(StoreTest, SeveralOpensAndThreadsLoseNothing)
{
    auto const first = opened();
    auto const second = opened();
    std::atomic<int> failed{0};
    auto const write = [&](Store& store, std::string const& prefix) {
        for (int i = 0; i < 25; ++i)
            if (!store.returned({}, std::array{hold(prefix + std::to_string(i))}, kNow)) ++failed;
    };
    {
        std::jthread const a{[&] { write(*first, "a"); }};
        std::jthread const b{[&] { write(*second, "b"); }};
        std::jthread const c{[&] { write(*second, "c"); }};
    }
    EXPECT_EQ(failed, 0);
    EXPECT_THAT(keysOf(*first), SizeIs(75));
}

TEST_F(StoreTest, AnotherProcessSeesWhatThisOneWroteAndTheOtherWayRound)
{
    std::array<int, 2> go{};
    ASSERT_EQ(::pipe(go.data()), 0);
    auto const child = ::fork(); // before the store starts its thread
    ASSERT_NE(child, -1);
    if (child == 0) {
        char word = 0;
        if (::read(go[0], &word, 1) != 1) ::_exit(2);
        auto const own = Store::open(options());
        auto const seen = own && (*own)->holdsOf("k1:patient", kNow).value().size() == 1;
        auto const wrote = own && (*own)->returned({}, std::array{hold("k1:child")}, kNow);
        ::_exit(seen && wrote ? 0 : 1);
    }
    auto const store = opened();
    auto const wrote = store->returned({}, std::array{hold("k1:parent")}, kNow);
    EXPECT_TRUE(wrote);
    EXPECT_EQ(::write(go[1], "g", 1), 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_THAT(keysOf(*store), testing::UnorderedElementsAre("k1:parent", "k1:child"));
    for (auto const end : go) ::close(end);
}

TEST_F(StoreTest, OnlyTheOwnerReadsTheFile)
{
    auto const store = opened();
    struct stat status {
    };
    ASSERT_EQ(::stat(options().file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    ::chmod(options().file.c_str(), 0640);
    auto const refused = Store::open(options());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().fix, HasSubstr("chmod 600"));
}

struct BadFile {
    char const* name;
    std::string content;
};

TEST_F(StoreTest, AFileThatIsNoStateIsRefusedAtTheStartAndLeftAsItIs)
{
    for (auto const& bad : {BadFile{"text", "max_cards: 3\n" + std::string(5000, 'x')},
                            BadFile{"header of a database and nothing sensible",
                                    "SQLite format 3" + std::string(9000, '\1')}}) {
        SCOPED_TRACE(bad.name);
        std::ofstream{options().file} << bad.content;
        ::chmod(options().file.c_str(), 0600);
        auto const refused = Store::open(options());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Error::Kind::Config);
        EXPECT_THAT(refused.error().where, HasSubstr("state.file " + options().file));
        EXPECT_THAT(refused.error().fix, HasSubstr("move it away"));
        EXPECT_EQ(std::filesystem::file_size(options().file), bad.content.size());
    }
}

TEST_F(StoreTest, ADamagedPageIsFoundAtTheStart)
{
    {
        auto const store = opened();
        std::vector<Hold> many;
        for (int i = 0; i < 400; ++i) many.push_back(hold("k1:" + std::to_string(i)));
        ASSERT_TRUE(store->returned({}, many, kNow));
    }
    {
        std::fstream file{options().file, std::ios::in | std::ios::out | std::ios::binary};
        auto const size = std::filesystem::file_size(options().file);
        file.seekp(static_cast<std::streamoff>(size / 2));
        file << std::string(size / 4, '\xA5');
    }
    auto const refused = Store::open(options());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::Config);
}

TEST_F(StoreTest, AFolderThatIsNotThereAndAFolderAsFileAreRefused)
{
    Options nowhere;
    nowhere.file = folder_ / "absent" / "state.db";
    EXPECT_FALSE(Store::open(nowhere));
    Options directory;
    directory.file = folder_;
    EXPECT_FALSE(Store::open(directory));
}

TEST_F(StoreTest, AFullDiskIsAnErrorValueAndTheStoreGoesOnLater)
{
    auto const store = opened();
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:before")}, kNow));
    ::rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN); // the write fails instead
    auto none = before;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
    auto const refused = store->returned({}, std::array{hold("k1:lost")}, kNow);
    auto const read = store->holdsOf("k1:patient", kNow);
    ::setrlimit(RLIMIT_FSIZE, &before);
    (void)std::signal(SIGXFSZ, handler); // restored; ours was the one replaced

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::Unavailable);
    ASSERT_TRUE(read);
    EXPECT_THAT(*read, SizeIs(1)) << "what is there is read on";
    ASSERT_TRUE(store->returned({}, std::array{hold("k1:after")}, kNow));
    EXPECT_THAT(keysOf(*store), testing::UnorderedElementsAre("k1:before", "k1:after"));
}

} // namespace
} // namespace tcds::state
