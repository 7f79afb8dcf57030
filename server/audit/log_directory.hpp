#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"

#include <string>
#include <vector>

namespace tcds::audit {

/// "decisions-2026-03-03.jsonl"
std::string fileNameOf(std::string const& day);
/// "2026-03-03" of such a name; "" for every other name.
std::string dayOf(std::string const& fileName);

/// Names (not paths) of the log files of a directory, oldest day first.
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
    /// Makes names of files that were created or removed survive a power cut.
    [[nodiscard]] bool sync() const;

private:
    std::string path_;
    Descriptor directory_;
    Descriptor lock_;
};

} // namespace tcds::audit
