#include "server/cds/bundle_request.hpp"

#include "server/cds/json_copy.hpp"
#include "server/cds/search.hpp"

#include <algorithm>
#include <cctype>

namespace tcds::cds {

namespace {

using json::Value;
using Json = rapidjson::Writer<rapidjson::StringBuffer>;
using Resources = std::vector<Value const*>;

void key(Json& json, std::string_view name)
{
    json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void text(Json& json, std::string_view value)
{
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void member(Json& json, std::string_view name, std::string_view value)
{
    key(json, name);
    text(json, value);
}

Resources resourcesOf(Value const& bundle)
{
    Resources resources;
    for (auto const& entry : json::items(bundle, "entry"))
        if (auto const* resource = json::child(entry, "resource");
            resource != nullptr && resource->IsObject())
            resources.push_back(resource);
    return resources;
}

/// Entries of a transaction name each other by `urn:uuid:` (Synthea writes such Bundles); a server
/// that takes them in replaces these by its own ids, and so do we. The first of a name counts.
References serverReferences(Value const& bundle)
{
    References references;
    for (auto const& entry : json::items(bundle, "entry")) {
        auto const* resource = json::child(entry, "resource");
        auto const name = json::textOf(entry, "fullUrl");
        if (resource == nullptr || !name.starts_with("urn:")) continue;
        auto const id = json::textOf(*resource, "id");
        if (id.empty()) continue;
        references.emplace(name, std::string{json::textOf(*resource, "resourceType")} + "/" +
                                     std::string{id});
    }
    return references;
}

Value const* firstOf(Resources const& resources, std::string_view type)
{
    auto const at = std::ranges::find_if(resources, [&](Value const* resource) {
        return json::textOf(*resource, "resourceType") == type;
    });
    return at == resources.end() ? nullptr : *at;
}

std::string_view startOf(Value const& encounter)
{
    auto const* period = json::child(encounter, "period");
    return period == nullptr ? std::string_view{} : json::textOf(*period, "start");
}

/// The encounter of the call: one in progress, else for encounter-start the newest one.
std::string encounterOf(Resources const& resources, Hook hook)
{
    Value const* chosen = nullptr;
    auto chosenIsOpen = false;
    for (auto const* resource : resources) {
        if (json::textOf(*resource, "resourceType") != "Encounter") continue;
        if (json::textOf(*resource, "id").empty()) continue;
        auto const open = json::textOf(*resource, "status") == "in-progress";
        if (!open && (chosenIsOpen || hook != Hook::EncounterStart)) continue;
        // FHIR dates sort as text.
        auto const better =
            chosen == nullptr || (open && !chosenIsOpen) || startOf(*resource) > startOf(*chosen);
        if (!better) continue;
        chosen = resource;
        chosenIsOpen = open;
    }
    return chosen == nullptr ? std::string{} : std::string{json::textOf(*chosen, "id")};
}

bool isIcd(std::string_view complaint)
{
    return complaint.size() >= 3 && std::isupper(static_cast<unsigned char>(complaint[0])) != 0 &&
           std::isdigit(static_cast<unsigned char>(complaint[1])) != 0 &&
           std::isalnum(static_cast<unsigned char>(complaint[2])) != 0 &&
           (complaint.size() == 3 || complaint[3] == '.') &&
           complaint.find(' ') == std::string_view::npos;
}

bool isSnomed(std::string_view complaint)
{
    return complaint.size() >= 6 &&
           std::ranges::all_of(complaint, [](char c) { return c >= '0' && c <= '9'; });
}

void writeCoding(Json& json, std::string_view system, std::string_view code)
{
    json.StartObject();
    key(json, "coding");
    json.StartArray();
    json.StartObject();
    member(json, "system", system);
    member(json, "code", code);
    json.EndObject();
    json.EndArray();
    json.EndObject();
}

class RequestWriter
{
public:
    RequestWriter(Resources resources, Service const& service, rules::RuleSet const& rules,
                  std::string_view complaint, Instant now, std::string patientId)
        : resources_{std::move(resources)}, service_{service}, rules_{rules}, complaint_{complaint},
          now_{now}, patientId_{std::move(patientId)}, encounterId_{
                                                           encounterOf(resources_, service.hook)}
    {
    }

    [[nodiscard]] bool lacksEncounter() const
    {
        return service_.hook == Hook::EncounterStart && encounterId_.empty();
    }

    std::string write()
    {
        json_.StartObject();
        member(json_, "hook", toText(service_.hook));
        member(json_, "hookInstance", "00000000-0000-4000-8000-000000000000");
        writeContext();
        key(json_, "prefetch");
        json_.StartObject();
        for (auto const name : allKeys()) writePrefetch(name);
        json_.EndObject();
        json_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

private:
    [[nodiscard]] Resources drafts() const
    {
        Resources found;
        for (auto const* resource : resources_) {
            auto const type = json::textOf(*resource, "resourceType");
            if ((type == "MedicationRequest" || type == "ServiceRequest") &&
                json::textOf(*resource, "status") == "draft")
                found.push_back(resource);
        }
        return found;
    }

    void writeContext()
    {
        key(json_, "context");
        json_.StartObject();
        member(json_, "userId", "Practitioner/evaluate");
        member(json_, "patientId", patientId_);
        if (!encounterId_.empty()) member(json_, "encounterId", encounterId_);
        if (service_.hook == Hook::ProblemListItemCreate) {
            key(json_, "conditions");
            writeBundle("collection", {}, !complaint_.empty());
        }
        if (service_.hook == Hook::OrderSelect) writeSelections();
        if (isOrderHook(service_.hook)) {
            key(json_, "draftOrders");
            writeBundle("collection", drafts(), false);
        }
        json_.EndObject();
    }

    void writeSelections()
    {
        key(json_, "selections");
        json_.StartArray();
        auto const orders = drafts();
        for (auto const* order : orders)
            text(json_, std::string{json::textOf(*order, "resourceType")} + "/" +
                            std::string{json::textOf(*order, "id")});
        if (orders.empty()) text(json_, "MedicationRequest/none");
        json_.EndArray();
    }

    void writePrefetch(std::string_view name)
    {
        auto const prefetch = prefetchTemplate(name, service_.hook, rules_);
        if (!prefetch) return;
        auto query = prefetch->query;
        replace(query, "{{context.patientId}}", patientId_);
        if (query.find("{{context.encounterId}}") != std::string::npos) {
            if (encounterId_.empty()) return; // clients drop such a key
            replace(query, "{{context.encounterId}}", encounterId_);
        }
        auto const parsed = parseQuery(query);
        auto found = search(parsed, resources_);
        key(json_, name);
        if (!parsed.id.empty()) {
            if (found.empty())
                json_.Null();
            else
                copy(json_, *found.front());
            return;
        }
        auto const holdsComplaint = name == "conditions" && !complaint_.empty() &&
                                    service_.hook != Hook::ProblemListItemCreate;
        writeBundle("searchset", withMedications(std::move(found)), holdsComplaint);
    }

    static void replace(std::string& text, std::string_view token, std::string const& value)
    {
        for (auto at = text.find(token); at != std::string::npos;
             at = text.find(token, at + value.size()))
            text.replace(at, token.size(), value);
    }

    /// Adds the Medication resources that the found ones refer to.
    [[nodiscard]] Resources withMedications(Resources found) const
    {
        Resources all = found;
        for (auto const* resource : found) {
            auto const* reference = json::child(*resource, "medicationReference");
            if (reference == nullptr) continue;
            auto const target = json::textOf(*reference, "reference");
            for (auto const* medication : resources_) {
                if (json::textOf(*medication, "resourceType") != "Medication") continue;
                auto const id = "Medication/" + std::string{json::textOf(*medication, "id")};
                auto const named = target == id || target.ends_with("/" + id);
                if (named && std::ranges::find(all, medication) == all.end())
                    all.push_back(medication);
            }
        }
        return all;
    }

    void writeBundle(std::string_view type, Resources const& resources, bool withComplaint)
    {
        json_.StartObject();
        member(json_, "resourceType", "Bundle");
        member(json_, "type", type);
        key(json_, "entry");
        json_.StartArray();
        for (auto const* resource : resources) {
            json_.StartObject();
            key(json_, "resource");
            copy(json_, *resource);
            json_.EndObject();
        }
        if (withComplaint) writeComplaint();
        json_.EndArray();
        json_.EndObject();
    }

    void writeComplaint()
    {
        json_.StartObject();
        key(json_, "resource");
        json_.StartObject();
        member(json_, "resourceType", "Condition");
        member(json_, "id", "complaint");
        key(json_, "clinicalStatus");
        writeCoding(json_, "http://terminology.hl7.org/CodeSystem/condition-clinical", "active");
        key(json_, "verificationStatus");
        writeCoding(json_, "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                    "confirmed");
        key(json_, "category");
        json_.StartArray();
        writeCoding(json_, "http://terminology.hl7.org/CodeSystem/condition-category",
                    "problem-list-item");
        json_.EndArray();
        key(json_, "code");
        if (isIcd(complaint_))
            writeCoding(json_, "http://hl7.org/fhir/sid/icd-10-cm", complaint_);
        else if (isSnomed(complaint_))
            writeCoding(json_, "http://snomed.info/sct", complaint_);
        else {
            json_.StartObject();
            member(json_, "text", complaint_);
            json_.EndObject();
        }
        key(json_, "subject");
        json_.StartObject();
        member(json_, "reference", "Patient/" + patientId_);
        json_.EndObject();
        member(json_, "recordedDate", toDay(now_));
        json_.EndObject();
        json_.EndObject();
    }

    Resources resources_;
    Service const& service_;
    rules::RuleSet const& rules_;
    std::string_view complaint_;
    Instant now_;
    std::string patientId_, encounterId_;
    rapidjson::StringBuffer buffer_;
    Json json_{buffer_};
};

/// @error TooLarge as json::Document::parse
Result<json::Document> withReferences(Value const& bundle, References const& references)
{
    rapidjson::StringBuffer buffer;
    Json json{buffer};
    copy(json, bundle, references);
    return json::Document::parse({buffer.GetString(), buffer.GetSize()});
}

Result<std::string> requestFrom(Value const& bundle, Service const& service,
                                rules::RuleSet const& rules, std::string_view complaint,
                                Instant now)
{
    auto resources = resourcesOf(bundle);
    auto const* patient = firstOf(resources, "Patient");
    auto const id = patient == nullptr ? std::string_view{} : json::textOf(*patient, "id");
    if (id.empty())
        return Error{Error::Kind::BadRequest, "/entry", "no Patient with an id in the Bundle",
                     "add the Patient resource"};
    RequestWriter writer{std::move(resources), service, rules, complaint, now, std::string{id}};
    if (writer.lacksEncounter())
        return Error{Error::Kind::BadRequest, "/entry", "no Encounter in the Bundle",
                     "add one, or use --hook patient-view"};
    return writer.write();
}

} // namespace

Result<std::string> requestFromBundle(json::Value const& bundle, Service const& service,
                                      rules::RuleSet const& rules, std::string_view complaint,
                                      Instant now)
{
    if (!bundle.IsObject() || json::textOf(bundle, "resourceType") != "Bundle")
        return Error{Error::Kind::BadRequest, "", "not a FHIR Bundle",
                     "give a Bundle with the patient's resources"};
    if (auto const references = serverReferences(bundle); !references.empty()) {
        auto const asServed = withReferences(bundle, references);
        if (!asServed) return asServed.error();
        return requestFrom(asServed->root(), service, rules, complaint, now);
    }
    return requestFrom(bundle, service, rules, complaint, now);
}

} // namespace tcds::cds
