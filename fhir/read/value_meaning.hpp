#pragma once

#include "fhir/base/decimal.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/terms/terminology.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::fhir {

/// A number and its unit, as a result of an analyte.
struct ValueMeaning {
    std::string ucum;                 // "" when the unit is not understood
    std::optional<Decimal> canonical; // in the analyte's unit; absent with `unusable` set
    Reason unusable = Reason::None;   // NoUnit, BadUnit, Implausible
    bool knownUnit = false;           // of some analyte, maybe not of this one
    bool contradictsCode = false;     // unit and LOINC property disagree (decision D27)
};

/// What a number means (decisions D13, D27, D55): the same for a value that was just sent and for
/// one that a record of an old call holds.
///
/// @param ucumCode  Quantity.code where its system is UCUM, else ""
/// @param unit      the unit as sent; "" = `ucumCode` says it
/// @param loinc     the code that named the analyte
ValueMeaning meaningOfValue(terms::Terminology const& terms, AnalyteId analyte,
                            Decimal const& number, std::string_view ucumCode, std::string_view unit,
                            std::string_view loinc);

/// The analyte that codes name, the first that is known, and the code that named it.
struct CodedAnalyte {
    AnalyteId analyte;
    std::string_view loinc;
};
CodedAnalyte analyteOfCodes(terms::Terminology const& terms, std::vector<Coding> const& codes);

} // namespace tcds::fhir
