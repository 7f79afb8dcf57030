#pragma once

#include "fhir/read/reading.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tcds::fhir {

/// A number as sent, before any analyte is asked.
struct Measured {
    std::optional<Decimal> number;
    Comparator comparator = Comparator::None;
    std::string_view ucumCode; // Quantity.code where its system is UCUM
    std::string_view unit;     // Quantity.unit, or the rest of a text
    bool fromText = false;

    /// Unit as sent: the text, else the code.
    [[nodiscard]] std::string_view shownUnit() const { return unit.empty() ? ucumCode : unit; }
};

/// Reads a Quantity; an unknown comparator makes the number unusable.
Measured measuredOf(Value const& quantity);
/// Reads "3.1 mmol/L", "<2.5 mmol/L"; nothing but number and unit may stand in the text. A decimal
/// comma is not read: it could part thousands.
Measured measuredOf(std::string_view text);
/// value[x] of an Observation or component: valueQuantity, valueInteger, valueString.
Measured measuredOfValue(Members const& holder);

/// Puts the number into the result: as sent, in UCUM, in the analyte's canonical unit, or the
/// reason why it is not usable (decisions D13, D27, D55).
void addValue(Reading const& reading, Measured const& measured, std::string_view loinc,
              LabResult& result);

/// Interpretation codes (H, LL, ...), upper case as sent; of texts only what is such a code.
std::vector<std::string> flagsOf(Value const* interpretation);

} // namespace tcds::fhir
