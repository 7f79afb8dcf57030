#pragma once

#include <cstddef>
#include <filesystem>

namespace tcds::bench {

/// What the newest decision record of a log holds.
struct RecordSize {
    std::size_t bytes = 0;
    std::size_t candidates = 0; // rules[]
    std::size_t facts = 0;
    std::size_t cards = 0;
};

/// @throws std::runtime_error when the folder holds no decision record
RecordSize newestRecord(std::filesystem::path const& auditDirectory);

} // namespace tcds::bench
