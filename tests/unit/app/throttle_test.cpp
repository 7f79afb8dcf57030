#include "server/app/throttle.hpp"

#include "tests/unit/app/service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tcds::app::test {

namespace {

using namespace std::chrono_literals;

Instant const kStart = parseDateTime("2026-01-31T08:00:00Z")->first();

TEST(Throttle, LetsTheBurstThroughAndThenTheRate) // CTL-12
{
    Throttle throttle{{.perSecond = 10, .burst = 3}};

    for (int i = 0; i < 3; ++i) EXPECT_FALSE(throttle.take(kStart)) << i;
    EXPECT_EQ(throttle.take(kStart), 1s);
    EXPECT_EQ(throttle.take(kStart + 99ms), 1s);
    EXPECT_FALSE(throttle.take(kStart + 100ms)); // a tenth of a second: one call
    EXPECT_TRUE(throttle.take(kStart + 100ms));
}

TEST(Throttle, SavesNoMoreThanTheBurst)
{
    Throttle throttle{{.perSecond = 1000, .burst = 2}};
    auto const later = kStart + std::chrono::hours{24 * 365};

    EXPECT_FALSE(throttle.take(kStart));
    EXPECT_FALSE(throttle.take(later));
    EXPECT_FALSE(throttle.take(later));
    EXPECT_TRUE(throttle.take(later));
}

TEST(Throttle, WithoutABurstSavesOneSecond)
{
    Throttle throttle{{.perSecond = 2}};

    EXPECT_FALSE(throttle.take(kStart));
    EXPECT_FALSE(throttle.take(kStart));
    EXPECT_TRUE(throttle.take(kStart));
}

TEST(Throttle, WithoutARateLetsEverythingThrough)
{
    Throttle throttle{{.perSecond = 0, .burst = 1}};
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(throttle.take(kStart));
}

TEST(Throttle, SurvivesAClockThatStepsBack)
{
    Throttle throttle{{.perSecond = 1, .burst = 1}};

    EXPECT_FALSE(throttle.take(kStart));
    EXPECT_EQ(throttle.take(kStart - 1h), 1s);
    EXPECT_FALSE(throttle.take(kStart - 1h + 1s)); // counted from the new time
}

TEST(Throttle, CountsEachCallOfManyThreadsOnce)
{
    Throttle throttle{{.perSecond = 1, .burst = 100}};
    std::atomic<int> passed = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i)
                if (!throttle.take(kStart)) ++passed;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(passed, 100);
}

// The bucket of one client in front of the service, whose clock stands still.
TEST(Rate, IsAnsweredWith429AndRecorded) // CTL-12, HTTP status map
{
    Service service{{{"rate.per_second", "1"}, {"rate.burst", "2"}}};

    EXPECT_EQ(service.post(kView, call()).status, 200);
    EXPECT_EQ(service.post(kView, call()).status, 200);
    auto const refused = service.post(kView, call());

    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(service.records("decision").size(), 2U);
    ASSERT_EQ(service.records("reject").size(), 1U);
    EXPECT_NE(service.records("reject")[0].find(R"("reason":"rate")"), std::string::npos);
}

TEST(Rate, LeavesDiscoveryAndHealthAlone)
{
    Service service{{{"rate.per_second", "1"}, {"rate.burst", "1"}}};
    EXPECT_EQ(service.post(kView, call()).status, 200);

    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);
    EXPECT_EQ(service.send("GET", "/cds-services").status, 200);
    EXPECT_EQ(service.post(kView, call()).status, 429);
}

} // namespace

} // namespace tcds::app::test
