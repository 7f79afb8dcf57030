#pragma once

#include "fhir/base/result.hpp"
#include "server/cli/arguments.hpp"
#include "server/query/index.hpp"

#include <string>

namespace tcds::cli {

/// The index of a log, brought up to date; tells on stderr what takes long.
Result<query::Index> openIndex(std::string const& directory, IndexArguments const& arguments);

/// "the log ends with record 48260 of 2026-03-03T10:12:44.402Z (3 minutes ago)"
std::string describe(query::Index::Extent const& extent);

} // namespace tcds::cli
