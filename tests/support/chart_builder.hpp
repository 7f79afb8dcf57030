#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"

#include <string>
#include <string_view>

// Facts of one patient made by hand, for tests of the engine.

namespace tcds::test {

/// 2026-01-31T08:00:00Z: "now" of every chart here.
Instant chartNow();
/// The instant so long before now, as FHIR writes it: daysAgo(2) is 2026-01-29T08:00:00Z. Negative:
/// after now.
std::string daysAgo(int days);
std::string hoursAgo(int hours);
std::string minutesAgo(int minutes);

/// Builds a PatientContext: a woman born 1958-03-04, every source of ours answered, nothing on
/// record. References that are handed out hold until build().
class ChartBuilder
{
public:
    explicit ChartBuilder(terms::Terminology const& terms);

    /// A complaint of a kind ("TWITCH"); onset "" = undated.
    Complaint& complaint(std::string_view kind = "TWITCH", std::string_view onset = "");
    /// An active order of one ingredient; start "" = undated.
    MedicationUse& med(std::string_view ingredient, std::string_view start = "");
    /// A result by analyte key: "2.9 mmol/L", "<2.5 mmol/L", "n/a" (no value), "3.1" (no unit).
    /// @param loinc  decides the factors where a code has its own; "" = the analyte's first code
    LabResult& lab(std::string_view analyte, std::string_view value, std::string_view taken,
                   std::string_view loinc = "");
    Problem& problem(std::string_view set, std::string_view recorded = "");
    Finding& finding(std::string_view set, std::string_view at = "");
    ProcedureFact& procedure(std::string_view set, std::string_view end = "");
    OrderFact& order(std::string_view set, std::string_view authored = "");
    EncounterFact& encounter(EncounterClass cls);

    void source(std::string_view key, SourceStatus status);
    void born(std::string_view date);

    PatientContext build() { return std::move(context); }

    PatientContext context;

private:
    FactId next() { return FactId{context.factCount++}; }
    SetBits setsOf(std::string_view name) const;

    terms::Terminology const& terms_;
};

TimeSpan spanOf(std::string_view text);

/// A unit range "3.5 mmol/L" to "5.0 mmol/L"; an empty text leaves that side open.
ReferenceRange rangeOf(std::string_view low, std::string_view high);

} // namespace tcds::test
