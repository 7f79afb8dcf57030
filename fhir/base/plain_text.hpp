#pragma once

#include <string>
#include <string_view>

namespace tcds {

/// A text of somebody else for a terminal: control characters (C0, DEL, C1) and those that turn the
/// direction of writing stand as `\u001b`, so that no text moves the cursor, looks like a line of
/// ours or reads in another order than it has. What is no UTF-8 stays.
std::string plainLine(std::string_view text);

/// The same for a text of several lines: line feeds stay.
std::string plainLines(std::string_view text);

} // namespace tcds
