#pragma once

#include "fhir/base/clock.hpp"
#include "server/audit/checkpoint.hpp"
#include "server/audit/disk.hpp"
#include "server/audit/log.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/log_file.hpp"
#include "server/audit/log_tail.hpp"
#include "server/audit/log_tree.hpp"
#include "server/audit/record_line.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

struct NewRecord {
    std::string_view type;
    std::string_view members;
};

/// The type of a record that the writer fills in itself; `members` is its cause.
inline constexpr std::string_view kCheckpoint = "checkpoint";

/// Makes lines of records and puts them on disk in one chain, in files of a day and of a bounded
/// size. Used by one thread at a time; only file() may be called beside it.
class ChainWriter
{
public:
    /// Goes on where the directory's log ends; writes a `start` record.
    static Result<std::unique_ptr<ChainWriter>> open(LogOptions const& options, Clock const& clock);

    /// Writes all records with one write(), or none of them: then seq, chain and tree are as
    /// before. A checkpoint that would say nothing new is left out.
    /// @error Unavailable
    Result<void> write(std::span<NewRecord const> records);

    /// Whether write() would find room now: see LogFile::couldGrow().
    [[nodiscard]] bool couldWrite() { return directory_.inPlace() && file_->couldGrow(); }

    /// After a failed sync(): see LogFile::rewrite().
    [[nodiscard]] bool rewrite() { return file_->rewrite(); }

    /// The file that is written now; stays open for its holder when another one begins.
    [[nodiscard]] std::shared_ptr<LogFile const> file() const;
    [[nodiscard]] std::uint64_t written() const { return written_; }
    /// How many files were finished so far, because another one began.
    [[nodiscard]] std::uint64_t finished() const { return begun_; }

private:
    ChainWriter(LogOptions const& options, Clock const& clock, LogDirectory directory);

    /// Where the next record stands in the chain.
    struct Place {
        std::uint64_t seq = 1;
        HexDigest previous = noPrevious();
        LogTree tree;                 // over all records before it
        std::uint64_t checkpoint = 0; // record since which the next one counts
    };
    void addLine(Place& place, std::string_view type, std::string_view time,
                 std::string_view members);
    void addCheckpoint(Place& place, Instant now, std::string_view cause);
    Result<void> closeWithCheckpoint();
    [[nodiscard]] bool saysNothingNew(Place const& place) const;
    [[nodiscard]] bool checkpointDue(Place const& place) const;
    void tellOfCheckpoints();
    [[nodiscard]] std::string startMembers(std::string_view cause, std::uint64_t torn);
    Result<void> start(LogTail const& tail);
    Result<void> beginFileWhenDue(Instant now);
    [[nodiscard]] bool fileIsLost();
    Result<void> leaveLostFile();
    Result<void> beginFile(LogFileName const& name, std::string_view cause);
    Result<void> openNext(LogFileName const& name, std::string_view cause);
    [[nodiscard]] Result<void> syncNames() const;
    [[nodiscard]] bool exists(LogFileName const& name) const;
    [[nodiscard]] std::string pathOf(LogFileName const& name) const;
    Result<void> put(LogFile& file);

    LogOptions const& options_;
    Clock const& clock_;
    LogDirectory directory_;
    Disk const& disk_;
    std::string origin_;                           // `,"node":"..","tenant":".."`
    std::chrono::steady_clock::time_point looked_; // where the file is
    LogFileName name_;                             // of file_
    mutable std::mutex fileMutex_;
    std::shared_ptr<LogFile> file_;
    Place place_;
    std::uint64_t written_ = 0;
    std::uint64_t begun_ = 0; // files, after the first
    Sha256 sha256_;
    std::string lines_;
    std::vector<Checkpoint> made_; // by the lines that are being written
};

} // namespace tcds::audit
