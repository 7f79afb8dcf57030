#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tcds::cli {

/// Shows on stderr how far a reading of many bytes is, how fast, and how long it will take still;
/// several times a second at most, and nothing where stderr is no terminal.
///
/// @param doing  "verifying"
/// @return to be called with bytes done and bytes in all; empty where nothing is to be shown
std::function<void(std::uint64_t, std::uint64_t)> progressBar(std::string doing);

/// "verifying 37 %  1.2 GB/s  0:41 left", without the time before there is a rate.
/// @param seconds  since the beginning
std::string progressText(std::string const& doing, std::uint64_t done, std::uint64_t all,
                         double seconds);

} // namespace tcds::cli
