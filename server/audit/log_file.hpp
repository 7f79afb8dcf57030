#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"
#include "server/audit/disk.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
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
    static Result<LogFile> open(std::string path, Disk const& disk = Disk::ofSystem());

    /// One write() for all of `lines`. What a failed one left is taken away before this returns,
    /// or, when even that fails, before the next append writes anything.
    /// @error Unavailable; the file holds nothing of `lines`
    Result<void> append(std::string_view lines);

    /// Takes away what append() wrote last.
    void undoLast();

    /// Whether a record would find room now, without writing one: where the file system can tell,
    /// room for many is taken and given back; where it cannot, the next append tells.
    [[nodiscard]] bool couldGrow();

    /// fdatasync(); may be called beside the others. Once it has failed, it fails until rewrite():
    /// the kernel takes what it could not write for written, and a second call would tell nothing.
    /// @error Unavailable
    [[nodiscard]] Result<void> sync() const;

    /// After a failed sync(): writes all that no sync() has forced to disk once more, in its place,
    /// so that the next one has something to do.
    [[nodiscard]] bool rewrite();

    /// Whether it has a name, and nobody else has cut it or written to it: what is written to a
    /// file that was removed is lost with the process.
    [[nodiscard]] bool intact() const;
    /// Whether its own name still leads to it; costs ten times as much.
    [[nodiscard]] bool inPlace() const;

    [[nodiscard]] std::uint64_t size() const { return state_->size; }
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    explicit LogFile(Disk const& disk) : disk_{&disk} {}
    [[nodiscard]] bool cutTo(std::uint64_t end);

    Disk const* disk_;
    std::string path_;
    Descriptor descriptor_;
    /// What sync() reads and changes while records are written; apart, so that a file can be moved.
    struct State {
        std::atomic<std::uint64_t> size{0}; // of whole lines
        std::atomic<std::uint64_t> safe{0}; // of them, surely on the disk
        std::mutex oneAtATime;              // sync
        std::atomic<bool> suspect{false};   // those behind may be lost although a sync() succeeds
    };
    std::unique_ptr<State> state_ = std::make_unique<State>();
    std::uint64_t before_ = 0; // size before the last append
    dev_t device_ = 0;
    ino_t inode_ = 0;
    bool ragged_ = false; // bytes beyond size wait to be cut
};

} // namespace tcds::audit
