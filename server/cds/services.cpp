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

void writeService(rapidjson::Writer<rapidjson::StringBuffer>& json, Service const& service,
                  PrefetchChoice const& choice, rules::RuleSet const& rules)
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
    auto const prefetch = prefetchOf(service, choice, rules);
    if (!prefetch.empty()) { // DISC-07
        json.Key("prefetch");
        json.StartObject();
        for (auto const& [key, query] : prefetch) member(key, query);
        json.EndObject();
    }
    json.EndObject();
}

} // namespace

std::span<Service const> services() { return kServices; }

Service const* findService(std::string_view id)
{
    auto const at = std::ranges::find(kServices, id, &Service::id);
    return at == kServices.end() ? nullptr : &*at;
}

std::vector<PrefetchTemplate> prefetchOf(Service const& service, PrefetchChoice const& choice,
                                         rules::RuleSet const& rules)
{
    std::vector<PrefetchTemplate> found;
    auto const add = [&](std::string_view key) {
        if (std::ranges::find(found, key, &PrefetchTemplate::key) != found.end()) return;
        if (auto made = prefetchTemplate(choice, key, service.hook, rules))
            found.push_back(std::move(*made));
    };
    for (auto const key : service.keys) add(key);
    for (auto const& key : choice.extra) add(key);
    return found;
}

std::string writeDiscovery(rules::RuleSet const& rules, PrefetchChoice const& choice)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    json.StartObject();
    json.Key("services");
    json.StartArray();
    for (auto const& service : kServices) writeService(json, service, choice, rules);
    json.EndArray();
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::cds
