#pragma once

#include <string>
#include <string_view>

namespace tcds {

/// Text for an element or a quoted attribute of HTML and SVG: & < > " ' are written as references;
/// control characters other than line feed become blanks, because no page may hold them.
std::string htmlEscaped(std::string_view text);

} // namespace tcds
