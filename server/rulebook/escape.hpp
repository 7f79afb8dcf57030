#pragma once

#include <string>
#include <string_view>

namespace tcds::rulebook {

/// Text for an element or a quoted attribute of HTML and SVG: & < > " ' are written as references;
/// control characters other than line feed become blanks, because no page may hold them.
std::string escaped(std::string_view text);

/// Text for one line of Markdown: what would begin a mark is preceded by a backslash, a line break
/// becomes a blank.
std::string escapedMarkdown(std::string_view text);

/// The target of a Markdown link: what could end it is percent-encoded.
std::string escapedTarget(std::string_view target);

} // namespace tcds::rulebook
