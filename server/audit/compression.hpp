#pragma once

#include "fhir/base/result.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace tcds::audit {

struct Compressed {
    bool done = false;                   // false: `stop` was set, and nothing has changed
    std::uint64_t before = 0, after = 0; // bytes of the file
};

/// Puts NAME.gz in the place of a finished file. The plain file goes last, when its compressed form
/// is complete, on the disk, and was read back and found to be the same; so it may be interrupted
/// at any point and repeated. One that was interrupted between the two is brought to its end.
/// @param directory  of the log; @param name  of a plain file there that is written no more
/// @param stop       set by another thread: leave off soon
/// @error Unavailable: no room, a disk that fails; BadRequest when NAME.gz is there already and
///        holds something else. The plain file is then as it was
Result<Compressed> compressFile(std::string const& directory, std::string const& name,
                                std::atomic<bool> const& stop);

/// Takes away what an interrupted compressFile() left unfinished.
void removeUnfinished(std::string const& directory);

} // namespace tcds::audit
