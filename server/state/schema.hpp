#pragma once

#include "fhir/base/result.hpp"

#include <string>

namespace SQLite {
class Database;
}

namespace tcds::state {

/// Prepares a connection (WAL, synchronous NORMAL) and its tables; proves that the file is ours,
/// whole and writable. Throws SQLite::Exception for what SQLite itself refuses.
/// @error Config: another program's file, a newer version, damage
Result<void> prepare(SQLite::Database& database, std::string const& file);

} // namespace tcds::state
