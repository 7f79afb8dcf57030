#pragma once

#include "fhir/base/result.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cli/arguments.hpp"
#include "server/replay/packs.hpp"

#include <memory>
#include <string>
#include <variant>

namespace tcds::cli {

/// Where old decisions, their rules and their settings lie.
struct ReplaySources {
    std::string directory; // of the log
    std::string store;     // content.store
    std::unique_ptr<replay::Packs> packs;
    std::shared_ptr<rules::RuleSet const>
        rules;             // to decide with instead; nullptr: those of the day
    std::string rulesName; // "twitch-core 2027.1, sha256 ..", "" without
};

/// Finds them as the arguments and the configuration say; prints its own errors.
/// @return the exit code when something is not there
std::variant<ReplaySources, int> replaySources(ReplayArguments const& arguments);

/// The line of a decision in the log.
/// @error NotFound when the log has none, else as audit::findDecision()
Result<std::string> lineOf(std::string const& directory, std::string const& decision);

} // namespace tcds::cli
