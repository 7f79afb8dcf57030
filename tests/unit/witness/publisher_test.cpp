#include "server/witness/publisher.hpp"

#include "tests/unit/witness/collector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

namespace tcds::witness {
namespace {

using namespace std::chrono_literals;
using Kind = PublishNews::Kind;

/// What a destination of a test and its publisher have come to.
struct Seen {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::uint64_t> arrived;
    std::vector<std::string> news;
    bool away = false;  // every attempt fails
    bool stuck = false; // every attempt waits for the stop signal
    int attempts = 0;

    template <class Condition>
    bool await(Condition const& condition)
    {
        std::unique_lock lock{mutex};
        return changed.wait_for(lock, 30s, condition);
    }
    void set(bool Seen::*what, bool value)
    {
        std::lock_guard const lock{mutex};
        this->*what = value;
    }
};

class Place final : public Destination
{
public:
    explicit Place(Seen& seen) : seen_{seen} {}
    [[nodiscard]] std::string_view kind() const override { return "test"; }
    Result<void> deliver(Publication const& publication, Attempt const& attempt) override
    {
        std::unique_lock lock{seen_.mutex};
        ++seen_.attempts;
        seen_.changed.notify_all();
        if (seen_.stuck) {
            lock.unlock();
            while (!attempt.stop.raised()) std::this_thread::yield();
            return Error{Error::Kind::Unavailable, "test", "stopped", ""};
        }
        if (seen_.away) return Error{Error::Kind::Unavailable, "test", "is away", ""};
        seen_.arrived.push_back(publication.checkpoint.head.size);
        return {};
    }

private:
    Seen& seen_;
};

PublisherOptions quick()
{
    PublisherOptions options;
    options.firstRetry = options.lastRetry = 1ms;
    return options;
}

std::unique_ptr<Publisher> publisher(std::vector<Seen*> const& places,
                                     PublisherOptions const& options)
{
    std::vector<std::unique_ptr<Destination>> destinations;
    for (auto* const place : places) destinations.push_back(std::make_unique<Place>(*place));
    auto* const first = places.front();
    return std::make_unique<Publisher>(
        std::move(destinations),
        [first](PublishNews const& news) {
            std::lock_guard const lock{first->mutex};
            auto const size = std::to_string(news.publication->checkpoint.head.size);
            first->news.push_back((news.kind == Kind::Delivered   ? "delivered "
                                   : news.kind == Kind::Failed    ? "failed "
                                   : news.kind == Kind::Recovered ? "recovered "
                                                                  : "dropped ") +
                                  size + (news.again ? " again" : ""));
            first->changed.notify_all();
        },
        options);
}

using Sizes = std::vector<std::uint64_t>;

TEST(Publisher, DeliversInOrder)
{
    Seen seen;
    auto const publishing = publisher({&seen}, quick());
    for (std::uint64_t size = 1; size <= 50; ++size) publishing->publish(test::publication(size));

    EXPECT_TRUE(seen.await([&] { return seen.arrived.size() == 50; }));
    for (std::uint64_t size = 1; size <= 50; ++size) EXPECT_EQ(seen.arrived.at(size - 1), size);
}

TEST(Publisher, BringsEverythingAfterAnOutage)
{
    Seen seen;
    seen.away = true;
    auto const publishing = publisher({&seen}, quick());
    for (std::uint64_t size = 1; size <= 3; ++size) publishing->publish(test::publication(size));
    ASSERT_TRUE(seen.await([&] { return seen.attempts >= 3; }));
    seen.set(&Seen::away, false);

    ASSERT_TRUE(seen.await([&] { return seen.news.size() > 3 && seen.arrived.size() == 3; }));
    std::lock_guard const lock{seen.mutex};
    EXPECT_EQ(seen.arrived, (Sizes{1, 2, 3}));
    EXPECT_EQ(seen.news.at(0), "failed 1");
    EXPECT_EQ(seen.news.at(1), "failed 1 again");
    EXPECT_NE(std::ranges::find(seen.news, "recovered 1"), seen.news.end());
}

TEST(Publisher, DropsTheOldestThatWaitAndNeverTheNewest)
{
    Seen seen;
    seen.away = true;
    auto options = quick();
    options.mostWaiting = 2;
    options.firstRetry = options.lastRetry = 5ms;
    auto const publishing = publisher({&seen}, options);
    publishing->publish(test::publication(1)); // is being tried
    ASSERT_TRUE(seen.await([&] { return seen.attempts >= 1; }));
    for (std::uint64_t size = 2; size <= 10; ++size) publishing->publish(test::publication(size));
    seen.set(&Seen::away, false);

    ASSERT_TRUE(seen.await([&] { return !seen.arrived.empty() && seen.arrived.back() == 10; }));
    EXPECT_EQ(seen.arrived, (Sizes{1, 9, 10}));
    std::lock_guard const lock{seen.mutex};
    EXPECT_NE(std::ranges::find(seen.news, "dropped 2"), seen.news.end());
}

TEST(Publisher, LetsNoDestinationWaitForAnother)
{
    Seen good, stuck;
    stuck.stuck = true;
    auto options = quick();
    options.atEnd = 10ms;
    auto const publishing = publisher({&good, &stuck}, options);
    for (std::uint64_t size = 1; size <= 5; ++size) publishing->publish(test::publication(size));

    EXPECT_TRUE(good.await([&] { return good.arrived.size() == 5; }));
    EXPECT_TRUE(stuck.arrived.empty());
}

TEST(Publisher, DeliversWhatWaitsBeforeItEnds)
{
    Seen seen;
    {
        auto const publishing = publisher({&seen}, quick());
        for (std::uint64_t size = 1; size <= 20; ++size)
            publishing->publish(test::publication(size));
    }
    EXPECT_EQ(seen.arrived.size(), 20U);
}

TEST(Publisher, EndsAlthoughADestinationDoesNot)
{
    Seen seen;
    seen.stuck = true;
    auto options = quick();
    options.atEnd = 1ms;
    {
        auto const publishing = publisher({&seen}, options);
        publishing->publish(test::publication(1));
        ASSERT_TRUE(seen.await([&] { return seen.attempts == 1; }));
    }
    EXPECT_TRUE(seen.arrived.empty());
}

TEST(Publisher, TriesOnceMoreAtTheEndAndNotForEver)
{
    auto options = quick();
    options.firstRetry = options.lastRetry = 1h;
    // Often, for the end may come while the first attempt is still under way.
    for (int round = 0; round < 100; ++round) {
        Seen seen;
        seen.away = true;
        {
            auto const publishing = publisher({&seen}, options);
            publishing->publish(test::publication(1));
            ASSERT_TRUE(seen.await([&] { return seen.attempts == 1; }));
        }
        ASSERT_EQ(seen.attempts, 2) << "in round " << round;
    }
}

} // namespace
} // namespace tcds::witness
