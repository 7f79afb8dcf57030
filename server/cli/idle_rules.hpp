#pragma once

#include "server/cli/replay_sources.hpp"
#include "server/replay/replayer.hpp"

#include <string>
#include <string_view>

namespace tcds::cli {

/// The rules that a record only counts (decision D40), spelt out by deciding again: their outcome
/// follows from rules and facts.
class IdleRules
{
public:
    /// @param sources  without other rules; outlives this object
    explicit IdleRules(ReplaySources const& sources);

    /// @param line  of the log; "" comes back for one that is no decision
    std::string textOf(std::string_view line);

private:
    replay::Replayer replayer_;
};

} // namespace tcds::cli
