#pragma once

#include "server/config/config.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tcds::cli {

/// What a configuration is read from: the file, the environment and flags of this process.
/// @error BadRequest when the file cannot be read
Result<config::Sources> sourcesOf(std::string const& file,
                                  std::vector<std::pair<std::string, std::string>> flags);

/// The same; an unreadable file goes to stderr.
std::optional<config::Sources> readSources(std::string const& file,
                                           std::vector<std::pair<std::string, std::string>> flags);

/// The configuration from a file, the environment and flags; problems go to stderr.
std::optional<config::Loaded> loadSettings(std::string const& file,
                                           std::vector<std::pair<std::string, std::string>> flags);

} // namespace tcds::cli
