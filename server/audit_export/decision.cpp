#include "server/audit_export/decision.hpp"

#include "server/audit_export/record_json.hpp"
#include "server/audit_export/systems.hpp"

#include <array>

namespace tcds::audit_export {

namespace {

struct Kind {
    std::string_view kind, use, type;
};
/// Which resource a fact was read from; of complaints and signs it may be one of several.
constexpr std::array kKinds{Kind{"patient", "", "Patient"},
                            Kind{"medication", "order", "MedicationRequest"},
                            Kind{"medication", "draft", "MedicationRequest"},
                            Kind{"medication", "statement", "MedicationStatement"},
                            Kind{"medication", "dispense", "MedicationDispense"},
                            Kind{"medication", "administration", "MedicationAdministration"},
                            Kind{"lab", "", "Observation"},
                            Kind{"condition", "", "Condition"},
                            Kind{"procedure", "", "Procedure"},
                            Kind{"order", "", "ServiceRequest"},
                            Kind{"encounter", "", "Encounter"},
                            Kind{"visit", "", "Appointment"}};

std::string_view typeOf(json::Value const& fact)
{
    auto const kind = json::textOf(fact, "kind");
    auto const use = json::textOf(fact, "use");
    for (auto const& known : kKinds)
        if (known.kind == kind && (known.use.empty() || known.use == use)) return known.type;
    return {};
}

constexpr std::array<std::string_view, 4> kPeople{"Practitioner", "PractitionerRole", "Patient",
                                                  "RelatedPerson"};

} // namespace

Logical userReference(std::string_view user, std::string_view fhirServer, std::string& uri)
{
    if (user.empty()) return {};
    auto const type = user.substr(0, user.find('/'));
    for (auto const known : kPeople) {
        if (type != known || type.size() + 1 >= user.size()) continue;
        uri = fhirServer.empty() ? std::string{user}
                                 : std::string{fhirServer} + "/" + std::string{user};
        return {known, fhirServer.empty() ? kUser : kUri, uri};
    }
    uri = user;
    return {{}, kUserKey, uri};
}

Result<Decision> Decision::read(std::string_view line)
{
    auto document = parseRecord(line);
    if (!document) return document.error();
    auto const& root = document->root();
    if (json::textOf(root, "type") != "decision")
        return faultyRecord("/type", "the record is no decision");
    if (!isUuid(json::textOf(root, "decisionId")))
        return faultyRecord("/decisionId", "the record names no decision by a UUID");
    for (auto const* const name : {"ts", "evaluatedAt"})
        if (!isInstant(json::textOf(root, name)))
            return faultyRecord(std::string{"/"} + name, "the record has no instant there");
    return Decision{std::move(*document)};
}

Decision::Decision(json::Document document) : document_{std::move(document)}
{
    for (auto const& fact : json::items(root(), "facts"))
        facts_.emplace(json::textOf(fact, "id"), &fact);
    device_ = "twitch-cds";
    if (auto const version = at({"engine", "version"}); !version.empty())
        device_.append(" ").append(version);
    (void)userReference(at({"user"}), at({"fhirServer"}), user_);
}

std::string_view Decision::at(std::initializer_list<std::string_view> names) const
{
    return textAt(root(), names);
}

Logical Decision::patient() const
{
    return {"Patient", kPatientKey, at({"subject", "patientKey"})};
}

Logical Decision::encounter() const
{
    return {"Encounter", kEncounterKey, at({"subject", "encounterKey"})};
}

Logical Decision::device() const { return {"Device", kNode, at({"node"}), device_}; }

Logical Decision::user() const
{
    std::string text;
    auto reference = userReference(at({"user"}), at({"fhirServer"}), text);
    reference.value = user_;
    return reference;
}

json::Value const* Decision::fact(std::string_view id) const
{
    auto const found = facts_.find(id);
    return found == facts_.end() ? nullptr : found->second;
}

Logical Decision::reference(std::string_view id) const
{
    auto const* const known = fact(id);
    if (known == nullptr) return {};
    return {typeOf(*known), kReferenceKey, json::textOf(*known, "ref")};
}

void Decision::meta(audit::Members& json, std::string_view profile) const
{
    json.openObject("meta");
    if (!profile.empty()) {
        json.openArray("profile");
        json.text(profile);
        json.close();
    }
    json.openArray("security");
    json.openObject();
    codingMembers(json, {kObservationValue, "PSEUDED", "pseudonymized"});
    json.close();
    if (at({"mode"}) == "sandbox") {
        json.openObject();
        codingMembers(json, {kActReason, "HTEST", "test health data"});
        json.close();
    }
    json.close();
    json.close();
}

} // namespace tcds::audit_export
