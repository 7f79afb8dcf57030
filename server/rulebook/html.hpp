#pragma once

#include "server/rulebook/document.hpp"

#include <string>

namespace tcds::rulebook {

/// The book as one HTML page that needs nothing else: no script, no style sheet, no font, no
/// picture from outside. A small script at its end adds a field to look for rules; without it the
/// page loses nothing. Also well-formed XML, but for the doctype.
std::string toHtml(Document const& book);

/// One line as HTML, escaped.
std::string toHtml(Inline const& line);

/// The style sheet and the script of the page (style.cpp).
extern char const* const kStyle;
extern char const* const kScript;

} // namespace tcds::rulebook
