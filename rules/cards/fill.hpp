#pragma once

#include "rules/cards/filled_text.hpp"
#include "rules/cards/fired_rule.hpp"

#include <string>

namespace tcds::rules {

/// Fills a template to the end of a text.
void fill(FilledText& filled, Chart const& chart, FiredRule const& rule, Template const& text);

/// Is the template a line of the author's and nothing else? It stands for itself, then.
bool isOneLine(Template const& text);

/// A template filled as plain text that is not shortened: labels of suggestions.
std::string plainOf(Chart const& chart, FiredRule const& rule, Template const& text);

/// A template filled as plain text of at most `most` characters. Names shrink first (two "+n", one
/// "+n", shorter names); if that is not enough the author's words at the end go. A number, a unit
/// or a date is never cut.
std::string summaryOf(Chart const& chart, FiredRule const& rule, Template const& text,
                      std::size_t most);

} // namespace tcds::rules
