#include "server/audit/decision.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/members.hpp"

namespace tcds::audit {

namespace {

// The only thing that is taken out of what the record stores: references inside cards.
constexpr std::string_view kRedacted = "/cards/*/card/**/reference";

void writeCall(Members& json, DecisionRecord const& record, Pseudonyms const& pseudonyms)
{
    json.member("decisionId", record.decisionId);
    json.member("hookInstance", record.hookInstance);
    json.member("hook", record.hook);
    json.member("service", record.service);
    json.openObject("client");
    json.memberIfAny("name", record.client);
    json.memberIfAny("trigger", record.trigger);
    json.close();
    json.memberIfAny("traceId", record.traceId);
    json.member("user", record.user);
    json.openObject("subject");
    auto const keyed = [&](std::string_view type, std::string_view id) {
        return pseudonyms.of(record.fhirServer, std::string{type} + std::string{id});
    };
    json.member("patientKey", keyed("Patient/", record.patientId));
    if (!record.encounterId.empty())
        json.member("encounterKey", keyed("Encounter/", record.encounterId));
    json.close();
    json.memberIfAny("fhirServer", record.fhirServer);
    json.openObject("request");
    json.member("bytes", record.requestBytes);
    json.member("sha256", record.requestSha256);
    json.close();
}

/// What decided: program, content, settings, level of detail, clock.
void writeEngine(Members& json, DecisionRecord const& record)
{
    json.openObject("engine");
    json.member("version", record.engineVersion);
    json.memberIfAny("commit", record.engineCommit);
    json.close();
    auto const& rules = record.evaluation->chart.rules();
    json.openObject("pack");
    json.member("id", rules.id);
    json.member("version", rules.version);
    json.member("sha256", rules.digest);
    json.member("signer", rules.signer);
    json.close();
    json.member("settings", record.settingsDigest);
    json.member("mode", record.mode);
    json.member("phi", "facts");
    json.member("evaluatedAt", toText(record.context->asOf));
}

void writeInputs(Members& json, PatientContext const& context)
{
    json.openArray("inputs");
    for (auto const& input : context.inputs) {
        json.openObject();
        json.member("key", input.key);
        json.memberIfAny("via", input.via);
        json.member("status", toText(input.status));
        json.member("count", input.count);
        json.close();
    }
    json.close();
}

void writeMissing(Members& json, rules::Evaluation const& evaluation)
{
    json.openArray("missing");
    for (auto const missing : evaluation.missing) json.text(missing);
    json.close();
}

void writeAnswer(Members& json, DecisionRecord const& record)
{
    json.openObject("response");
    json.member("http", record.status);
    json.member("bytes", record.responseBytes);
    json.member("sha256", record.responseSha256);
    json.flag("degraded", record.degraded);
    json.close();
    auto const microseconds = [](std::chrono::microseconds time) {
        return static_cast<std::uint64_t>(time.count());
    };
    json.openObject("timing");
    json.member("totalUs", microseconds(record.total));
    json.member("parseUs", microseconds(record.parse));
    json.member("evalUs", microseconds(record.evaluate));
    json.close();
    json.openArray("redacted");
    if (!record.sent.empty()) json.text(kRedacted);
    json.close();
}

} // namespace

std::string identifierOf(SourceRef const& source)
{
    if (source.version.empty()) return source.resource;
    return source.resource + "/" + source.version;
}

std::string writeDecision(DecisionRecord const& record, Pseudonyms const& pseudonyms)
{
    Members json;
    writeCall(json, record, pseudonyms);
    writeEngine(json, record);
    writeInputs(json, *record.context);
    writeFacts(json, *record.context, record.evaluation->chart.terms(), record.fhirServer,
               pseudonyms);
    writeMissing(json, *record.evaluation);
    writeRules(json, *record.evaluation);
    writeCards(json, record);
    writeAnswer(json, record);
    return json.take();
}

} // namespace tcds::audit
