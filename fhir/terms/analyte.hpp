#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/decimal.hpp"
#include "fhir/facts/identifiers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// A number with its UCUM unit.
struct Measure {
    Decimal value;
    std::string ucum;
    std::string text; // as authored: "1.7 mg/dL"
    bool operator==(Measure const&) const = default;
};

/// One limit, written in one or more units: a result is compared in the unit in which it was
/// reported if the limit exists in it, else in the canonical unit, which is the first.
using Limit = std::vector<Measure>;

struct LimitRow {
    std::string population; // named condition of the rule set; "" = everybody else
    std::optional<Limit> low, high;
    bool labRangeShownOnly = false; // the laboratory's range is displayed, never compared with
};

/// Where a laboratory's own limit must lie to be believed.
struct GuardRow {
    std::string population;
    std::optional<Measure> lowFrom, lowTo, highFrom, highTo;
};

struct UnitFactor {
    std::string ucum;
    Decimal factor; // canonical = (value + offset) * factor
    Decimal offset;
};

struct AnalyteCode {
    std::string code; // LOINC
    std::string display;
    std::string source;
    std::vector<UnitFactor> units; // overrides the analyte's factors for this code
};

enum class DerivedKind : std::uint8_t { None, AlbuminAdjustedCalcium, Ratio };

struct RatioSystem {
    std::string numeratorUnit, denominatorUnit;
    Decimal factor{1, 0};
    std::string unit;
};

struct Analyte {
    AnalyteId id;
    std::string key;   // "K"
    std::string title; // "Potassium"
    std::string unit;  // canonical UCUM
    bool unitless = false;
    bool haemolysisSensitive = false; // a haemolysed normal value never reassures
    bool vital = false;               // delivered by `vitals` rather than `labs`
    std::vector<AnalyteCode> codes;
    std::vector<UnitFactor> units; // besides the canonical unit
    std::vector<LimitRow> limits;  // first row whose population is true
    std::vector<GuardRow> guards;
    std::optional<Measure> plausibleLow, plausibleHigh;
    Duration window{30, Duration::Unit::Day};
    std::optional<Duration> inpatientWindow;
    DerivedKind derived = DerivedKind::None;
    std::vector<AnalyteId> of; // inputs of a derived analyte, numerator first
    std::optional<Duration> ofWithin;
    std::vector<RatioSystem> systems;
};

/// Value in the canonical unit; nothing when the unit (UCUM) is none of the analyte's.
/// @param loinc  code of the result: a code's own factors win (urea against urea nitrogen)
std::optional<Decimal> toCanonical(Analyte const& analyte, Decimal const& value,
                                   std::string_view ucum, std::string_view loinc = {});

/// True when unit and LOINC property disagree: a mass unit on a code whose property is moles, or
/// the other way round (decision D27).
bool unitContradictsCode(AnalyteCode const& code, std::string_view ucum);

} // namespace tcds::terms
