#include "tests/unit/audit/log_stage.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <set>
#include <thread>

namespace tcds::audit {
namespace {

using test::SetClock;
using test::TemporaryDirectory;

/// Appends from two threads for ever and says the number of each acknowledged record.
[[noreturn]] void appendUntilKilled(std::string const& directory, int acknowledgements, int round)
{
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = Log::open(test::optionsIn(directory, Sync::Interval), clock);
    if (!log) ::_exit(2);
    auto const work = [&](int thread) {
        for (std::uint32_t i = 0;; ++i) {
            auto const number = static_cast<std::uint32_t>(round) * 10'000'000U +
                                static_cast<std::uint32_t>(thread) * 1'000'000U + i;
            auto const members =
                "\"n\":" + std::to_string(number) + ",\"m\":\"" + std::string(3000, 'x') + "\"";
            if (!(*log)->append("decision", members)) ::_exit(3);
            if (::write(acknowledgements, &number, sizeof number) != sizeof number) ::_exit(4);
        }
    };
    std::thread second{work, 1};
    work(0);
    ::_exit(5);
}

TEST(LogAfterKill, HoldsEveryAcknowledgedRecord)
{
    TemporaryDirectory const folder;
    std::mt19937 random{20260303}; // fixed: which moment it hits is up to the kernel anyway
    std::set<std::uint32_t> acknowledged;
    for (int round = 0; round < 20; ++round) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        auto const child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            appendUntilKilled(folder.path(), ends[1], round);
        }
        ::close(ends[1]);
        auto const enough = std::uniform_int_distribution{1, 400}(random);
        std::uint32_t number = 0;
        for (int got = 0; ::read(ends[0], &number, sizeof number) == sizeof number;) {
            acknowledged.insert(number);
            if (++got == enough) ::kill(child, SIGKILL); // waitpid() below tells whether it did
        }
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    }

    SetClock const clock{"2026-03-03T10:00:00Z"};
    ASSERT_TRUE(Log::open(test::optionsIn(folder.path()), clock)) << "recovery";
    EXPECT_EQ(test::breakIn(folder.path()), "");
    std::set<std::uint32_t> kept;
    Wanted wanted;
    wanted.type = "decision";
    for (auto const& line : test::recordsIn(folder.path(), wanted))
        kept.insert(static_cast<std::uint32_t>(std::stoul(line.substr(line.find("\"n\":") + 4))));
    EXPECT_GT(acknowledged.size(), 20U);
    EXPECT_TRUE(std::includes(kept.begin(), kept.end(), acknowledged.begin(), acknowledged.end()));
}

} // namespace
} // namespace tcds::audit
