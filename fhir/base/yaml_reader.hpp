#pragma once

#include "fhir/base/problems.hpp"

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds {

/// Line and column in an authored file, counted from 1; columns are characters, not bytes.
struct FilePosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

/// What a YAML text holds: maps, lists and texts, and where each of them stood.
struct YamlContent {
    rapidjson::Document document;
    /// In reading order: a value before what is in it, the name of a member before its value.
    std::vector<FilePosition> positions;
};

/// Reads one strict YAML document (see Tree::fromYaml for what is refused). What is refused but can
/// be passed over (an alias, an empty value, a second value for a name) is reported and left out.
/// @return nothing when the text could not be read to its end; then `problems` says why
std::optional<YamlContent> readYaml(std::string_view text, std::string const& file,
                                    Problems& problems);

} // namespace tcds
