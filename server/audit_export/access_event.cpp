#include "server/audit_export/audit_event.hpp"
#include "server/audit_export/event_parts.hpp"
#include "server/audit_export/record_json.hpp"
#include "server/audit_export/systems.hpp"
#include "server/cds/name_uuid.hpp"

namespace tcds::audit_export {

namespace {

constexpr std::string_view kUrlSpace = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"; // RFC 9562, 6.6

void agents(audit::Members& json, json::Value const& record)
{
    auto const actor = textAt(record, {"actor"});
    Logical const nobody{{}, {}, {}, "nobody known"};
    json.openArray("agent");
    agent(json, {kParticipation, "IRCP", "information recipient"},
          actor.empty() ? nobody : Logical{{}, kAdmin, actor}, true,
          {textAt(record, {"remote"}), kIpAddress});
    json.close();
}

void entities(audit::Members& json, json::Value const& record)
{
    json.openArray("entity");
    json.openObject();
    if (auto const decision = textAt(record, {"decisionId"}); isCode(decision))
        logical(json, "what",
                {"GuidanceResponse", kUri, std::string{"urn:uuid:"}.append(decision)});
    coding(json, "type", {kEntityType, "2", "System Object"});
    coding(json, "role", {kObjectRole, "13", "Security Resource"});
    json.openArray("detail");
    for (auto const* const name : {"what", "as", "role", "records", "reason", "seq", "hash"})
        detail(json, name, textAt(record, {name}));
    for (auto const* const name : {"from", "to", "rule", "limit"})
        detail(json, name, textAt(record, {"filter", name}));
    json.close();
    json.close();
    json.close();
}

} // namespace

Result<Resource> accessEvent(std::string_view line)
{
    auto const document = parseRecord(line);
    if (!document) return document.error();
    auto const& record = document->root();
    auto const hash = textAt(record, {"hash"});
    if (!isInstant(textAt(record, {"ts"})) || hash.empty() || textAt(record, {"seq"}).empty())
        return faultyRecord("/ts", "the record has not the members that every record has");
    cds::NameUuids uuids;
    auto id = cds::toText(
        uuids.of(cds::parseUuid(kUrlSpace), "urn:twitch-cds:record:" + std::string{hash}));
    audit::Members json{1024};
    json.member("resourceType", "AuditEvent");
    json.member("id", id);
    coding(json, "type", {kDicom, "110101", "Audit Log Used"});
    json.member("action", "R");
    json.member("recorded", textAt(record, {"ts"}));
    json.member("outcome", outcomeOf(textAt(record, {"http"})));
    agents(json, record);
    source(json, textAt(record, {"tenant"}), {"Device", kNode, textAt(record, {"node"})});
    entities(json, record);
    return Resource{"AuditEvent", std::move(id), "{" + json.take() + "}"};
}

} // namespace tcds::audit_export
