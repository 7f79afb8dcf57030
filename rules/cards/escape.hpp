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
std::string cleaned(std::string_view text);

/// `text` for Markdown: each ASCII punctuation sign has a backslash before it, so that no link,
/// markup, HTML, entity or heading can come from it. Call it on cleaned text.
std::string escaped(std::string_view text);

/// As escaped(), for names of our own tables: the signs that names are written with and that mean
/// nothing to Markdown inside a line stay, for readers of the raw text ("25-OH vitamin D").
std::string escapedName(std::string_view name);

/// A unit as sent when it looks like one (short; letters, digits and the signs that units use),
/// else its UCUM spelling: a unit is text of the sender. Plain text.
std::string shownUnit(std::string_view asSent, std::string_view ucum);

/// As escaped(), but for the slash, the percent sign and a decimal point, which mean nothing in
/// Markdown where they stand in a unit: readers of the raw text still see "mmol/L".
std::string escapedUnit(std::string_view unit);

/// First letter as a capital, or lower unless the word is an abbreviation ("TSH"); ASCII only.
std::string withCapital(std::string text);
std::string withoutCapital(std::string text);

} // namespace tcds::rules
