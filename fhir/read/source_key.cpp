#include "fhir/read/source_key.hpp"

#include <algorithm>
#include <utility>

namespace tcds::fhir {

namespace {

std::size_t place(std::string_view key)
{
    return static_cast<std::size_t>(std::find(kSourceKeys.begin(), kSourceKeys.end(), key) -
                                    kSourceKeys.begin());
}

struct Answer {
    std::string_view key, type;
};
constexpr std::array<Answer, 25> kAnswers{{
    {"patient", "Patient"},
    {"conditions", "Condition"},
    {"encounterDiagnoses", "Condition"},
    {"medications", "MedicationRequest"},
    {"medications", "MedicationOrder"},
    {"stopped", "MedicationRequest"},
    {"stopped", "MedicationOrder"},
    {"labs", "Observation"},
    {"labs", "DiagnosticReport"},
    {"vitals", "Observation"},
    {"complaints", "Observation"},
    {"encounter", "Encounter"},
    {"statements", "MedicationStatement"},
    {"statements", "MedicationUsage"},
    {"questionnaires", "QuestionnaireResponse"},
    {"administrations", "MedicationAdministration"},
    {"dispenses", "MedicationDispense"},
    {"serviceRequests", "ServiceRequest"},
    {"serviceRequests", "ProcedureRequest"},
    {"serviceRequests", "ReferralRequest"},
    {"serviceRequests", "DiagnosticOrder"},
    {"procedures", "Procedure"},
    {"appointments", "Appointment"},
    {"labs", "Specimen"},
    {"medications", "Medication"},
}};

std::optional<std::string_view> observationKey(terms::Terminology const& terms,
                                               Value const& resource)
{
    auto const* code = json::child(resource, "code");
    if (hasCode(code, "8661-1") || hasCode(code, "10154-3")) return "complaints";
    AnalyteId analyte;
    forEachCoding(code, [&](CodingView const& view) {
        if (!analyte.known()) analyte = terms.meaningOf(view.system, view.code).analyte;
    });
    if (analyte.known()) return terms.analyte(analyte).vital ? "vitals" : "labs";
    auto const* category = json::child(resource, "category");
    if (hasCode(category, "vital-signs")) return "vitals";
    if (hasCode(category, "laboratory")) return "labs";
    return std::nullopt;
}

} // namespace

std::optional<std::size_t> sourceKey(std::string_view key)
{
    auto const found = place(key);
    if (found == kSourceKeys.size()) return std::nullopt;
    return found;
}

bool answers(std::size_t key, std::string_view type)
{
    return std::any_of(kAnswers.begin(), kAnswers.end(), [&](Answer const& answer) {
        return answer.type == type && answer.key == kSourceKeys[key];
    });
}

std::optional<std::size_t> keyOf(terms::Terminology const& terms, Entry const& entry)
{
    auto const& resource = *entry.resource;
    if (entry.type == "Condition")
        return place(hasCode(json::child(resource, "category"), "encounter-diagnosis")
                         ? "encounterDiagnoses"
                         : "conditions");
    if (entry.type == "MedicationRequest" || entry.type == "MedicationOrder") {
        auto const status = json::textOf(resource, "status");
        bool const ended = status == "stopped" || status == "completed" || status == "on-hold";
        return place(ended ? "stopped" : "medications");
    }
    if (entry.type == "Observation") {
        auto const key = observationKey(terms, resource);
        return key ? std::optional{place(*key)} : std::nullopt;
    }
    if (entry.type == "Specimen" || entry.type == "Medication") return std::nullopt;
    for (auto const& answer : kAnswers)
        if (answer.type == entry.type) return place(answer.key);
    return std::nullopt;
}

} // namespace tcds::fhir
