#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"
#include "server/audit/disk.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::audit {

/// One file of the log, written at its end: each append stays whole or leaves nothing.
class LogFile
{
public:
    /// Opens or makes the file, readable by its owner alone.
    /// @param disk  outlives the file
    /// @error Unavailable when that fails
    static Result<LogFile> open(std::string path, Disk const& disk);

    /// One write() for all of `lines`. What a failed one left is taken away before this returns,
    /// or, when even that fails, before the next append writes anything.
    /// @error Unavailable; the file holds nothing of `lines`
    Result<void> append(std::string_view lines);

    /// Takes away what append() wrote last.
    void undoLast();

    /// Whether a record would find room now, without writing one: where the file system can tell,
    /// room for many is taken and given back; where it cannot, the next append tells.
    [[nodiscard]] bool couldGrow();

    /// fdatasync()
    /// @error Unavailable
    [[nodiscard]] Result<void> sync() const;

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    explicit LogFile(Disk const& disk) : disk_{&disk} {}
    [[nodiscard]] bool cutTo(std::uint64_t size);

    Disk const* disk_;
    std::string path_;
    Descriptor descriptor_;
    std::uint64_t size_ = 0;   // of whole lines
    std::uint64_t before_ = 0; // the same before the last append
    bool ragged_ = false;      // bytes beyond size_ wait to be cut
};

} // namespace tcds::audit
