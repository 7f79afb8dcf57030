#include "server/cds/services.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace tcds::cds {

namespace {

constexpr std::string_view kUsage =
    "Needs coded problems, active medications and electrolyte results by prefetch, or read access "
    "to "
    "the FHIR server. Supports, never replaces, the judgement of a clinician; not for emergencies.";

constexpr std::array<Service, 5> kServices{{
    {Hook::PatientView,
     "twitch-patient-view",
     "Twitching: possible causes (chart)",
     "When a muscle-twitching complaint is on record, lists medications and electrolyte results "
     "that "
     "may explain it.",
     {"patient", "conditions", "medications", "labs", "encounterDiagnoses", "complaints"}},
    {Hook::EncounterStart,
     "twitch-encounter-start",
     "Twitching: possible causes (visit)",
     "As the chart service, also reading the reason for visit and the visit diagnoses.",
     {"patient", "conditions", "medications", "labs", "encounter", "encounterDiagnoses",
      "complaints"}},
    {Hook::ProblemListItemCreate,
     "twitch-problem-create",
     "Twitching: possible causes (new problem)",
     "Runs when a twitching problem has just been added to the problem list.",
     {"patient", "conditions", "medications", "labs"}},
    {Hook::OrderSelect,
     "twitch-order-select",
     "Twitching: check of selected orders",
     "For a patient with twitching, notes when a newly selected medication could add to it.",
     {"patient", "conditions", "medications", "labs", "encounterDiagnoses"}},
    {Hook::OrderSign,
     "twitch-order-sign",
     "Twitching: check before signing",
     "As order-select, on the complete orders; also reads order reasons.",
     {"patient", "conditions", "medications", "labs", "encounterDiagnoses"}},
}};

struct FixedTemplate {
    std::string_view key, query;
};

// Only first-level required context tokens, each parameter once, no operators (PTM rows).
constexpr std::array kFixed{
    FixedTemplate{"patient", "Patient/{{context.patientId}}"},
    FixedTemplate{"conditions",
                  "Condition?patient={{context.patientId}}&category=problem-list-item"},
    FixedTemplate{
        "medications",
        "MedicationRequest?patient={{context.patientId}}&intent=order,plan&status=active"},
    FixedTemplate{"encounter", "Encounter/{{context.encounterId}}"},
    FixedTemplate{"complaints", "Observation?patient={{context.patientId}}&code=8661-1,10154-3"},
    FixedTemplate{"statements", "MedicationStatement?patient={{context.patientId}}"},
    FixedTemplate{"questionnaires", "QuestionnaireResponse?patient={{context.patientId}}"},
    FixedTemplate{"stopped", "MedicationRequest?patient={{context.patientId}}&intent=order&status="
                             "stopped,completed,on-hold"},
    FixedTemplate{"administrations", "MedicationAdministration?patient={{context.patientId}}"},
    FixedTemplate{"dispenses", "MedicationDispense?patient={{context.patientId}}"},
    FixedTemplate{"serviceRequests", "ServiceRequest?patient={{context.patientId}}&status=active"},
    FixedTemplate{"vitals", "Observation?patient={{context.patientId}}&category=vital-signs"},
    FixedTemplate{"procedures", "Procedure?patient={{context.patientId}}"},
    FixedTemplate{"appointments", "Appointment?patient={{context.patientId}}"},
};

constexpr std::array<std::string_view, 16> kAllKeys{"patient",         "conditions",
                                                    "medications",     "labs",
                                                    "encounter",       "encounterDiagnoses",
                                                    "complaints",      "statements",
                                                    "questionnaires",  "stopped",
                                                    "administrations", "dispenses",
                                                    "serviceRequests", "vitals",
                                                    "procedures",      "appointments"};

std::string laboratoryCodes(rules::RuleSet const& rules)
{
    std::string codes;
    for (auto const& analyte : rules.terms->analytes()) {
        if (analyte.vital || !rules.prefetched(analyte.id)) continue;
        for (auto const& code : analyte.codes) {
            if (!codes.empty()) codes += ',';
            codes += code.code;
        }
    }
    return codes;
}

void writeService(rapidjson::Writer<rapidjson::StringBuffer>& json, Service const& service,
                  rules::RuleSet const& rules)
{
    auto const member = [&json](std::string_view name, std::string_view value) {
        json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    json.StartObject();
    member("hook", toText(service.hook));
    member("id", service.id);
    member("title", service.title);
    member("description", service.description);
    member("usageRequirements", kUsage);
    json.Key("prefetch");
    json.StartObject();
    for (auto const key : service.keys)
        if (auto const prefetch = prefetchTemplate(key, service.hook, rules))
            member(prefetch->key, prefetch->query);
    json.EndObject();
    json.EndObject();
}

} // namespace

std::span<Service const> services() { return kServices; }

Service const* findService(std::string_view id)
{
    auto const at = std::ranges::find(kServices, id, &Service::id);
    return at == kServices.end() ? nullptr : &*at;
}

std::span<std::string_view const> allKeys() { return kAllKeys; }

std::optional<PrefetchTemplate> prefetchTemplate(std::string_view key, Hook hook,
                                                 rules::RuleSet const& rules)
{
    if (key == "labs")
        return PrefetchTemplate{"labs", "Observation?patient={{context.patientId}}&code=" +
                                            laboratoryCodes(rules) + "&_sort=-date&_count=100"};
    if (key == "encounterDiagnoses") {
        std::string query = "Condition?patient={{context.patientId}}&category=encounter-diagnosis";
        // Only there is the encounter a required part of the context.
        if (hook == Hook::EncounterStart) query += "&encounter={{context.encounterId}}";
        return PrefetchTemplate{"encounterDiagnoses", std::move(query)};
    }
    auto const at = std::ranges::find(kFixed, key, &FixedTemplate::key);
    if (at == kFixed.end()) return std::nullopt;
    return PrefetchTemplate{std::string{at->key}, std::string{at->query}};
}

std::string writeDiscovery(rules::RuleSet const& rules)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    json.StartObject();
    json.Key("services");
    json.StartArray();
    for (auto const& service : kServices) writeService(json, service, rules);
    json.EndArray();
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::cds
