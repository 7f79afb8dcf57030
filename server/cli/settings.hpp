#pragma once

#include "server/config/config.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tcds::cli {

/// The configuration from a file, the environment and flags; problems go to stderr.
std::optional<config::Loaded> loadSettings(std::string const& file,
                                           std::vector<std::pair<std::string, std::string>> flags);

} // namespace tcds::cli
