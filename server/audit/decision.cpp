#include "server/audit/decision.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/digest.hpp"
#include "server/audit/members.hpp"

#include <algorithm>

namespace tcds::audit {

namespace {

void writeCall(Members& json, DecisionRecord const& record)
{
    json.member("decisionId", record.decisionId);
    json.memberIfAny("retryOf", record.retryOf);
    json.member("hookInstance", record.hookInstance);
    json.member("hook", record.hook);
    json.member("service", record.service);
    json.openObject("client");
    json.memberIfAny("name", record.client);
    json.memberIfAny("iss", record.issuer);
    json.memberIfAny("kid", record.keyId);
    json.memberIfAny("jtiDigest", record.tokenDigest);
    json.memberIfAny("trigger", record.trigger);
    json.close();
    json.memberIfAny("traceId", record.traceId);
    json.member("user", record.user);
    if (record.forPatients) json.member("audience", "patient");
    json.openObject("subject");
    json.member("patientKey", record.patientKey);
    json.memberIfAny("encounterKey", record.encounterKey);
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
    json.memberIfAny("day", rules.day);
    json.close();
    json.member("settings", record.settingsDigest);
    json.member("mode", record.mode);
    json.member("phi", word(record.level));
    json.member("evaluatedAt", toText(record.context->asOf));
}

/// How the service came by a source that it fetched itself.
void writeFetched(Members& json, std::span<FetchedInput const> fetched, std::string_view key)
{
    auto const at = std::ranges::find(fetched, key, &FetchedInput::key);
    if (at == fetched.end()) return;
    json.member("query", at->query);
    if (at->http != 0) json.member("http", at->http);
    json.member("ms", at->milliseconds);
    json.memberIfAny("requestId", at->requestId);
    json.memberIfAny("sha256", at->sha256);
}

/// Digests of what came under one key; of several values that over their digests, one after
/// another, as with pages.
void writeReceived(Members& json, std::span<ReceivedInput const> received, std::string_view key)
{
    auto const isOfKey = [key](ReceivedInput const& input) { return input.key == key; };
    auto const first = std::ranges::find_if(received, isOfKey);
    if (first == received.end()) return;
    json.memberIfAny("hmac", first->hmac);
    if (first->sha256.empty()) return;
    if (std::ranges::count_if(received, isOfKey) == 1) return json.member("sha256", first->sha256);
    std::string digests;
    for (auto const& input : received)
        if (isOfKey(input)) digests += input.sha256;
    json.member("sha256", sha256(digests));
}

void writeInputs(Members& json, DecisionRecord const& record)
{
    json.openArray("inputs");
    for (auto const& input : record.context->inputs) {
        json.openObject();
        json.member("key", input.key);
        json.memberIfAny("via", input.via);
        json.member("status", toText(input.status));
        json.member("count", input.count);
        if (input.via == "fhir") writeFetched(json, record.fetched, input.key);
        if (input.via == "prefetch") writeReceived(json, record.received, input.key);
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
    if (record.authenticate.count() > 0) json.member("authUs", microseconds(record.authenticate));
    json.member("parseUs", microseconds(record.parse));
    if (record.fetch.count() > 0) json.member("fetchUs", microseconds(record.fetch));
    json.member("evalUs", microseconds(record.evaluate));
    json.close();
}

/// What was left out or replaced. References are pseudonyms by their names, and need no mention.
void writeRedacted(Members& json, DecisionRecord const& record)
{
    auto const digestOnly = record.level == Level::Digests;
    json.openArray("redacted");
    if (digestOnly) json.text("/facts");
    if (!record.sent.empty())
        json.text(digestOnly ? "/cards/*/card" : "/cards/*/card/**/reference");
    if (!record.fetched.empty()) json.text("/inputs/*/query");
    if (record.userHidden) json.text("/user");
    if (record.sealed != nullptr && record.sealed->tokenBlanked)
        json.text("/sealed/request/fhirAuthorization/access_token");
    json.close();
}

/// Room for nearly every record, so that the text seldom moves while it grows.
std::size_t expectedSize(DecisionRecord const& record)
{
    constexpr std::size_t kFrame = 1536; // all but the lists
    constexpr std::size_t kFact = 256;
    constexpr std::size_t kRule = 192;
    constexpr std::size_t kCard = 384; // beside its masked form
    auto size = kFrame + kFact * record.context->factCount +
                kRule * record.evaluation->judged.size() + kCard * record.sent.size();
    for (auto const& card : record.sent) size += card.masked.size();
    if (record.sealed != nullptr) size += record.sealed->jwe.size();
    return size;
}

} // namespace

std::string writeDecision(DecisionRecord const& record, ServerPseudonyms& pseudonyms)
{
    Members json{expectedSize(record)};
    writeCall(json, record);
    writeEngine(json, record);
    writeInputs(json, record);
    if (record.level != Level::Digests)
        writeFacts(json, *record.context, record.evaluation->chart.terms(), pseudonyms);
    writeMissing(json, *record.evaluation);
    writeRules(json, *record.evaluation);
    writeCards(json, record);
    writeAnswer(json, record);
    writeSealed(json, record.sealed);
    writeRedacted(json, record);
    return json.take();
}

} // namespace tcds::audit
