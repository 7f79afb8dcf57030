#include "server/forward/fetch.hpp"

#include "server/audit/log_directory.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <gtest/gtest.h>

namespace tcds::forward {

namespace {

using audit::test::SetClock;
using audit::test::TemporaryDirectory;

TEST(FileDivider, DividesALogAsItsNodeDid)
{
    TemporaryDirectory const directory;
    SetClock clock{"2026-03-30T08:00:00Z"};
    auto options = audit::test::optionsIn(directory.path());
    options.rotateBytes = 1500; // a few records
    // Runs on one day, over midnight, on a later day, and with a clock that went back.
    for (auto const* start : {"2026-03-30T08:00:00Z", "2026-03-30T23:59:59Z",
                              "2026-04-02T10:00:00Z", "2026-04-01T10:00:00Z"}) {
        clock.set(start);
        auto const log = audit::Log::open(options, clock);
        ASSERT_TRUE(log) << toText(log.error());
        for (int i = 0; i < 9; ++i) {
            if (i == 5 && std::string_view{start}.ends_with("59Z"))
                clock.set("2026-03-31T00:00:01Z");
            ASSERT_TRUE((*log)->append("reject", "\"http\":400,\"reason\":\"json\""));
        }
    }
    auto const names = *audit::logFilesIn(directory.path());
    ASSERT_GT(names.size(), 6U); // or nothing is divided here

    FileDivider divider;
    for (auto const& name : names) {
        auto const lines = audit::test::linesOf(directory.path(name));
        ASSERT_FALSE(lines.empty());
        for (auto const& line : lines) {
            auto const file = divider.next(line);
            EXPECT_EQ(file, &line == &lines.front() ? name : "") << line;
        }
    }
}

} // namespace

} // namespace tcds::forward
