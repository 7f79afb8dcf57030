#pragma once

#include "server/replay/difference.hpp"

#include <string_view>
#include <vector>

namespace tcds::replay {

/// A masked card as lines: one a member ("summary: .."), its detail one a paragraph.
/// @param card  compact JSON; "" = no card, no lines
std::vector<std::string> linesOfCard(std::string_view card);

/// The longest lines in common stay, all else goes or comes.
std::vector<CardLine> lineDifference(std::vector<std::string> const& was,
                                     std::vector<std::string> const& is);

} // namespace tcds::replay
