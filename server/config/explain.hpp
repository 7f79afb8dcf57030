#pragma once

#include "server/config/config.hpp"

#include <string>
#include <string_view>

namespace tcds::config {

/// What a key does, what may stand there, its default in each mode, and the value in force with its
/// origin: a few lines for people. Knows every setting, `clients` and `tenants` with their members
/// (`clients.max_cards`, also written `clients[].max_cards`), and sections (`audit`), whose keys it
/// lists.
/// @param sources  what the defaults are computed from
/// @param loaded   what is in force; a member is shown for every entry
/// @error NotFound for an unknown key, with the nearest known one
Result<std::string> explainKey(std::string_view key, Sources const& sources, Loaded const& loaded);

} // namespace tcds::config
