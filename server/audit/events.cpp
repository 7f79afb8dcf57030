#include "fhir/base/datetime.hpp"
#include "fhir/base/utf8.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/members.hpp"

// Records that are no decisions: feedback, refused calls, and changes of the content.

namespace tcds::audit {

namespace {

constexpr std::size_t kMostBytes = 512; // of a text that a stranger sent

/// Refused calls may hold any bytes in their path; the log is UTF-8.
std::string printable(std::string_view text)
{
    std::string clean{text.substr(0, kMostBytes)};
    for (auto good = wellFormedUtf8(clean); good < clean.size(); good = wellFormedUtf8(clean))
        clean[good] = '?';
    return clean;
}

} // namespace

std::string writeFeedback(FeedbackRecord const& record)
{
    Members json;
    json.member("service", record.service);
    json.member("card", record.card);
    json.memberIfAny("decisionId", record.decisionId);
    if (!record.rules.empty()) {
        json.member("rule", record.rules.front());
        json.openArray("rules");
        for (auto const& rule : record.rules) json.text(rule);
        json.close();
    }
    json.member("outcome", record.outcome);
    if (!record.reasonCode.empty()) {
        json.openObject("reason");
        json.memberIfAny("system", record.reasonSystem);
        json.member("code", record.reasonCode);
        json.memberIfAny("display", record.reasonDisplay);
        json.close();
    }
    if (record.reasonText) json.member("reasonText", "present");
    if (!record.acceptedSuggestions.empty()) {
        json.openArray("acceptedSuggestions");
        for (auto const& suggestion : record.acceptedSuggestions) json.text(suggestion);
        json.close();
    }
    json.memberIfAny("outcomeTimestamp", record.outcomeTimestamp);
    json.member("receivedAt", toText(record.receivedAt));
    json.memberIfAny("user", record.user);
    json.memberIfAny("client", record.client);
    json.memberIfAny("location", record.location);
    writeSealed(json, record.sealed);
    return json.take();
}

std::string writeReject(RejectRecord const& record)
{
    Members json;
    json.member("http", record.http);
    json.member("reason", record.reason);
    json.memberIfAny("where", printable(record.where));
    json.memberIfAny("client", record.client);
    json.memberIfAny("service", record.service);
    json.memberIfAny("remote", printable(record.remote));
    json.openObject("request");
    json.member("bytes", record.requestBytes);
    json.memberIfAny("sha256", record.requestSha256);
    json.close();
    return json.take();
}

std::string writeConfig(ConfigRecord const& record)
{
    Members json;
    json.member("change", "content");
    json.member("outcome", record.refused ? "refused" : "in-use");
    json.member("via", record.via);
    json.memberIfAny("actor", record.actor);
    json.openObject("pack");
    json.member("id", record.id);
    json.member("version", record.version);
    json.member("sha256", record.sha256);
    json.memberIfAny("signer", record.signer);
    json.close();
    json.openArray("parts");
    for (auto const& pack : record.packs) {
        json.openObject();
        json.member("id", pack.id);
        json.member("version", pack.version);
        json.member("approval", pack.approval);
        json.close();
    }
    json.close();
    json.memberIfAny("stored", record.stored);
    if (!record.acknowledgedPack.empty()) {
        json.openObject("acknowledged");
        json.member("pack", record.acknowledgedPack);
        json.member("version", record.acknowledgedVersion);
        json.member("by", record.acknowledgedBy);
        json.member("on", record.acknowledgedOn);
        json.close();
    }
    json.memberIfAny("before", record.before);
    json.memberIfAny("where", printable(record.where));
    json.memberIfAny("why", printable(record.why));
    return json.take();
}

std::string writeSettings(SettingsRecord const& record)
{
    Members json;
    json.member("change", "settings");
    json.member("outcome", "in-use");
    json.member("via", record.via);
    json.member("mode", record.mode);
    json.openArray("values");
    for (auto const& value : record.values) {
        json.openObject();
        json.member("key", value.key);
        json.member("value", printable(value.value));
        json.member("from", value.from);
        json.close();
    }
    json.close();
    json.openArray("clients");
    for (auto const& client : record.clients) {
        json.openObject();
        json.memberIfAny("name", client.name);
        json.member("settings", client.digest);
        json.close();
    }
    json.close();
    return json.take();
}

std::string writeKeys(KeyRecord const& record)
{
    Members json;
    json.member("change", "key");
    json.member("outcome", record.refused ? "refused" : "in-use");
    json.member("via", record.via);
    json.memberIfAny("actor", record.actor);
    json.openObject("keys");
    json.member("inForce", record.keys.inForce);
    json.openArray("kept");
    for (auto const& id : record.keys.others) json.text(id);
    json.close();
    json.close();
    json.memberIfAny("before", record.before);
    json.memberIfAny("where", printable(record.where));
    json.memberIfAny("why", printable(record.why));
    return json.take();
}

} // namespace tcds::audit
