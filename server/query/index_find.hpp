#pragma once

#include "fhir/base/result.hpp"
#include "server/query/question.hpp"

#include <string>

namespace SQLite {
class Database;
}

namespace tcds::query {

/// As Index::find().
Result<FoundCount> find(SQLite::Database& database, std::string const& directory,
                        Question const& question, TakeFound const& take);

} // namespace tcds::query
