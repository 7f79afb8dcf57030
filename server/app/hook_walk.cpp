#include "server/app/hook_walk.hpp"

#include "server/app/decide.hpp"
#include "server/app/fhir_reads.hpp"
#include "server/app/kept_text.hpp"
#include "server/app/repeat_keys.hpp"
#include "server/app/responses.hpp"
#include "server/app/version.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/digest.hpp"

#include <algorithm>
#include <exception>

namespace tcds::app {

namespace {

using Steady = std::chrono::steady_clock;
using Field = http::Log::Field;
using Level = http::Log::Level;
using namespace std::chrono_literals;

constexpr auto kTimeToDecide = 50ms;         // kept back from the deadline of a call
constexpr std::size_t kMostMedications = 20; // that orders only refer to, read one by one
constexpr std::size_t kMostTogether = 8;     // records: more would gain little, and calls wait

std::chrono::microseconds since(Steady::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
}

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

/// The trace id of a W3C traceparent header: 00-<32 hex>-<16 hex>-<2 hex>.
std::string traceIdOf(http::Request const& request)
{
    auto const header = request.headers.find("traceparent");
    if (!header || header->size() < 55 || (*header)[2] != '-' || (*header)[35] != '-') return {};
    auto const id = header->substr(3, 32);
    auto const isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return std::ranges::all_of(id, isHex) ? std::string{id} : std::string{};
}

/// Prefetch keys as an analyst typed them become ours (TOL-01).
void useAliases(std::vector<config::Alias> const& aliases, std::vector<fhir::Input>& inputs)
{
    for (auto const& alias : aliases)
        for (auto& input : inputs)
            if (input.via == "prefetch" && input.key == alias.theirs) input.key = alias.ours;
}

std::string_view modeOf(Terms const& terms, config::Mode mode)
{
    if (terms.silent) return "silent";
    return mode == config::Mode::Production ? "active" : "sandbox";
}

/// The Bundle or the selections that the hook requires are not there: the EHR was not allowed to
/// send them, or is set up wrongly (TOL-12, TOL-13).
bool isThinContext(Error const& error)
{
    return error.where == "/context/draftOrders" || error.where == "/context/selections" ||
           error.where == "/context/conditions";
}

/// What holds back cards, also what was remembered under keys of earlier periods.
std::vector<Recent> heldBack(cds::HookRequest const& request, TenantKeys const& keys,
                             Repeats& repeats, rules::Evaluation const& evaluation,
                             Repeats::KnownAs now, std::chrono::hours remembered, Instant before)
{
    if (evaluation.fired().empty()) return {}; // nothing to hold back
    auto earlier = keys.earlierOn(request.fhirServer, evaluation.chart.now() - remembered);
    std::vector<Repeats::KnownAs> known{std::move(now)};
    for (auto& pseudonyms : earlier)
        known.push_back({subjectKeys(request, pseudonyms), &pseudonyms});
    return repeats.inForce(evaluation, known, before);
}

} // namespace

/// One call on its way; lives as long as somebody waits for its answer.
struct HookWalk::Call {
    std::string id; // of its decision
    cds::HookRequest request;
    Caller caller;
    Tenant* tenant = nullptr; // of the caller
    std::shared_ptr<rules::RuleSet const> rules;
    http::Answer answer;
    Received received;
    std::string traceId;
    Instant now;
    Steady::time_point start;
    std::chrono::microseconds parsed{}, fetched{}, authenticated{};
    std::string text; // the body as it came, where the record needs it
    FhirReads reads;
    std::string base;       // of the FHIR server that is read
    std::string whyNotRead; // "" when it may be

    [[nodiscard]] Terms const& terms() const { return *caller.terms; }
};

/// A decision on its way to the log and to the client.
struct HookWalk::Decided {
    CallPtr call; // has the rules that the decision refers to
    Decision decision;
    SubjectKeys subject;
    audit::ServerPseudonyms pseudonyms;
};

HookWalk::HookWalk(config::Config const& config, Callers const& callers, Clock const& clock,
                   Tenants const& tenants, ops::OpsLog& ops, client::FhirClient* client,
                   Tally const& tally, Recording recording)
    : config_{config}, callers_{callers}, clock_{clock}, tenants_{tenants}, ops_{ops},
      client_{client}, tally_{tally}, recording_{recording}
{
}

void HookWalk::start(http::Request&& request, Route const& route,
                     std::shared_ptr<rules::RuleSet const> rules, http::Answer answer) const
{
    auto const when = request.settled ? Keep::Soon : Keep::Now;
    auto call = receive(std::move(request), route, std::move(rules), answer);
    if (call == nullptr) return;
    auto read = readContext(call->request, *call->rules, call->terms().settings, call->now);
    if (!read) return refuse(*call, read.error());
    auto queries = lacking(*call, *read);
    if (queries.empty()) return decide(std::move(call), std::move(*read), when);
    fetch(std::move(call), std::move(queries));
}

HookWalk::CallPtr HookWalk::receive(http::Request&& request, Route const& route,
                                    std::shared_ptr<rules::RuleSet const> rules,
                                    http::Answer& answer) const
{
    auto const start = Steady::now();
    auto const now = clock_.now();
    auto const& service = *route.service;
    auto const turnedDown = [&](http::Response&& response, std::string_view client) {
        tally_.answered(service, client, response.status, since(start));
        answer(std::move(response));
        return nullptr;
    };
    auto id = audit::uuidV7(milliseconds(now));
    Received received{request.body.size(), {}, request.remoteAddress};
    if (recording_ == Recording::Kept) received.sha256 = audit::sha256(request.body);
    auto const beforeToken = Steady::now();
    auto caller = callers_.identify(request.headers.find("Authorization").value_or(""),
                                    request.peerNames, pathOf(route), received.sha256, now, id);
    if (!caller) {
        auto& journal = tenants_.of(callers_.tenantOf(caller.error())).journal;
        return turnedDown(journal.turnAway(caller.error(), service.id, received),
                          caller.error().client);
    }
    auto const authenticated =
        caller->token ? since(beforeToken) : std::chrono::microseconds::zero();
    auto const& terms = *caller->terms;
    auto& tenant = tenants_.of(terms.tenant);
    if (auto const wait = terms.throttle->take(now))
        return turnedDown(tenant.journal.tooOften(*wait, service.id, received, terms.client),
                          terms.client);
    auto traceId = traceIdOf(request);
    std::string text;
    if (tenant.seal != nullptr || config_.inputDigest != config::InputDigest::Off)
        text = request.body; // parsing destroys it
    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto read = cds::readHookRequest(std::move(request.body), service, limits);
    if (!read) {
        auto const& error = read.error();
        auto const isThin = isThinContext(error);
        auto const forgiven = terms.lenientContext && isThin;
        if (isThin) tally_.contextIncomplete(terms.client);
        return turnedDown(
            tenant.journal.keepRefusal(forgiven ? json(std::string{kNoCards}) : outcome(error),
                                       error, forgiven ? "context-incomplete" : rejectReason(error),
                                       service.id, received, terms.client),
            terms.client);
    }
    useAliases(terms.aliases, read->inputs);
    tally_.prefetchKeys(read->inputs, terms.client);
    auto call = std::make_shared<Call>(Call{std::move(id),
                                            std::move(*read),
                                            std::move(*caller),
                                            &tenant,
                                            std::move(rules),
                                            std::move(answer),
                                            std::move(received),
                                            std::move(traceId),
                                            now,
                                            start,
                                            {},
                                            {},
                                            authenticated,
                                            std::move(text),
                                            FhirReads{tenant.seal != nullptr},
                                            {},
                                            {}});
    call->parsed = since(start) - authenticated;
    return call;
}

void HookWalk::refuse(Call& call, Error const& error) const
{
    auto const& terms = call.terms();
    auto const silently = terms.emptyOnMissing && error.kind == Error::Kind::MissingData;
    reply(call, call.tenant->journal.keepRefusal(
                    silently ? json(std::string{kNoCards}) : outcome(error), error,
                    rejectReason(error), call.request.service->id, call.received, terms.client));
}

void HookWalk::reply(Call& call, http::Response&& response) const
{
    tally_.answered(*call.request.service, call.terms().client, response.status, since(call.start));
    call.answer(std::move(response));
}

/// What is to be asked of the FHIR server; nothing where it may not be read.
std::vector<cds::FhirQuery> HookWalk::lacking(Call& call, PatientContext const& read) const
{
    auto const& terms = call.terms();
    auto queries =
        cds::missingQueries(call.request, read, terms.fhir.wanted, *call.rules, call.now);
    if (queries.empty() && !read.complaints.empty())
        queries = cds::missingMedications(call.request.inputs, kMostMedications);
    if (queries.empty()) return {};
    auto base = readableServer(call.request, terms.fhir);
    if (base && client_ != nullptr) {
        call.base = std::move(*base);
        return queries;
    }
    call.whyNotRead = base ? "this service reads no FHIR server"
                           : base.error().what + " (" + base.error().fix + ")";
    if (!call.request.fhirServer.empty())
        ops_.event(Level::Info, "FHIR server not read",
                   {Field{"client", terms.client}, Field{"why", call.whyNotRead}});
    return {};
}

void HookWalk::fetch(CallPtr call, std::vector<cds::FhirQuery> queries) const
{
    client::AccessToken token;
    if (auto const& authorization = call->request.authorization)
        token = client::AccessToken{std::string{authorization->accessToken}};
    auto const deadline = call->start + std::max(call->terms().fhir.deadline - kTimeToDecide, 1ms);
    auto asked = call->reads.ask(std::move(queries));
    auto const& base = call->base;
    client_->fetch(base, std::move(token), std::move(asked), deadline,
                   [this, call](std::vector<client::Answer> answers) {
                       try {
                           fetched(call, std::move(answers));
                       } catch (std::exception const& error) {
                           // The call goes without an answer, which the listener makes a 500.
                           ops_.event(Level::Error, "call failed", {Field{"what", error.what()}});
                       }
                   });
}

void HookWalk::fetched(CallPtr call, std::vector<client::Answer> answers) const
{
    for (auto const& answer : answers)
        if (answer.outcome != client::Outcome::Ok)
            ops_.event(Level::Warn, "FHIR server read in part or not at all",
                       {Field{"client", call->terms().client}, Field{"key", answer.key},
                        Field{"http", std::to_string(answer.status)}, Field{"why", answer.why}});
    tally_.reads(call->reads.asked(), answers, call->terms().client);
    // Medications are asked for once: what cannot be had then is not to be had.
    auto const wereSources = std::ranges::none_of(call->reads.asked(), isMedicationRead);
    call->reads.take(std::move(answers), call->request);
    if (wereSources) {
        auto queries = cds::missingMedications(call->request.inputs, kMostMedications);
        if (!queries.empty()) return fetch(std::move(call), std::move(queries));
    }
    readAgain(std::move(call));
}

/// Everything anew, with what was fetched beside what was sent.
void HookWalk::readAgain(CallPtr call) const
{
    call->fetched = since(call->start) - call->parsed - call->authenticated;
    auto read = readContext(call->request, *call->rules, call->terms().settings, call->now);
    if (!read) return refuse(*call, read.error());
    decide(std::move(call), std::move(*read), Keep::Now);
}

void HookWalk::decide(CallPtr callPtr, PatientContext&& context, Keep when) const
{
    auto& call = *callPtr;
    auto const& terms = call.terms();
    tally_.inputs(context, *call.request.service);
    auto pseudonyms = call.tenant->keys->on(call.request.fhirServer, call.now);
    auto subject = subjectKeys(call.request, pseudonyms);
    DecideOptions options;
    options.now = call.now;
    options.decisionId = call.id;
    options.evaluate.timing = recording_ == Recording::Kept;
    options.whyNotRead = call.whyNotRead;
    // What a silent client was not shown is no repeat.
    auto* const known = call.tenant->repeats.get();
    auto* const repeats = terms.silent ? nullptr : known;
    auto const& token = call.caller.token;
    auto const before = token && token->retry ? token->retriedAt : Instant::max();
    if (repeats != nullptr)
        options.recent = [&](rules::Evaluation const& evaluation) {
            return heldBack(call.request, *call.tenant->keys, *repeats, evaluation,
                            {subject, &pseudonyms}, 24h * config_.retentionDays, before);
        };
    if (known == nullptr) // the client may collapse repeats itself (decision D32)
        options.repeatKey = [&](rules::Card const& card, rules::Evaluation const& evaluation) {
            return repeatKey(pseudonyms, subject, card, evaluation);
        };
    auto decision =
        app::decide(std::move(context), call.request, *call.rules, terms.settings, options);
    if (!decision) return refuse(call, decision.error());
    if (terms.silent) decision->body = kNoCards;
    tally_.evaluated(*decision->evaluation, *call.rules);
    auto decided = std::make_shared<Decided>(Decided{std::move(callPtr), *std::move(decision),
                                                     std::move(subject), std::move(pseudonyms)});
    if (recording_ == Recording::LeftOut) return answer(*decided, true);
    auto members = record(*decided);
    if (when == Keep::Soon) return keepSoon(std::move(decided), std::move(members));
    answer(*decided, call.tenant->journal.keep("decision", members));
}

/// A decision that waits crowds the caches of those that are made meanwhile: what only its record
/// needed goes.
void HookWalk::keepAnswerOnly(Decided& decided)
{
    auto& request = decided.call->request;
    request.inputs.clear();
    request.authorization.reset();
    auto const gone = std::move(request.body);            // what the two refer to
    if (decided.call->tenant->repeats != nullptr) return; // they look at cards and evaluation
    decided.decision.written.clear();
    decided.decision.evaluation.reset();
    decided.decision.context.reset();
}

void HookWalk::keepSoon(std::shared_ptr<Decided> decided, std::string members) const
{
    keepAnswerOnly(*decided);
    auto& outbox = *decided->call->tenant->outbox;
    auto const waiting = outbox.add(std::move(members), [this, decided](bool kept) {
        try {
            answer(*decided, kept);
        } catch (std::exception const& error) {
            // As in fetch(): the listener makes a 500 of it.
            ops_.event(Level::Error, "call failed", {Field{"what", error.what()}});
        }
    });
    if (waiting >= kMostTogether) outbox.settle();
}

/// @param kept  whether the record is; no card leaves without it
void HookWalk::answer(Decided& decided, bool kept) const
{
    auto& call = *decided.call;
    auto& decision = decided.decision;
    if (!kept) return reply(call, unrecorded());
    auto const& terms = call.terms();
    // What a silent client was not shown is no repeat.
    if (auto* const repeats = call.tenant->repeats.get(); repeats != nullptr && !terms.silent)
        repeats->returned(decision, decided.subject, terms.client, decided.pseudonyms);
    if (!terms.silent) tally_.cards(decision.cards, *call.rules);
    auto response = json(std::move(decision.body));
    response.headers.add("X-Decision-Id", decision.id);
    reply(call, std::move(response));
}

std::string HookWalk::record(Decided& decided) const
{
    auto& call = *decided.call;
    auto const& decision = decided.decision;
    auto const& subject = decided.subject;
    auto& pseudonyms = decided.pseudonyms;
    auto const& request = call.request;
    auto const& terms = call.terms();
    std::vector<audit::CardSent> sent;
    sent.reserve(decision.written.size());
    for (auto const& card : decision.written) sent.push_back({card.uuid, card.masked});
    // Staff are named; a patient or relative who calls is an identifier like any other (D39).
    auto const userHidden = request.forPatients() || config_.hidesUser;
    auto const user = userHidden ? pseudonyms.of(request.userId) : request.userId;
    auto const received =
        receivedInputs(call.text, request.inputs, config_.inputDigest, pseudonyms);
    audit::Sealed sealed;
    if (call.tenant->seal != nullptr)
        sealed = sealCall(*call.tenant->seal, call.tenant->name, decision.id,
                          {std::move(call.text), request.authorization.has_value(),
                           call.reads.texts(), decision.body});
    auto const responseSha256 = audit::sha256(decision.body);
    audit::DecisionRecord record;
    record.decisionId = decision.id;
    record.hookInstance = request.hookInstance;
    record.hook = toText(request.service->hook);
    record.service = request.service->id;
    record.trigger = request.trigger;
    record.traceId = call.traceId;
    record.user = user;
    record.forPatients = request.forPatients();
    record.userHidden = userHidden;
    record.patientKey = subject.patient;
    record.encounterKey = subject.encounter;
    record.fhirServer = request.fhirServer;
    record.requestBytes = call.received.bytes;
    record.requestSha256 = call.received.sha256;
    record.engineVersion = kVersion;
    record.engineCommit = kCommit;
    record.client = terms.client;
    if (auto const& token = call.caller.token) {
        record.issuer = token->iss;
        record.keyId = token->kid;
        record.tokenDigest = token->jtiDigest;
        record.retryOf = token->retryOf;
    }
    record.settingsDigest = terms.settingsDigest;
    record.mode = modeOf(terms, config_.mode);
    record.context = decision.context.get();
    record.evaluation = decision.evaluation.get();
    record.fetched = call.reads.fetched();
    record.received = received;
    record.level = call.tenant->level;
    record.sealed = call.tenant->seal != nullptr ? &sealed : nullptr;
    record.cards = decision.cards;
    record.sent = sent;
    record.responseBytes = decision.body.size();
    record.responseSha256 = responseSha256;
    record.degraded = decision.degraded;
    record.total = since(call.start);
    record.authenticate = call.authenticated;
    record.parse = call.parsed;
    record.fetch = call.fetched;
    record.evaluate = decision.timing.evaluate;
    return audit::writeDecision(record, pseudonyms);
}

} // namespace tcds::app
