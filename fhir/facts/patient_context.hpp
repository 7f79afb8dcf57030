#pragma once

#include "fhir/facts/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds
{

enum class Hook : std::uint8_t {
    PatientView,
    EncounterStart,
    ProblemListItemCreate,
    OrderSelect,
    OrderSign
};
std::string_view toText(Hook hook); // "patient-view"
std::optional<Hook> parseHook(std::string_view text);
bool isOrderHook(Hook hook);

/// Everything the engine may look at: the facts of one patient at one instant.
/// Ids of facts count up in reading order over all vectors (f0, f1, ... in the record).
struct PatientContext {
    Instant asOf;
    Hook hook = Hook::PatientView;
    PatientFact patient;
    std::vector<MedicationUse> medications;
    std::vector<LabResult> labs; // as read; derived results are made by the engine from these
    std::vector<Problem> problems;
    std::vector<Complaint> complaints;
    std::vector<Finding> findings;
    std::vector<ProcedureFact> procedures;
    std::vector<OrderFact> orders;
    std::vector<EncounterFact> encounters;
    std::vector<Recent> recent;
    std::vector<Gap> gaps;
    std::vector<InputStatus> inputs; // every key of ours, delivered or not, then foreign ones
    std::uint16_t factCount = 0;

    /// Status of a prefetch key of ours; Absent when nobody delivered it.
    [[nodiscard]] SourceStatus source(std::string_view key) const;
};

} // namespace tcds
