#pragma once

#include "fhir/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace SQLite {
class Database;
}

namespace tcds::query {

/// What an update found.
enum class Updated : std::uint8_t {
    Done,   // the tables say what the files say
    Differs // a file that was read before is not what it was: the tables are of no use
};

/// Brings the tables in line with the files of a log: takes out what files hold that are gone,
/// reads what is new. What was read before is looked at again only where size or time of a file
/// changed; the file that grows is known by its last line.
///
/// @param progress  called now and then with bytes done and bytes in all; may be empty
/// @param say       gets a line for people when there is much to read; may be empty
/// @error NotFound, Config for the directory; Internal when a file cannot be read
Result<Updated> update(SQLite::Database& database, std::string const& directory,
                       std::function<void(std::uint64_t, std::uint64_t)> const& progress,
                       std::function<void(std::string const&)> const& say);

} // namespace tcds::query
