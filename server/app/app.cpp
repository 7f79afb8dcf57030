#include "server/app/app.hpp"

#include "server/app/repeat_keys.hpp"
#include "server/app/routes.hpp"
#include "server/app/version.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/digest.hpp"
#include "server/cds/feedback.hpp"
#include "server/cds/outcome.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace tcds::app {

namespace {

using Steady = std::chrono::steady_clock;
using Field = http::Log::Field;

constexpr std::size_t kLargeBody = 1024U * 1024U; // parsed off the I/O threads

std::chrono::microseconds since(Steady::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
}

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

http::Response json(std::string body)
{
    http::Response response;
    response.contentType = "application/json";
    response.body = std::move(body);
    return response;
}

http::Response outcome(Error const& error)
{
    http::Response response;
    response.status = http::statusOf(error.kind);
    response.contentType = cds::kFhirJson;
    response.body = cds::writeOutcome(error);
    if (error.kind == Error::Kind::Unauthenticated)
        response.headers.add("WWW-Authenticate", "Bearer");
    if (error.kind == Error::Kind::Unavailable) response.headers.add("Retry-After", "1");
    return response;
}

http::Response methodNotAllowed(std::string_view allow)
{
    auto response = outcome({Error::Kind::BadRequest, "method", "not allowed on this path",
                             "use one of: " + std::string{allow}});
    response.status = http::status::kMethodNotAllowed;
    response.headers.add("Allow", allow);
    return response;
}

/// application/json, application/fhir+json and application/json+fhir, with any parameters; none at
/// all is taken as JSON (TOL-17).
bool isJson(std::optional<std::string_view> contentType)
{
    if (!contentType || contentType->empty()) return true;
    auto type = contentType->substr(0, contentType->find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return std::ranges::any_of(
        std::array<std::string_view, 3>{"application/json", "application/fhir+json",
                                        "application/json+fhir"},
        [&](std::string_view known) { return http::equalsIgnoringCase(type, known); });
}

http::Response unsupportedMediaType()
{
    auto response = outcome({Error::Kind::BadRequest, "Content-Type", "not a JSON media type",
                             "send application/json"});
    response.status = http::status::kUnsupportedMediaType;
    return response;
}

/// The trace id of a W3C traceparent header: 00-<32 hex>-<16 hex>-<2 hex>.
std::string traceIdOf(http::Request const& request)
{
    auto const header = request.headers.find("traceparent");
    if (!header || header->size() < 55 || (*header)[2] != '-' || (*header)[35] != '-') return {};
    auto const id = header->substr(3, 32);
    auto const isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return std::ranges::all_of(id, isHex) ? std::string{id} : std::string{};
}

/// "json", "context-invalid", ... : what a reject record says (integration specification 4.2).
std::string_view rejectReason(Error const& error)
{
    switch (error.kind) {
    case Error::Kind::MissingData:
        return "missing-data";
    case Error::Kind::TooLarge:
        return "too-large";
    case Error::Kind::Unauthenticated:
        return "unauthenticated";
    case Error::Kind::BadRequest:
        break;
    default:
        return "other";
    }
    if (error.where.starts_with("byte")) return "json";
    if (error.where.starts_with("/context")) return "context-invalid";
    if (error.where.starts_with("/prefetch")) return "prefetch-invalid";
    return "request-invalid";
}

std::string_view reasonDisplay(rules::RuleSet const& rules, cds::Feedback const& item)
{
    if (item.reasonSystem != "urn:twitch-cds:override-reason") return {};
    auto const at =
        std::ranges::find(rules.overrideReasons, item.reasonCode, &rules::OverrideReason::code);
    return at == rules.overrideReasons.end() ? std::string_view{} : std::string_view{at->display};
}

constexpr std::string_view kNoCards = R"({"cards":[]})";

/// Prefetch keys as an analyst typed them become ours (TOL-01).
void useAliases(std::vector<config::Alias> const& aliases, std::vector<fhir::Input>& inputs)
{
    for (auto const& alias : aliases)
        for (auto& input : inputs)
            if (input.via == "prefetch" && input.key == alias.theirs) input.key = alias.ours;
}

/// As discovery gives it, whatever spelling the router forgave.
std::string pathOf(cds::Service const& service)
{
    return "/cds-services/" + std::string{service.id};
}

std::string_view modeOf(Terms const& terms, config::Mode mode)
{
    if (terms.silent) return "silent";
    return mode == config::Mode::Production ? "active" : "sandbox";
}

} // namespace

App::App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
         Callers const& callers, Clock const& clock, audit::Log& log,
         audit::Pseudonyms const& pseudonyms, ops::OpsLog& ops)
    : config_{config}, rules_{std::move(rules)}, callers_{callers}, clock_{clock}, log_{log},
      pseudonyms_{pseudonyms}, ops_{ops}, discovery_{cds::writeDiscovery(*rules_.load())}
{
}

bool App::mayBlock(http::Request const& request) const
{
    return request.body.size() > kLargeBody || config_.fsync == config::Fsync::Always ||
           callers_.verifiesTokens();
}

void App::handle(http::Request&& request, http::Answer answer)
{
    answer(respond(std::move(request)));
}

http::Response App::respond(http::Request&& request)
{
    auto const route = routeOf(request.path);
    if (route.target == Target::Unknown)
        return outcome({Error::Kind::NotFound, request.path.substr(0, 200),
                        "no such service or path", "GET /cds-services lists the services"});
    auto const isRead = request.method == "GET";
    auto const isPost = request.method == "POST";
    auto const posted = route.target == Target::Hook || route.target == Target::Feedback;
    if (posted ? !isPost : !isRead) return methodNotAllowed(route.allow);
    if (posted && !isJson(request.headers.find("Content-Type"))) return unsupportedMediaType();

    switch (route.target) {
    case Target::Live:
        return live();
    case Target::Ready:
        return ready();
    case Target::Discovery:
        return discovery(request);
    case Target::Hook:
        return hook(std::move(request), *route.service);
    case Target::Feedback:
        return feedback(std::move(request), *route.service);
    case Target::Unknown:
        break;
    }
    return outcome({Error::Kind::NotFound, "", "no such path", "GET /cds-services"});
}

boost::system::result<Caller, auth::Rejection> App::identify(http::Request const& request,
                                                             std::string_view path,
                                                             std::string_view bodyDigest,
                                                             Instant now) const
{
    auto const authorization = request.headers.find("Authorization").value_or("");
    return callers_.identify(authorization, path, bodyDigest, now);
}

http::Response App::discovery(http::Request const& request)
{
    auto const caller =
        identify(request, "/cds-services", audit::sha256(request.body), clock_.now());
    if (caller) return json(discovery_);
    return turnAway(caller.error(), "", {request.body.size(), {}, request.remoteAddress});
}

http::Response App::live() const { return json(R"({"status":"live"})"); }

http::Response App::ready() const
{
    auto const say = [](bool good, std::string_view why) {
        auto response =
            json(R"({"status":")" + std::string{good ? "ready" : "not-ready"} + "\"" +
                 (good ? std::string{} : ",\"reason\":\"" + std::string{why} + "\"") + "}");
        if (!good) response.status = http::status::kUnavailable;
        return response;
    };
    if (draining_) return say(false, "draining");
    if (!log_.healthy()) return say(false, "audit-not-writable");
    if (!callers_.letsInSomebody()) return say(false, "no-client-entries");
    return say(true, "");
}

/// Hands a record to the log. False: the call must not be answered (decision D33).
bool App::keep(std::string_view type, std::string const& members)
{
    auto const kept = log_.append(type, members);
    if (kept) return true;
    ops_.event(http::Log::Level::Error, "record lost",
               {Field{"type", type}, Field{"what", kept.error().what}});
    if (config_.onFailure == config::OnFailure::Refuse) return false;
    log_.countLoss();
    return true;
}

/// The answer does not say why (JWT-11); the operations log does, and the record has the reason.
http::Response App::turnAway(auth::Rejection const& rejection, std::string_view service,
                             Received const& received)
{
    auto const why = auth::toText(rejection);
    ops_.event(http::Log::Level::Warn, "caller refused",
               {Field{"client", rejection.client}, Field{"why", why}});
    auto const& kind = rejection.error.kind;
    Error const said{kind, "",
                     kind == Error::Kind::Unavailable ? "cannot authenticate now"
                                                      : "not authenticated",
                     kind == Error::Kind::Unavailable ? "try again" : ""};
    return refuse(said, auth::toText(rejection.reason), service, received, rejection.client);
}

http::Response App::refuse(Error const& error, std::string_view reason, std::string_view service,
                           Received const& received, std::string_view client)
{
    return keepRefusal(outcome(error), error, reason, service, received, client);
}

/// @param response  what is answered, which a client entry may want friendlier than the error
http::Response App::keepRefusal(http::Response response, Error const& error,
                                std::string_view reason, std::string_view service,
                                Received const& received, std::string_view client)
{
    audit::RejectRecord record;
    record.client = client;
    record.http = response.status;
    record.reason = reason;
    record.where = error.where;
    record.service = service;
    record.remote = received.remote;
    record.requestBytes = received.bytes;
    record.requestSha256 = received.sha256;
    ops_.event(http::Log::Level::Info, "call refused",
               {Field{"service", service}, Field{"reason", reason}, Field{"where", error.where}});
    (void)keep("reject", audit::writeReject(record)); // refused either way
    return response;
}

void App::recordRefusal(int status, std::string_view where, std::string_view remote)
{
    audit::RejectRecord record;
    record.http = status;
    record.reason = status == http::status::kContentTooLarge  ? "body-size"
                    : status == http::status::kRequestTimeout ? "timeout"
                                                              : "http";
    record.where = where;
    record.remote = remote;
    (void)keep("reject", audit::writeReject(record)); // nothing was to be answered with it
}

http::Response App::hook(http::Request&& request, cds::Service const& service)
{
    auto const start = Steady::now();
    auto const now = clock_.now();
    auto const rules = rules_.load(); // one request sees one rule set
    Received const received{request.body.size(), audit::sha256(request.body),
                            request.remoteAddress};
    auto const caller = identify(request, pathOf(service), received.sha256, now);
    if (!caller) return turnAway(caller.error(), service.id, received);
    auto const& terms = *caller->terms;

    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto call = cds::readHookRequest(std::move(request.body), service, limits);
    if (!call)
        return refuse(call.error(), rejectReason(call.error()), service.id, received, terms.client);
    useAliases(terms.aliases, call->inputs);
    auto const parsed = since(start);

    auto pseudonyms = pseudonyms_.on(call->fhirServer);
    auto const subject = subjectKeys(*call, pseudonyms);
    DecideOptions options;
    options.now = now;
    options.decisionId = audit::uuidV7(milliseconds(now));
    options.evaluate.timing = true;
    options.repeatKey = [&](rules::Card const& card, rules::Evaluation const& evaluation) {
        return repeatKey(pseudonyms, subject, card, evaluation);
    };
    auto decision = decide(*call, *rules, terms.settings, options);
    if (!decision) {
        auto const& error = decision.error();
        auto const silently = terms.emptyOnMissing && error.kind == Error::Kind::MissingData;
        return keepRefusal(silently ? json(std::string{kNoCards}) : outcome(error), error,
                           rejectReason(error), service.id, received, terms.client);
    }
    if (terms.silent) decision->body = kNoCards;

    std::vector<audit::CardSent> sent;
    sent.reserve(decision->written.size());
    for (auto const& card : decision->written) sent.push_back({card.uuid, card.masked});
    auto const traceId = traceIdOf(request);
    // Staff are named; a patient or relative who calls is an identifier like any other (D39).
    auto const user = call->forPatients() ? pseudonyms.of(call->userId) : call->userId;
    auto const responseSha256 = audit::sha256(decision->body);
    audit::DecisionRecord record;
    record.decisionId = decision->id;
    record.hookInstance = call->hookInstance;
    record.hook = toText(service.hook);
    record.service = service.id;
    record.trigger = call->trigger;
    record.traceId = traceId;
    record.user = user;
    record.patientKey = subject.patient;
    record.encounterKey = subject.encounter;
    record.fhirServer = call->fhirServer;
    record.requestBytes = received.bytes;
    record.requestSha256 = received.sha256;
    record.engineVersion = kVersion;
    record.engineCommit = kCommit;
    record.client = terms.client;
    if (auto const& token = caller->token) {
        record.issuer = token->iss;
        record.keyId = token->kid;
        record.tokenDigest = token->jtiDigest;
    }
    record.settingsDigest = terms.settingsDigest;
    record.mode = modeOf(terms, config_.mode);
    record.context = decision->context.get();
    record.evaluation = decision->evaluation.get();
    record.cards = decision->cards;
    record.sent = sent;
    record.responseBytes = decision->body.size();
    record.responseSha256 = responseSha256;
    record.degraded = decision->degraded;
    record.total = since(start);
    record.parse = parsed;
    record.evaluate = decision->timing.evaluate;
    if (!keep("decision", audit::writeDecision(record, pseudonyms)))
        return outcome({Error::Kind::Unavailable, "decision log",
                        "the record of this answer could not be kept",
                        "see the operations log; no card leaves without its record"});

    auto response = json(std::move(decision->body));
    response.headers.add("X-Decision-Id", decision->id);
    return response;
}

http::Response App::feedback(http::Request&& request, cds::Service const& service)
{
    auto const rules = rules_.load();
    auto const now = clock_.now();
    Received const received{request.body.size(), audit::sha256(request.body),
                            request.remoteAddress};
    auto const caller = identify(request, pathOf(service) + "/feedback", received.sha256, now);
    if (!caller) return turnAway(caller.error(), service.id, received);
    auto const& client = caller->terms->client;
    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto const items = cds::readFeedback(std::move(request.body), limits);
    if (!items) return refuse(items.error(), "feedback-invalid", service.id, received, client);
    for (auto const& item : *items) {
        audit::FeedbackRecord record;
        record.client = client;
        record.service = service.id;
        record.card = item.card;
        record.outcome = item.accepted ? "accepted" : "overridden";
        record.reasonSystem = item.reasonSystem;
        record.reasonCode = item.reasonCode;
        record.reasonDisplay = reasonDisplay(*rules, item);
        record.reasonText = item.hasComment;
        record.outcomeTimestamp = item.outcomeTimestamp;
        record.acceptedSuggestions = item.acceptedSuggestions;
        record.receivedAt = now;
        if (!keep("feedback", audit::writeFeedback(record)))
            return outcome({Error::Kind::Unavailable, "decision log",
                            "the feedback could not be kept", "send it again later"});
    }
    http::Response response;
    response.contentType = "";
    return response;
}

} // namespace tcds::app
