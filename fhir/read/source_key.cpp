#include "fhir/read/source_key.hpp"

#include <algorithm>
#include <utility>

namespace tcds::fhir {

namespace {

constexpr std::size_t place(std::string_view key)
{
    return static_cast<std::size_t>(std::find(kSourceKeys.begin(), kSourceKeys.end(), key) -
                                    kSourceKeys.begin());
}

struct Answer {
    std::size_t key;
    std::string_view type;
};
constexpr std::array<Answer, 25> kAnswers{{
    {place("patient"), "Patient"},
    {place("conditions"), "Condition"},
    {place("encounterDiagnoses"), "Condition"},
    {place("medications"), "MedicationRequest"},
    {place("medications"), "MedicationOrder"},
    {place("stopped"), "MedicationRequest"},
    {place("stopped"), "MedicationOrder"},
    {place("labs"), "Observation"},
    {place("labs"), "DiagnosticReport"},
    {place("vitals"), "Observation"},
    {place("complaints"), "Observation"},
    {place("encounter"), "Encounter"},
    {place("statements"), "MedicationStatement"},
    {place("statements"), "MedicationUsage"},
    {place("questionnaires"), "QuestionnaireResponse"},
    {place("administrations"), "MedicationAdministration"},
    {place("dispenses"), "MedicationDispense"},
    {place("serviceRequests"), "ServiceRequest"},
    {place("serviceRequests"), "ProcedureRequest"},
    {place("serviceRequests"), "ReferralRequest"},
    {place("serviceRequests"), "DiagnosticOrder"},
    {place("procedures"), "Procedure"},
    {place("appointments"), "Appointment"},
    {place("labs"), "Specimen"},
    {place("medications"), "Medication"},
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
        return answer.key == key && answer.type == type;
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
        if (answer.type == entry.type) return answer.key;
    return std::nullopt;
}

} // namespace tcds::fhir
