#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/line_reader.hpp"
#include "server/forward/destination.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcds::forward {

/// The head of a record of the log.
struct RecordHead {
    Origin origin;
    Place place;
    std::string time; // as the record writes it
};

/// @return nothing when the line is no record
std::optional<RecordHead> headOf(std::string_view line);

/// Lines of a log that follow each other, byte for byte without their line feeds.
struct Batch {
    std::vector<std::string> lines;
    std::uint64_t lastSeq = 0;       // of the last one that is a record
    std::string firstTime, lastTime; // of records; "" when there is none
};

/// Follows the files of a log from a place on, while the service writes, finishes, compresses and
/// removes them. Bound to names and bytes, so it survives all of that; memory is that of one batch.
class Follower
{
public:
    struct Bounds {
        std::size_t lines = 500;
        std::size_t bytes = 1024U * 1024U; // one line may be longer
    };

    explicit Follower(std::string directory) : directory_{std::move(directory)} {}

    /// What `begin` found.
    struct Beginning {
        std::optional<Place> newest; // what the destination has of this log
        bool unlike = false; // it has other records than the log, or the log ends before them
    };
    /// Goes to the first record that the destination lacks. When what it has is not what stands in
    /// the log, it goes back to where that begins: the destination decides about each.
    /// @error of the files or of the destination
    Result<Beginning> begin(Destination& destination);

    /// The next lines, in order; none at the end of the log as it is now. They are given again by
    /// the next call unless took() was called.
    Result<Batch> next(Bounds bounds);
    /// The lines of the last next() have arrived.
    void took() { at_ = after_; }

private:
    /// The line at `offset` of the file is the next one.
    struct Position {
        std::string file; // its plain name; "" = the first of the log
        std::uint64_t offset = 0;
    };
    Result<std::optional<RecordHead>> firstOf(std::string const& file) const;
    Result<std::optional<std::string>> newestHeld(std::vector<std::string> const& files,
                                                  Destination& destination,
                                                  std::optional<RecordHead>& first) const;
    /// @return false when the place is not in the file
    Result<bool> goBehind(std::string const& file, Place const& place, bool& unlike);
    Result<bool> fill(Batch& batch, Bounds bounds);
    [[nodiscard]] std::optional<std::string> fileAfter(std::string const& file) const;

    std::string directory_;
    Position at_, after_;
    std::vector<std::string> files_; // as they were listed last
};

/// The newest record of a log; nothing when there is none.
/// @error as logFilesIn and LineReader
Result<std::optional<RecordHead>> newestRecord(std::string const& directory);

} // namespace tcds::forward
