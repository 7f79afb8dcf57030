#pragma once

#include "fhir/base/result.hpp"
#include "server/cli/arguments.hpp"
#include "server/forward/records.hpp"

#include <string>

namespace tcds::cli {

/// The records in a database, for questions.
/// @error Config, Unavailable or Timeout as forward::Records::open
Result<forward::Records> openRecords(PostgresArguments const& arguments);

/// "twitch_cds at db.example.org has mercy-west/cds-1 through record 48260 of
/// 2026-03-03T10:12:44.402Z"
std::string describe(forward::Records& records);

/// The exit code for a question that a database did not answer.
int exitOfDatabase(Error const& error);

} // namespace tcds::cli
