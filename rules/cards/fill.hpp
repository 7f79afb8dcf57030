#pragma once

#include "rules/cards/values.hpp"

#include <string>

namespace tcds::rules {

/// A template filled for the detail: inserted values are escaped, the author's Markdown stays.
std::string markdownOf(Chart const& chart, FiredRule const& rule, Template const& text,
                       Shortening const& shortening = {});

/// Does the text hold a list of names? Another is the same under every Shortening.
bool namesCanShrink(Template const& text);

/// A template filled as plain text that is not shortened: labels of suggestions.
std::string plainOf(Chart const& chart, FiredRule const& rule, Template const& text);

/// A template filled as plain text of at most `most` characters. Names shrink first (two "+n", one
/// "+n", shorter names); if that is not enough the author's words at the end go. A number, a unit
/// or a date is never cut.
std::string summaryOf(Chart const& chart, FiredRule const& rule, Template const& text,
                      std::size_t most);

} // namespace tcds::rules
