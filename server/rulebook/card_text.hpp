#pragma once

#include "server/rulebook/document.hpp"

#include <string_view>
#include <vector>

namespace tcds::rulebook {

/// The detail of a card, which is Markdown of a narrow kind - paragraphs, list items, `**strong**`,
/// `[text](address)` and backslashes - as blocks.
std::vector<Block> detailBlocks(std::string_view detail);

/// One line of such Markdown.
Inline detailLine(std::string_view line);

} // namespace tcds::rulebook
