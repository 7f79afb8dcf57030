#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::audit {

class Disk;

enum class Sync : std::uint8_t { Always, Interval, Never };

/// What happened to the finished files of a log, for the operations log.
struct LogNews {
    enum class Kind : std::uint8_t {
        Compressed, // a file was
        Removed,    // a file was, after its retention period
        Held,       // a legal hold is in force, or was lifted
        Trouble     // none of it could be done; it is tried again
    };
    Kind kind;
    std::string_view file; // its name
    std::string_view what; // for people
};

struct LogOptions {
    std::string directory;
    std::string node, tenant;
    Sync sync = Sync::Interval;
    std::chrono::milliseconds syncInterval{200};
    std::uint64_t rotateBytes = std::uint64_t{256} << 20U; // a file of this size is finished
    std::size_t maxWaiting = 1024; // records that may wait for the writer; more get Unavailable
    // For the writer to take a record up; then Unavailable, and at once for whoever comes while the
    // same write goes on: calls that can only be refused must not hold the threads of others.
    std::chrono::milliseconds maxWait{5000};
    std::chrono::milliseconds retry{1000}; // after a failed write: whether there is room again
    std::chrono::milliseconds look{1000};  // whether the file was moved away
    std::string engineVersion;             // written into `start`

    bool compress = false;      // finished files, in the background
    unsigned retentionDays = 0; // finished files whose records are all older go; 0: none ever
    bool legalHold = false;     // none goes, whatever the period
    std::function<void(LogNews const&)> news; // may be empty; called from a thread of the log
    Disk const* disk = nullptr;               // of tests; null: the real one
    /// Nothing: no tree is kept, and the log has its chain alone.
    std::optional<CheckpointOptions> checkpoints = CheckpointOptions{};
};

/// The decision log of one node: one JSON line a record, append only, hash-chained (members `prev`
/// and `hash`), a file a day or as many as its size asks for. One process a directory: a second one
/// is refused.
///
/// A record is handed to the kernel before append() returns, so a `kill -9` loses no record of an
/// answered call; `sync` decides about power cuts (decision D34). A short write (full disk) is
/// undone before the error is returned; a torn last line is cut at the next start and noted in its
/// `start` record. Threads may append at once: the first one that waits writes the whole queue.
///
/// Finished files are compressed and, after the retention period, removed by a thread of low
/// priority, on which no call ever waits. The removal is written down first, as a `config` record
/// of change `retention`. Nothing goes while legalHold is set or the directory holds a file
/// LEGAL-HOLD, and nothing ever goes because the disk is full.
class Log
{
public:
    /// Locks the directory (made when absent, mode 0700), recovers the tail and writes `start`.
    /// @error Config when it cannot be made, locked or written; `fix` says what to do
    static Result<std::unique_ptr<Log>> open(LogOptions const& options, Clock const& clock);
    ~Log(); // writes `stop` and the last checkpoint, and syncs

    /// Appends one record. `v`, `type`, `seq`, `ts`, `node`, `tenant`, `prev` and `hash` are added
    /// here.
    /// @param members  the record's own members as JSON without the braces: "\"a\":1,\"b\":[]"
    /// @error Unavailable when the record could not be kept; nothing of it stays in the file
    Result<void> append(std::string_view type, std::string_view members);
    /// Several records of one type with one write(); all of them are kept or none is.
    Result<void> append(std::string_view type, std::span<std::string const> each);

    /// Makes a checkpoint now, unless the last record is one. They also come by themselves, as
    /// LogOptions::checkpoints says.
    /// @error Unavailable
    Result<void> checkpoint();

    /// False after a failed write until one succeeds or would: what readiness reports. Looked after
    /// here, for a balancer sends no call to a service that is not ready.
    [[nodiscard]] bool healthy() const;
    /// Records that `audit.on_failure: continue` has lost, counted by the caller through this.
    void countLoss();
    [[nodiscard]] std::uint64_t losses() const;

private:
    struct Impl;
    explicit Log(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::audit
