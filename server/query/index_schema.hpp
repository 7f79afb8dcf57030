#pragma once

#include "fhir/base/result.hpp"

#include <string>

namespace SQLite {
class Database;
}

namespace tcds::query {

// The tables of the index. Ids of records grow in the order of the log, so that those of one file
// are `file.first` to `file.last`; times are milliseconds since 1970; texts that are looked for as
// a whole are kept as key64().

/// Whether a file may be made into an index, or be thrown away for one: it is absent, empty, or was
/// an index of ours, whatever its version and state.
bool isOurs(std::string const& file);

/// True when the open database has the tables of this version and looks whole.
bool hasTables(SQLite::Database& database);
/// Makes the tables, empty; those that are there are dropped.
void makeTables(SQLite::Database& database);
/// How a connection works: other processes read while one writes.
void tune(SQLite::Database& database);

} // namespace tcds::query
