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

} // namespace

DecideSettings settingsOf(config::Config const& config)
{
    DecideSettings settings;
    settings.policy.maxCards = config.maxCards;
    settings.policy.allowCritical = config.allowCritical;
    settings.policy.atMostOne = config.atMostOne;
    settings.acceptUnknownStatus = config.acceptUnknownStatus;
    settings.zoneMinutes = config.zoneMinutes;
    settings.maxEntries = config.maxEntries;
    settings.publicUrl = config.publicUrl;
    return settings;
}

std::string digestOf(DecideSettings const& settings)
{
    std::string text = "max_cards=" + std::to_string(settings.policy.maxCards);
    text += settings.policy.allowCritical ? ";allow_critical" : "";
    text += settings.policy.atMostOne ? ";at_most_one" : "";
    text += settings.acceptUnknownStatus ? ";accept_unknown_status" : "";
    text += ";zone=" + std::to_string(settings.zoneMinutes);
    text += ";entries=" + std::to_string(settings.maxEntries);
    text += ";public_url=" + settings.publicUrl;
    return audit::sha256(text);
}

App::App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
         Clock const& clock, audit::Log& log, audit::Pseudonyms const& pseudonyms, ops::OpsLog& ops)
    : config_{config}, rules_{std::move(rules)}, clock_{clock}, log_{log},
      pseudonyms_{pseudonyms}, ops_{ops}, settings_{settingsOf(config)},
      settingsDigest_{digestOf(settings_)}, discovery_{cds::writeDiscovery(*rules_.load())}
{
}

bool App::mayBlock(http::Request const& request) const
{
    return request.body.size() > kLargeBody || config_.fsync == config::Fsync::Always;
}

http::Response App::handle(http::Request&& request)
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
        return discovery();
    case Target::Hook:
        return hook(std::move(request), *route.service);
    case Target::Feedback:
        return feedback(std::move(request), *route.service);
    case Target::Unknown:
        break;
    }
    return outcome({Error::Kind::NotFound, "", "no such path", "GET /cds-services"});
}

http::Response App::discovery()
{
    if (!callersAreKnown())
        return outcome({Error::Kind::Unauthenticated, "", "not authenticated", ""});
    return json(discovery_);
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
    if (!callersAreKnown()) return say(false, "no-client-entries");
    return say(true, "");
}

/// Production knows its callers by client entries (decision D6); without one nobody is let in.
bool App::callersAreKnown() const { return config_.mode != config::Mode::Production; }

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

http::Response App::refuse(Error const& error, std::string_view reason, std::string_view service,
                           Received const& received)
{
    auto const response = outcome(error);
    audit::RejectRecord record;
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
    if (!callersAreKnown())
        return refuse({Error::Kind::Unauthenticated, "", "not authenticated", ""},
                      "unauthenticated", service.id, received);

    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto const call = cds::readHookRequest(std::move(request.body), service, limits);
    if (!call) return refuse(call.error(), rejectReason(call.error()), service.id, received);
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
    auto decision = decide(*call, *rules, settings_, options);
    if (!decision)
        return refuse(decision.error(), rejectReason(decision.error()), service.id, received);

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
    record.settingsDigest = settingsDigest_;
    record.mode = config_.mode == config::Mode::Production ? "active" : "sandbox";
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
    if (!callersAreKnown())
        return refuse({Error::Kind::Unauthenticated, "", "not authenticated", ""},
                      "unauthenticated", service.id, received);
    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto const items = cds::readFeedback(std::move(request.body), limits);
    if (!items) return refuse(items.error(), "feedback-invalid", service.id, received);
    for (auto const& item : *items) {
        audit::FeedbackRecord record;
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
