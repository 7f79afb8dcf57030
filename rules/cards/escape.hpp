#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tcds::rules {

/// Length of a text as cards count it: code points or UTF-16 units, whichever is more. Bytes that
/// are no valid UTF-8 count one each.
std::size_t cardLength(std::string_view text);

/// The longest beginning of at most `most` (as cardLength counts), cut between code points.
std::string_view cutTo(std::string_view text, std::size_t most);

/// What may go into a card: valid UTF-8 without control, bidirectional, zero-width and
/// line-breaking characters; white space becomes one blank; at most 80 code points, an ellipsis
/// tells that something was cut.
/// @param made  holds the result where it is not the text itself
std::string_view cleaned(std::string_view text, std::string& made);

/// Appends `value` for Markdown: each ASCII punctuation sign has a backslash before it, so that no
/// link, markup, HTML, entity or heading can come from it. Call it with cleaned text.
void appendEscaped(std::string& text, std::string_view value);

/// As appendEscaped(), for names of our own tables: the signs that names are written with and that
/// mean nothing to Markdown inside a line stay, for readers of the raw text ("25-OH vitamin D").
void appendEscapedName(std::string& text, std::string_view name);

/// As appendEscaped(), but for the slash, the percent sign and a decimal point, which mean nothing
/// in Markdown where they stand in a unit: readers of the raw text still see "mmol/L".
void appendEscapedUnit(std::string& text, std::string_view unit);

/// A unit as sent when it looks like one (short; letters, digits and the signs that units use),
/// else its UCUM spelling: a unit is text of the sender. Plain text.
/// @param made  holds the result where it is neither of the two itself
std::string_view shownUnit(std::string_view asSent, std::string_view ucum, std::string& made);

/// Gives the word that begins at `at` a capital; ASCII only.
void raiseFirst(std::string& text, std::size_t at);
/// Takes the capital of the word that begins at `at` and ends the text, unless it is an
/// abbreviation ("TSH"); ASCII only.
void lowerFirst(std::string& text, std::size_t at);

} // namespace tcds::rules
