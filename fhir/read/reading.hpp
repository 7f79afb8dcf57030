#pragma once

#include "fhir/read/chart_reader.hpp"
#include "fhir/read/element.hpp"
#include "fhir/read/entries.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::fhir {

/// What is read: a resource of the call, or one contained in it.
struct Place {
    Place(Value const* what, Entry const* standsIn, std::string inside = {})
        : resource{what}, members{*what}, entry{standsIn}, pointer{std::move(inside)}
    {
    }
    Value const* resource; // the resource itself
    Members members;       // its members
    Entry const* entry;    // the entry that it stands in; references start there
    std::string pointer;   // "" or "/contained/1"
};

/// A resource that a reference led to. `entry` is set for a resource of its own.
struct Found {
    Value const* resource = nullptr;
    Entry* entry = nullptr;
    std::string pointer; // of a contained one
};

/// The sets of the terminology, by what they can be matched with; made once per call.
struct KnownSets {
    explicit KnownSets(terms::Terminology const& terms);

    SetBits complaints, findings, conditions;
    SetBits services;  // orders and visits: a set may be asked of both
    SetBits sites;     // finding sets that name a body site (SITE_...)
    SetBits signs;     // findings without the sites
    SetBits symptoms;  // complaints and findings
    SetBits problems;  // complaints, findings and conditions
    SetBits acts;      // conditions, findings, services: what a procedure may be
    SetId unspecified; // TWITCH_UNSPEC
    SetBits specific;  // kinds that make an unspecified movement something else (table B.1)
    SetId dialysis;    // DIALYSIS_PROCEDURE
};

/// An older order that a newer one replaces, and a statement that an order is not taken: settled
/// when all medications are read.
struct Replacement {
    std::size_t use;   // the newer order, place in PatientContext::medications
    std::string prior; // reference to the older one
};
struct NotTakenClaim {
    std::size_t statement;
    std::optional<Instant> at;        // date asserted, else start
    std::vector<std::string> basedOn; // "MedicationRequest/1"
};

/// A haemolysis index or remark that speaks of a whole sample.
struct SampleRemark {
    std::string specimen; // reference, "" when none
    std::optional<Instant> taken;
};
struct SampleOf { // of the result with the same place in PatientContext::labs
    std::string specimen;
};

/// The state of reading one call. Readers add facts to `out`; nothing else is shared.
class Reading
{
public:
    Reading(ReadOptions const& readOptions, terms::Terminology const& terminology, Entries& all);

    ReadOptions const& options;
    terms::Terminology const& terms;
    KnownSets const sets;
    Entries& entries;
    PatientContext out;

    std::vector<std::string_view> currentEncounters; // ids: the one of the call, those still open
    std::vector<std::string_view> encounterProblems; // references of conditions named by them
    InputId complaints;                              // the key `complaints`
    std::vector<Replacement> replacements;
    std::vector<NotTakenClaim> notTaken;
    std::vector<SampleRemark> remarks;
    std::vector<SampleOf> samples;

    /// The next number of a fact, in reading order.
    FactId nextId();
    [[nodiscard]] SourceRef source(Place const& place, std::string_view pointer = {}) const;
    void gap(std::string_view kind, Reason reason, Place const& place,
             std::vector<Coding> codes = {}, AnalyteId analyte = {});

    /// Date, dateTime or instant; nothing when absent or not readable.
    [[nodiscard]] std::optional<TimeSpan> time(Value const* value) const;
    [[nodiscard]] bool isFuture(std::optional<TimeSpan> const& span) const
    {
        return span && span->first() > options.asOf;
    }

    /// True unless the resource names another patient (or somebody who is no patient).
    bool isOurs(Place const& place);
    /// Same, of one reference value.
    bool isOurPatient(Value const* reference, Place const& place);
    /// True when the reference names the encounter of the call or one still open.
    [[nodiscard]] bool isCurrentEncounter(Value const* reference) const;

    /// Follows a Reference (or a bare string): contained, then the resources of the call.
    [[nodiscard]] Found resolve(Value const* reference, Place const& from);
};

/// `reference` of a Reference object, or the string itself.
std::string_view referenceText(Value const* reference);

// One reader a resource type. Each checks the subject, the status and the shape itself.
void readPatient(Reading& reading, Place const& place);
void readEncounter(Reading& reading, Place const& place);
void readCondition(Reading& reading, Place const& place, bool thisEncounter);
void readObservation(Reading& reading, Place const& place);
void readDiagnosticReport(Reading& reading, Place const& place);
void readMedicationOrder(Reading& reading, Place const& place);
void readMedicationStatement(Reading& reading, Place const& place);
void readMedicationDispense(Reading& reading, Place const& place);
void readMedicationAdministration(Reading& reading, Place const& place);
void readProcedure(Reading& reading, Place const& place);
void readServiceRequest(Reading& reading, Place const& place);
void readAppointment(Reading& reading, Place const& place);
void readQuestionnaireResponse(Reading& reading, Place const& place);

/// Notes which encounters are current and which conditions they name, before anything is read.
void noteEncounter(Reading& reading, Entry const& entry);
/// Replaced orders and statements that an order is not taken.
void settleMedications(Reading& reading);
/// Haemolysis remarks about a whole sample, and samples drawn after dialysis.
void settleResults(Reading& reading);

} // namespace tcds::fhir
