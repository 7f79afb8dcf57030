#include "server/cds/missing_data.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tcds::cds {

namespace {

using json::Value;
using Ladder = std::vector<std::vector<std::string>>;

constexpr std::size_t kMostSingleCodes = 6; // calls of the last step for laboratory results

/// Puts the ids of the call into a template. They were checked to be plain FHIR ids.
std::string filled(std::string query, HookRequest const& request)
{
    struct Token {
        std::string_view name;
        std::string const& value;
    };
    for (auto const& [name, value] : {Token{"{{context.patientId}}", request.patientId},
                                      Token{"{{context.encounterId}}", request.encounterId}})
        for (auto at = query.find(name); at != std::string::npos; at = query.find(name))
            query.replace(at, name.size(), value);
    return query;
}

/// `|` between system and code, as a URL has to spell it.
std::string encoded(std::string query)
{
    for (auto at = query.find('|'); at != std::string::npos; at = query.find('|', at + 3))
        query.replace(at, 1, "%7C");
    return query;
}

/// The first code of each of the first analytes that the rules name, one search each.
std::vector<std::string> singleCodes(std::string const& search, rules::RuleSet const& rules)
{
    std::vector<std::string> queries;
    for (auto const& analyte : rules.terms->analytes()) {
        if (queries.size() == kMostSingleCodes) break;
        if (analyte.vital || analyte.codes.empty() || !rules.prefetched(analyte.id)) continue;
        queries.push_back(search + "&code=" + analyte.codes.front().code);
    }
    return queries;
}

class Ladders
{
public:
    Ladders(HookRequest const& request, PrefetchChoice choice, rules::RuleSet const& rules,
            Instant now)
        : request_{request}, choice_{std::move(choice)}, rules_{rules}, now_{now}
    {
        choice_.profile = Profile::Default; // as narrow as the rules need
    }

    /// The steps for one key (integration specification, section 2), none for a key that cannot
    /// be asked for in this call.
    [[nodiscard]] FhirQuery of(std::string_view key) const
    {
        FhirQuery query{std::string{key}, {}, 0, false};
        auto const narrow = prefetchTemplate(choice_, key, request_.service->hook, rules_);
        if (!narrow || (key == "encounter" && request_.encounterId.empty())) return query;
        query.ladder.push_back({encoded(filled(narrow->query, request_))});
        widen(key, query);
        return query;
    }

private:
    void widen(std::string_view key, FhirQuery& query) const
    {
        auto& ladder = query.ladder;
        auto const step = [&](std::string_view wider) {
            std::vector<std::string> only{filled(std::string{wider}, request_)};
            if (std::ranges::find(ladder, only) == ladder.end()) ladder.push_back(std::move(only));
        };
        if (key == "conditions") step("Condition?patient={{context.patientId}}");
        if (key == "encounterDiagnoses") {
            step("Condition?patient={{context.patientId}}&category=encounter-diagnosis");
            step("Condition?patient={{context.patientId}}");
        }
        if (key == "medications") {
            step("MedicationRequest?patient={{context.patientId}}&intent=order&status=active");
            step("MedicationRequest?patient={{context.patientId}}");
        }
        if (key == "labs") {
            auto const since = toDay(now_ - Duration{365, Duration::Unit::Day});
            step("Observation?patient={{context.patientId}}&category=laboratory&date=ge" + since);
        }
        query.wholeSteps = ladder.size();
        if (key == "labs")
            ladder.push_back(singleCodes("Observation?patient=" + request_.patientId, rules_));
    }

    HookRequest const& request_;
    PrefetchChoice choice_;
    rules::RuleSet const& rules_;
    Instant now_;
};

bool mayHoldComplaint(std::string_view key)
{
    auto const* use = findKeyUse(key);
    return use != nullptr && use->need == Need::Complaint;
}

/// The keys that this call wants answered: those of the service, the visit that it names, and what
/// the client's rules want besides.
std::vector<std::string_view> wantedKeys(HookRequest const& request, PrefetchChoice const& choice)
{
    std::vector<std::string_view> keys;
    auto const add = [&](std::string_view key) {
        if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    };
    for (auto const key : request.service->keys) add(key);
    if (!request.encounterId.empty()) add("encounter");
    for (auto const& key : choice.extra) add(key);
    return keys;
}

bool noComplaintAnywhere(PatientContext const& read, std::span<std::string_view const> wanted)
{
    if (!read.complaints.empty()) return false;
    return std::ranges::all_of(wanted, [&](std::string_view key) {
        if (!mayHoldComplaint(key)) return true;
        auto const status = read.source(key);
        return status == SourceStatus::Ok || status == SourceStatus::Empty;
    });
}

/// The URL of the next page of what was sent for a key; "" when it names none.
std::string_view nextPage(HookRequest const& request, std::string_view key)
{
    for (auto const& input : request.inputs) {
        if (input.key != key || input.value == nullptr) continue;
        for (auto const& link : json::items(*input.value, "link"))
            if (json::textOf(link, "relation") == "next") return json::textOf(link, "url");
    }
    return {};
}

bool wasNotSent(SourceStatus status)
{
    return status == SourceStatus::Absent || status == SourceStatus::Invalid;
}

} // namespace

std::vector<FhirQuery> missingQueries(HookRequest const& request, PatientContext const& read,
                                      PrefetchChoice const& choice, rules::RuleSet const& rules,
                                      Instant now)
{
    auto const wanted = wantedKeys(request, choice);
    auto const patientAlone = noComplaintAnywhere(read, wanted);
    Ladders const ladders{request, choice, rules, now};
    std::vector<FhirQuery> queries;
    for (auto const key : wanted) {
        if (patientAlone && key != "patient") continue;
        auto const status = read.source(key);
        if (wasNotSent(status)) {
            auto query = ladders.of(key);
            if (!query.ladder.empty()) queries.push_back(std::move(query));
        } else if (status == SourceStatus::Partial) {
            if (auto const next = nextPage(request, key); !next.empty())
                queries.push_back({std::string{key}, {{std::string{next}}}, 1, true});
        }
    }
    return queries;
}

namespace {

/// "Medication/m1" for a reference that leads there, relative or absolute; else "".
std::string medicationRead(std::string_view reference)
{
    constexpr std::string_view kType = "Medication/";
    auto const at = reference.rfind(kType);
    if (at == std::string_view::npos || (at > 0 && reference[at - 1] != '/')) return {};
    auto const rest = reference.substr(at + kType.size());
    auto const id = rest.substr(0, rest.find('/'));
    return isFhirId(id) ? std::string{kType} + std::string{id} : std::string{};
}

/// Medications that are there, and those that are only referred to.
struct Medications {
    std::set<std::string, std::less<>> delivered;
    std::vector<std::string> wanted; // in the order of the resources, each once

    void look(Value const& resource)
    {
        auto const type = json::textOf(resource, "resourceType");
        if (type == "Bundle") {
            for (auto const& entry : json::items(resource, "entry"))
                if (auto const* inner = json::child(entry, "resource")) look(*inner);
            return;
        }
        if (type == "Medication")
            delivered.insert("Medication/" + std::string{json::textOf(resource, "id")});
        else if (type.starts_with("Medication"))
            want(resource);
    }

private:
    void want(Value const& use)
    {
        auto const* reference = json::child(use, "medicationReference");
        if (reference == nullptr) reference = json::path(use, {"medication", "reference"}); // R5
        if (reference == nullptr || !json::textOf(*reference, "display").empty()) return;
        auto read = medicationRead(json::textOf(*reference, "reference"));
        if (!read.empty() && std::ranges::find(wanted, read) == wanted.end())
            wanted.push_back(std::move(read));
    }
};

} // namespace

std::vector<FhirQuery> missingMedications(std::span<fhir::Input const> inputs, std::size_t most)
{
    Medications medications;
    for (auto const& input : inputs)
        if (input.value != nullptr) medications.look(*input.value);
    std::vector<FhirQuery> queries;
    for (auto& read : medications.wanted) {
        if (queries.size() == most) break;
        if (!medications.delivered.contains(read))
            queries.push_back({"medications", {{std::move(read)}}, 1, false});
    }
    return queries;
}

} // namespace tcds::cds
