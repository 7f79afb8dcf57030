#include "server/cli/progress_bar.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <utility>

namespace tcds::cli {

namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kBetween = std::chrono::milliseconds{100};
constexpr double kSoonest = 0.2; // seconds: before that a rate is chance

struct Bar {
    std::string doing;
    Steady::time_point began = Steady::now();
    Steady::time_point shown;
    std::size_t width = 0; // of the last text
};

} // namespace

std::string progressText(std::string const& doing, std::uint64_t done, std::uint64_t all,
                         double seconds)
{
    auto text = doing + " " + std::to_string(all == 0 ? 100 : done * 100 / all) + " %";
    if (seconds < kSoonest || done == 0) return text;
    auto const rate = static_cast<double>(done) / seconds;
    std::array<char, 64> tail{};
    if (rate >= 1e9)
        std::snprintf(tail.data(), tail.size(), "  %.1f GB/s", rate / 1e9);
    else
        std::snprintf(tail.data(), tail.size(), "  %.0f MB/s", rate / 1e6);
    text += tail.data();
    if (done >= all) return text;
    auto const left = static_cast<unsigned long>(static_cast<double>(all - done) / rate + 0.5);
    std::snprintf(tail.data(), tail.size(), "  %lu:%02lu left", left / 60, left % 60);
    return text + tail.data();
}

std::function<void(std::uint64_t, std::uint64_t)> progressBar(std::string doing)
{
    if (isatty(STDERR_FILENO) != 1) return {};
    auto bar = std::make_shared<Bar>();
    bar->doing = std::move(doing);
    return [bar](std::uint64_t done, std::uint64_t all) {
        auto const now = Steady::now();
        if (done < all && now < bar->shown + kBetween) return;
        bar->shown = now;
        auto text = progressText(bar->doing, done, all,
                                 std::chrono::duration<double>(now - bar->began).count());
        auto const width = text.size();
        if (width < bar->width) text.append(bar->width - width, ' ');
        bar->width = width;
        std::cerr << '\r' << text << (done >= all ? "\n" : "") << std::flush;
    };
}

} // namespace tcds::cli
