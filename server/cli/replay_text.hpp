#pragma once

#include "server/replay/difference.hpp"
#include "server/replay/replayer.hpp"

#include <string>

namespace tcds::cli {

/// One decision that was made again, for people.
std::string replayText(replay::RecordedDecision const& recorded, replay::Replayed const& replayed,
                       replay::Difference const& difference);

/// The same for scripts, one line: decision, result ("identical" or "different"), decidedWith,
/// replayedWith, rules (id, was, is), idle, missing, cards (rule, was, is: digests; lines).
std::string replayJson(replay::RecordedDecision const& recorded, replay::Replayed const& replayed,
                       replay::Difference const& difference);
/// With result "not-replayable", why and where it was looked.
std::string notReplayableJson(replay::RecordedDecision const& recorded,
                              replay::NotReplayable const& no);

} // namespace tcds::cli
