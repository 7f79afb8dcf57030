#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

/// What the name of a log file says. The files of a log are in the order of day and part:
/// decisions-2026-03-03.jsonl, decisions-2026-03-03.2.jsonl, .., decisions-2026-03-04.jsonl.
struct LogFileName {
    std::string day;         // "2026-03-03": no record in the file is of a later one
    unsigned part = 1;       // of that day
    bool compressed = false; // a finished file, as gzip
};

/// "decisions-2026-03-03.2.jsonl.gz"
std::string toText(LogFileName const& name);
/// @return nothing for the name of any other file
std::optional<LogFileName> readFileName(std::string_view fileName);
/// True when `left` is written before `right`; whether they are compressed does not count.
bool isBefore(LogFileName const& left, LogFileName const& right);

/// "2026-03-03" of the name of a log file; "" for every other name.
std::string dayOf(std::string_view fileName);
/// The name that a log file had before it was compressed: by this it stays the same file.
std::string plainNameOf(std::string_view fileName);

/// Names (not paths) of the log files of a directory in the order in which they were written. Where
/// a file is there both plain and compressed, the plain one alone. A plain file may be compressed
/// before its name is used: LineReader finds it all the same.
/// @error NotFound when there is no such directory, Config when it cannot be read
Result<std::vector<std::string>> logFilesIn(std::string const& directory);

/// The directory of one node's log, made when absent and locked against a second writer for as
/// long as this object lives. The lock is the kernel's: it ends with the process, however it ends.
class LogDirectory
{
public:
    /// @error Config when the directory cannot be made, is no directory, or another process has it
    static Result<LogDirectory> take(std::string const& path);

    [[nodiscard]] std::string const& path() const { return path_; }
    /// Whether the path still leads to the directory that is locked.
    [[nodiscard]] bool inPlace() const;
    /// Makes names of files that were created or removed survive a power cut.
    [[nodiscard]] bool sync() const;

private:
    std::string path_;
    Descriptor directory_;
    Descriptor lock_;
};

} // namespace tcds::audit
