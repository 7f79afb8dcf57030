#pragma once

#include "fhir/base/result.hpp"
#include "server/query/report.hpp"

namespace SQLite {
class Database;
}

namespace tcds::query {

/// As Index::report().
Result<Report> report(SQLite::Database& database, ReportPeriod const& period);

} // namespace tcds::query
