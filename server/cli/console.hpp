#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"

#include <string>
#include <string_view>

namespace tcds::cli {

/// Reads a whole file; "-" is stdin.
/// @error BadRequest when it cannot be read
Result<std::string> readText(std::string const& path);

/// Writes an error, or every problem of a loader, to stderr, one a line.
void complain(Error const& error);
void complain(Problems const& problems);

/// True when stdout is a terminal and colour is not refused (NO_COLOR).
bool colourOnStdout();

} // namespace tcds::cli
