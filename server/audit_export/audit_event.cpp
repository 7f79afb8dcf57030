#include "server/audit_export/audit_event.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit_export/event_parts.hpp"
#include "server/audit_export/record_json.hpp"
#include "server/audit_export/systems.hpp"
#include "server/cds/name_uuid.hpp"

namespace tcds::audit_export {

namespace {

using audit::Members;

constexpr Coding kSourceRole{kDicom, "110153", "Source Role ID"};
constexpr Coding kDestinationRole{kDicom, "110152", "Destination Role ID"};
constexpr Coding kRecipient{kParticipation, "IRCP", "information recipient"};
constexpr Coding kPerson{kEntityType, "1", "Person"};
constexpr Coding kSystemObject{kEntityType, "2", "System Object"};
constexpr Coding kPatientRole{kObjectRole, "1", "Patient"};
constexpr Coding kDomainResource{kObjectRole, "4", "Domain Resource"};
constexpr Coding kQueryRole{kObjectRole, "24", "Query"};

void patient(Members& json, Decision const& decision)
{
    entity(json, kPerson, kPatientRole, decision.patient());
}

/// The id of one of several AuditEvents of a decision.
std::string idOf(std::string_view space, std::string const& name)
{
    cds::NameUuids uuids;
    return cds::toText(uuids.of(cds::parseUuid(space), name));
}

void begin(Members& json, std::string_view id)
{
    json.member("resourceType", "AuditEvent");
    json.member("id", id);
}

Resource resource(std::string id, Members& json)
{
    return {"AuditEvent", std::move(id), "{" + json.take() + "}"};
}

/// Who called: the client entry, where one is known.
Logical caller(Decision const& decision)
{
    auto const name = decision.at({"client", "name"});
    if (name.empty()) return {{}, {}, {}, "a client without an entry"};
    return {"Device", kClient, name};
}

Resource callEvent(Decision const& decision)
{
    auto id = idOf(decision.id(), "AuditEvent");
    Members json{4096};
    begin(json, id);
    decision.meta(json);
    coding(json, "type", {kDicom, "110112", "Query"});
    codings(json, "subtype", {kHook, decision.at({"hook"})});
    json.member("action", "E");
    json.member("recorded", decision.recordedAt());
    json.member("outcome", outcomeOf(decision.at({"response", "http"})));
    json.openArray("agent");
    agent(json, kSourceRole, caller(decision), false);
    agent(json, kDestinationRole, decision.device(), false, {decision.at({"node"}), kMachineName});
    if (auto const user = decision.user(); !user.value.empty()) agent(json, kRecipient, user, true);
    json.close();
    source(json, decision.at({"tenant"}), decision.device());
    json.openArray("entity");
    patient(json, decision);
    entity(json, {kResourceType, "Encounter"}, {}, decision.encounter());
    json.openObject();
    auto const uri = decision.uri();
    logical(json, "what", {"GuidanceResponse", kUri, uri});
    coding(json, "type", {kResourceType, "GuidanceResponse"});
    json.openArray("detail");
    for (auto const* const name : {"service", "hookInstance", "traceId", "seq", "hash", "settings"})
        detail(json, name, decision.at({name}));
    detail(json, "pack", decision.at({"pack", "sha256"}));
    json.close();
    json.close();
    json.close();
    return resource(std::move(id), json);
}

/// Further pages of what the EHR itself had begun to send; the record has no URL of them.
constexpr std::string_view kNextPage = "{next}";

/// One source that the service read itself.
struct Fetch {
    std::string_view key, query, http, status, requestId;

    [[nodiscard]] bool isRead() const
    {
        return query.find('?') == std::string_view::npos && query != kNextPage;
    }
    [[nodiscard]] bool succeeded() const { return http.starts_with('2'); }
};

/// "GET base/Observation?..": one line a request, where a step of the ladder had several.
std::string requestsOf(Fetch const& fetch, std::string_view base)
{
    std::string lines;
    for (auto rest = fetch.query; !rest.empty();) {
        auto const blank = rest.find(' ');
        if (!lines.empty()) lines += '\n';
        lines.append("GET ");
        if (!base.empty() && fetch.query != kNextPage) lines.append(base).append("/");
        lines.append(rest.substr(0, blank));
        rest = blank == std::string_view::npos ? std::string_view{} : rest.substr(blank + 1);
    }
    return lines;
}

void fetchAgents(Members& json, Fetch const& fetch, Decision const& decision)
{
    auto const server = decision.at({"fhirServer"});
    Network const us{decision.at({"node"}), kMachineName};
    Logical const who{{}, kUri, server, server.empty() ? "FHIR server" : ""};
    json.openArray("agent");
    agent(json, fetch.isRead() ? kDestinationRole : kSourceRole, decision.device(), false, us);
    agent(json, fetch.isRead() ? kSourceRole : kDestinationRole, who, false, {server, kUriAddress});
    if (auto const user = decision.user(); !user.value.empty()) agent(json, kRecipient, user, true);
    json.close();
}

/// What a read asked for; the ids of patient and encounter are not in the record.
Logical readResource(Fetch const& fetch, Decision const& decision, std::string_view url)
{
    auto const type = fetch.query.substr(0, fetch.query.find('/'));
    if (type == "Patient") return decision.patient();
    if (type == "Encounter") return decision.encounter();
    return {type, kUri, url};
}

std::string_view profileOf(Fetch const& fetch, Decision const& decision)
{
    // What the profiles require: success, the patient, what was read, and the address of the
    // server.
    if (!fetch.succeeded() || decision.patient().value.empty() ||
        decision.at({"fhirServer"}).empty() || decision.at({"node"}).empty())
        return {};
    if (!fetch.isRead()) return "PatientQuery";
    return readResource(fetch, decision, fetch.query).value.empty() ? "" : "PatientRead";
}

/// What was read: of a read the resource that the path names, of a search the query.
void fetchedEntity(Members& json, Fetch const& fetch, Decision const& decision)
{
    auto const requests = requestsOf(fetch, decision.at({"fhirServer"}));
    json.openObject();
    if (fetch.isRead()) {
        auto const url = std::string{decision.at({"fhirServer"})} + "/" + std::string{fetch.query};
        logical(json, "what", readResource(fetch, decision, url));
    }
    coding(json, "type", kSystemObject);
    coding(json, "role", fetch.isRead() ? kDomainResource : kQueryRole);
    json.member("description", requests);
    if (!fetch.isRead()) json.member("query", toBase64(requests));
    json.close();
}

Resource fetchEvent(Fetch const& fetch, Decision const& decision)
{
    auto id = idOf(decision.id(), "AuditEvent " + std::string{fetch.key});
    auto const profile = profileOf(fetch, decision);
    Members json{4096};
    begin(json, id);
    decision.meta(json,
                  profile.empty() ? std::string{} : std::string{kBalpProfile}.append(profile));
    coding(json, "type", {kAuditEventType, "rest", "Restful Operation"});
    codings(json, "subtype",
            fetch.isRead() ? Coding{kInteraction, "read", "read"}
                           : Coding{kInteraction, "search", "search"});
    json.member("action", fetch.isRead() ? "R" : "E");
    json.member("recorded", decision.recordedAt());
    json.member("outcome", outcomeOf(fetch.http));
    if (!fetch.succeeded()) json.memberIfAny("outcomeDesc", fetch.status);
    fetchAgents(json, fetch, decision);
    source(json, decision.at({"tenant"}), decision.device());
    json.openArray("entity");
    patient(json, decision);
    fetchedEntity(json, fetch, decision);
    entity(json, {kBalpEntityType, "XrequestId"}, {}, {{}, {}, fetch.requestId});
    json.close();
    return resource(std::move(id), json);
}

} // namespace

std::vector<Resource> auditEvents(Decision const& decision)
{
    std::vector<Resource> events;
    events.push_back(callEvent(decision));
    for (auto const& input : json::items(decision.root(), "inputs")) {
        Fetch const fetch{textAt(input, {"key"}), textAt(input, {"query"}), textAt(input, {"http"}),
                          textAt(input, {"status"}), textAt(input, {"requestId"})};
        if (textAt(input, {"via"}) != "fhir" || fetch.query.empty()) continue;
        events.push_back(fetchEvent(fetch, decision));
    }
    return events;
}

} // namespace tcds::audit_export
