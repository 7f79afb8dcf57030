#pragma once

#include "fhir/base/result.hpp"
#include "server/app/decide.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::replay {

/// Keeps the settings that decisions are made with, each once: DIRECTORY/settings/DIGEST.json,
/// where the directory is `content.store` and the digest the SHA-256 of the file, as decision
/// records name it. Nothing is ever changed or removed (LOG-7).
///
/// @param settings  text by digest (app::Callers::settings)
/// @error Config, `where` = "content.store PATH"
Result<void> keepSettings(std::string const& directory,
                          std::map<std::string, std::string> const& settings);

/// The settings of a digest; nothing when none are kept.
/// @error Config when the file cannot be read, is another's or of an unknown form
Result<std::optional<app::DecideSettings>> findSettings(std::string const& directory,
                                                        std::string_view digest);

/// The file of a digest.
std::string settingsFile(std::string const& directory, std::string_view digest);

} // namespace tcds::replay
