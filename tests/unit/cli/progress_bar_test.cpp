#include "server/cli/progress_bar.hpp"

#include <gtest/gtest.h>

namespace tcds::cli {
namespace {

struct Row {
    std::uint64_t done, all;
    double seconds;
    char const* text;
};

TEST(ProgressBar, SaysHowFarHowFastAndHowLongStill)
{
    for (auto const& row :
         {Row{0, 1'000, 5.0, "verifying 0 %"}, Row{370, 1'000, 0.1, "verifying 37 %"},
          Row{3'700'000'000, 10'000'000'000, 2.0, "verifying 37 %  1.9 GB/s  0:03 left"},
          Row{50'000'000, 6'050'000'000, 1.0, "verifying 0 %  50 MB/s  2:00 left"},
          Row{10'000'000'000, 10'000'000'000, 10.0, "verifying 100 %  1.0 GB/s"},
          Row{0, 0, 0.0, "verifying 100 %"}})
        EXPECT_EQ(progressText("verifying", row.done, row.all, row.seconds), row.text);
}

} // namespace
} // namespace tcds::cli
