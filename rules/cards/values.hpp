#pragma once

#include "rules/cards/fired_rule.hpp"

#include <optional>
#include <string>

namespace tcds::rules {

/// How far lists of names are shortened to make a text fit.
struct Shortening {
    std::size_t names = 99;      // at most so many, the others as "+n"
    std::size_t nameLength = 80; // code points of one name
};

/// A value for a template in both writings.
struct CardValue {
    std::string plain;    // summary, labels
    std::string markdown; // detail
    bool name = false;    // a name in our words: gets a capital where it begins a sentence (D56)
};

/// The value of `{name.field}`; nothing when the data holds none.
/// @param dateElsewhere  the same text says the date of this result itself
std::optional<CardValue> valueOf(Chart const& chart, FiredRule const& rule, Slot name, Field field,
                                 Shortening const& shortening, bool dateElsewhere);

// Parts of valueOf, by what the name is bound to.
std::optional<CardValue> resultValue(Chart const& chart, Binding const& binding, NameOrigin origin,
                                     Field field, bool dateElsewhere);
std::optional<CardValue> medicationValue(Chart const& chart, Binding const& binding, Field field,
                                         Shortening const& shortening);
std::optional<CardValue> factValue(Chart const& chart, FiredRule const& rule, Slot name,
                                   Field field, Shortening const& shortening);

/// "2.9 mmol/L" in both writings, digits and unit as sent.
CardValue quantityOf(Result const& result);
/// Day on which a result was taken, YYYY-MM-DD (or less precise, as sent).
std::string dayOf(Result const& result);
/// "potassium", "ionised calcium": title of an analyte inside a sentence.
std::string nameInText(Chart const& chart, AnalyteId analyte);
/// Remarks on a result in plain words, "" without any: "haemolysed; preliminary, to be confirmed".
std::string wordsFor(NoteSet notes);
/// Names joined by commas, the others counted: "furosemide, omeprazole +2".
CardValue joined(std::vector<std::string> const& names, Shortening const& shortening);

} // namespace tcds::rules
