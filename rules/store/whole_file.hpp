#pragma once

#include "fhir/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tcds::rules {

/// Writes a file that appears whole or not at all: a neighbour is written, forced to disk and
/// renamed. Readable by everybody as far as the umask lets (0644): what goes here is no secret.
/// @error Config, `where` = the path
tcds::Result<void> writeWhole(std::string const& path, std::string_view bytes);

/// @return the bytes; nothing when there is no such file
/// @error Config, `where` = the path: it is there and cannot be read
tcds::Result<std::optional<std::string>> readWhole(std::string const& path);

} // namespace tcds::rules
