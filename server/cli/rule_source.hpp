#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"
#include "server/config/config.hpp"

#include <memory>
#include <string>

namespace tcds::cli {

/// The pack that was built into the binary (decision D7), compiled.
/// @param day  YYYY-MM-DD of loading, "" = periods are not looked at
/// @throws std::runtime_error when the binary was built with a broken pack: our own fault
std::shared_ptr<rules::RuleSet const> embeddedRules(std::string const& day);

/// Reads and compiles a rules folder; problems are collected.
struct FolderRules {
    rules::Content content;
    std::shared_ptr<rules::RuleSet const> rules; // nullptr when there are errors
};
Result<FolderRules> rulesInFolder(std::string const& folder, Problems& problems);

/// The rules that a configuration is answered by, as contentOf() finds them at a start. Problems go
/// to stderr; nullptr when they cannot be used.
/// @param day  as for embeddedRules
std::shared_ptr<rules::RuleSet const> rulesOf(config::Config const& config, std::string const& day);

/// The folder to work on when none was named: ./rules if it is one, else "".
std::string defaultFolder();

} // namespace tcds::cli
