#include "server/app/app.hpp"

#include "server/app/feedback_call.hpp"
#include "server/app/responses.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/digest.hpp"
#include "server/cds/feedback.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <string>

namespace tcds::app {

namespace {

constexpr std::size_t kLargeBody = 1024U * 1024U; // parsed off the I/O threads

bool isPosted(Target target) { return target == Target::Hook || target == Target::Feedback; }

/// Health is told whatever the disk or a key server does.
bool isHealth(Target target) { return target == Target::Live || target == Target::Ready; }

/// What is wrong with a request before its body is looked at; nothing when it may go on.
std::optional<http::Response> objection(Route const& route, http::Request const& request)
{
    if (route.target == Target::Unknown)
        return outcome({Error::Kind::NotFound, request.path.substr(0, 200),
                        "no such service or path", "GET /cds-services lists the services"});
    auto const method = isPosted(route.target) ? "POST" : "GET";
    if (request.method != method) return methodNotAllowed(route.allow);
    if (isPosted(route.target) && !isJson(request.headers.find("Content-Type")))
        return unsupportedMediaType();
    return std::nullopt;
}

} // namespace

App::App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
         Callers const& callers, Clock const& clock, Tenants const& tenants, ops::OpsLog& ops,
         std::unique_ptr<client::FhirClient> client, ops::Metrics* metrics, Recording recording)
    : config_{config}, rules_{std::move(rules)}, callers_{callers}, clock_{clock},
      tenants_{tenants}, ops_{ops}, tally_{metrics}, walk_{config, callers,      clock,  tenants,
                                                           ops,    client.get(), tally_, recording},
      client_{std::move(client)}
{
}

void App::use(std::shared_ptr<rules::RuleSet const> rules)
{
    (void)rules_.swap(std::move(rules)); // the old ones end with the last call that has them
}

bool App::mayBlock(http::Request const& request) const
{
    if (request.body.size() > kLargeBody) return true;
    auto const waits =
        config_.fsync == config::Fsync::Always || callers_.verifiesTokens() || config_.suppress;
    return waits && !isHealth(routeOf(request.path).target);
}

void App::handle(http::Request&& request, http::Answer answer)
{
    auto const route = routeOf(request.path);
    if (auto refused = objection(route, request)) {
        tally_.answered(route, "", refused->status);
        return answer(std::move(*refused));
    }
    if (route.target == Target::Hook)
        return walk_.start(std::move(request), route, rules_.load(), std::move(answer));
    answer(respond(std::move(request), route));
}

/// Everything that is answered at once.
http::Response App::respond(http::Request&& request, Route const& route)
{
    std::string client;
    auto response = [&] {
        switch (route.target) {
        case Target::Live:
            return live();
        case Target::Ready:
            return ready();
        case Target::Discovery:
            return discovery(request, route, client);
        case Target::Feedback:
            return feedback(std::move(request), route, client);
        case Target::Hook:
        case Target::Unknown:
            break;
        }
        return outcome({Error::Kind::NotFound, "", "no such path", "GET /cds-services"});
    }();
    tally_.answered(route, client, response.status);
    return response;
}

boost::system::result<Caller, auth::Rejection> App::identify(http::Request const& request,
                                                             std::string_view path,
                                                             std::string_view bodyDigest,
                                                             Instant now) const
{
    auto const authorization = request.headers.find("Authorization").value_or("");
    return callers_.identify(authorization, request.peerNames, path, bodyDigest, now);
}

http::Response App::turnAway(auth::Rejection const& rejection, std::string_view service,
                             Received const& received)
{
    auto& tenant = tenants_.of(callers_.tenantOf(rejection));
    return tenant.journal.turnAway(rejection, service, received);
}

/// As the base path says, else as the client's entry does.
http::Response App::discovery(http::Request const& request, Route const& route, std::string& client)
{
    auto const caller = identify(request, pathOf(route), audit::sha256(request.body), clock_.now());
    client = caller ? caller->terms->client : caller.error().client;
    if (!caller)
        return turnAway(caller.error(), "", {request.body.size(), {}, request.remoteAddress});
    auto choice = caller->terms->fhir.wanted;
    choice.profile = route.profile.value_or(choice.profile);
    return json(cds::writeDiscovery(*rules_.load(), choice));
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
    if (!tenants_.healthy()) return say(false, "audit-not-writable");
    if (!callers_.letsInSomebody()) return say(false, "no-client-entries");
    if (!callers_.knowsKeys()) return say(false, "no-client-keys");
    if (reloadRefused_) return json(R"({"status":"ready","warning":"content-reload-refused"})");
    return say(true, "");
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
    tally_.refusedUnread(status, record.reason);
    // Nothing was to be answered with it, and nobody knows whose it was.
    (void)tenants_.own().journal.keep("reject", audit::writeReject(record));
}

void App::sayLeftOut(cds::UsableFeedback const& read, std::string_view client)
{
    using Field = http::Log::Field;
    ops_.event(http::Log::Level::Warn, "feedback items left out",
               {Field{"client", client}, Field{"count", std::to_string(read.faulty)},
                Field{"where", read.firstFault->where}, Field{"what", read.firstFault->what}});
}

http::Response App::feedback(http::Request&& request, Route const& route, std::string& client)
{
    auto const& service = *route.service;
    auto const rules = rules_.load();
    auto const now = clock_.now();
    Received const received{request.body.size(), audit::sha256(request.body),
                            request.remoteAddress};
    auto const caller = identify(request, pathOf(route), received.sha256, now);
    client = caller ? caller->terms->client : caller.error().client;
    if (!caller) return turnAway(caller.error(), service.id, received);
    auto& tenant = tenants_.of(caller->terms->tenant);
    auto& journal = tenant.journal;
    if (auto const wait = caller->terms->throttle->take(now))
        return journal.tooOften(*wait, service.id, received, client);
    json::Limits limits;
    limits.bytes = config_.maxBodyBytes;
    auto read = cds::readUsableFeedback(std::move(request.body), limits);
    if (!read)
        return journal.refuse(read.error(), "feedback-invalid", service.id, received, client);
    if (read->firstFault && !caller->terms->lenientFeedback)
        return journal.refuse(*read->firstFault, "feedback-invalid", service.id, received, client);
    if (read->faulty > 0) sayLeftOut(*read, client);
    auto const kept = keepFeedback(
        {client, service.id, now, *rules, tally_, tenant, config_.hidesUser}, read->items);
    if (!kept)
        return outcome({Error::Kind::Unavailable, "decision log", "the feedback could not be kept",
                        "send it again later"});
    http::Response response;
    response.contentType = "";
    return response;
}

} // namespace tcds::app
