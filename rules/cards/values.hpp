#pragma once

#include "rules/cards/filled_text.hpp"
#include "rules/cards/fired_rule.hpp"

#include <string>

namespace tcds::rules {

/// Writes the value of `{name.field}`.
/// @param dateElsewhere  the same text says the date of this result itself
/// @return false, and nothing is written, when the data holds none
bool writeValue(FilledText& text, Chart const& chart, FiredRule const& rule, Slot name, Field field,
                bool dateElsewhere);

// Parts of writeValue, by what the name is bound to.
bool writeResult(FilledText& text, Chart const& chart, Named const& named, Field field,
                 bool dateElsewhere);
bool writeMedication(FilledText& text, Chart const& chart, Named const& named, Field field);
bool writeFact(FilledText& text, Chart const& chart, FiredRule const& rule, Slot name, Field field);

/// Day on which a result was taken, YYYY-MM-DD (or less precise, as sent).
void appendDay(std::string& text, Result const& result);
/// The day of a date: what stands before its time.
std::string_view dayIn(TimeSpan const& date);
/// "potassium", "ionised calcium": title of an analyte inside a sentence.
void appendNameInText(std::string& text, Chart const& chart, AnalyteId analyte);
/// Remarks on a result in plain words, "" without any: "haemolysed; preliminary, to be confirmed".
std::string wordsFor(NoteSet notes);

} // namespace tcds::rules
