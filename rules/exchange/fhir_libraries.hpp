#pragma once

#include "rules/exchange/exported_file.hpp"
#include "rules/model/rule_set.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// A logic library: the CQL as an attachment, what it is made of with pinned versions.
/// @param valueSets  names of the value sets that it refers to
ExportedFile logicLibrary(RuleSet const& rules, std::string_view base, std::string_view name,
                          std::string const& cql, std::vector<std::string> const& valueSets);

/// The manifest: every resource of the export with its version, as an asset collection.
ExportedFile manifestLibrary(RuleSet const& rules, std::string_view base,
                             std::span<ExportedFile const> resources);

} // namespace tcds::rules::exchange
