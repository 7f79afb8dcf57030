#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/compile.hpp"
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

/// The content that was built into the binary (decision D7).
/// @throws std::runtime_error as embeddedRules
rules::Content embeddedContent();

/// Reads a rules folder, or a hospital's own folder, which is laid over the embedded content (one
/// with pack.yaml or overlay.yaml at the top and no ruleset.yaml), or a bundle file, of which the
/// digests are checked and the signature is not. Overlays are not applied yet. Faults inside files
/// go to `problems`.
/// @error NotFound when the folder is neither; Config for a bundle that cannot be used
Result<rules::Content> contentIn(std::string const& folder, Problems& problems);

/// A content with its overlay applied, compiled.
struct PreparedRules {
    rules::Content content;
    std::shared_ptr<rules::RuleSet const> rules;     // nullptr when there are errors
    std::shared_ptr<rules::RuleSet const> unchanged; // without the overlay; nullptr: there is none
    bool ownOnly = false; // a hospital's cases alone: those of other packs are not at hand
};
/// Applies the overlay of a content and compiles it; problems are collected.
/// @param options  which rules take part
PreparedRules prepared(rules::Content content, Problems& problems,
                       rules::CompileOptions const& options = {});

/// Reads a folder as contentIn() does and prepares what is in it.
/// @error as contentIn()
Result<PreparedRules> rulesInFolder(std::string const& folder, Problems& problems,
                                    rules::CompileOptions const& options = {});

/// The rules that a configuration is answered by, as contentOf() finds them at a start. Problems go
/// to stderr; nullptr when they cannot be used.
/// @param day  as for embeddedRules
std::shared_ptr<rules::RuleSet const> rulesOf(config::Config const& config, std::string const& day);

/// The folder to work on when none was named: ./rules if it is one, else "".
std::string defaultFolder();

} // namespace tcds::cli
