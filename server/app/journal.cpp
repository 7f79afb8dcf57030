#include "server/app/journal.hpp"

#include "server/app/responses.hpp"
#include "server/audit/decision.hpp"
#include "server/http/status.hpp"

#include <utility>

namespace tcds::app {

namespace {

using Field = http::Log::Field;

} // namespace

Journal::Journal(config::Config const& config, audit::Log& log, ops::OpsLog& ops,
                 std::string tenant, Tally tally)
    : config_{config}, log_{log}, ops_{ops}, tenant_{std::move(tenant)}, tally_{tally}
{
}

bool Journal::keepOrRefuse(std::string_view type, std::string const& members)
{
    auto const kept = log_.append(type, members);
    if (!kept) sayLost(type, kept.error());
    return kept.has_value();
}

bool Journal::keep(std::string_view type, std::string const& members)
{
    if (keepOrRefuse(type, members)) return true;
    if (config_.onFailure == config::OnFailure::Refuse) return false;
    log_.countLoss();
    return true;
}

bool Journal::keep(std::string_view type, std::span<std::string const> each)
{
    auto const kept = log_.append(type, each);
    if (kept) return true;
    auto const goOn = config_.onFailure == config::OnFailure::Continue;
    for (std::size_t i = 0; i < each.size(); ++i) {
        sayLost(type, kept.error());
        if (goOn) log_.countLoss();
    }
    return goOn;
}

void Journal::sayLost(std::string_view type, Error const& why)
{
    tally_.recordLost();
    ops_.event(http::Log::Level::Error, "record lost",
               {Field{"tenant", tenant_}, Field{"type", type}, Field{"what", why.what}});
}

http::Response Journal::refuse(Error const& error, std::string_view reason,
                               std::string_view service, Received const& received,
                               std::string_view client)
{
    return keepRefusal(outcome(error), error, reason, service, received, client);
}

http::Response Journal::keepRefusal(http::Response response, Error const& error,
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
    tally_.refused(reason);
    ops_.event(http::Log::Level::Info, "call refused",
               {Field{"service", service}, Field{"reason", reason}, Field{"where", error.where}});
    (void)keep("reject", audit::writeReject(record)); // refused either way
    return response;
}

http::Response Journal::turnAway(auth::Rejection const& rejection, std::string_view service,
                                 Received const& received)
{
    auto const why = auth::toText(rejection);
    ops_.event(http::Log::Level::Warn, "caller refused",
               {Field{"client", rejection.client.empty() ? "unknown" : rejection.client},
                Field{"why", why}});
    auto const& kind = rejection.error.kind;
    Error const said{kind, "",
                     kind == Error::Kind::Unavailable ? "cannot authenticate now"
                                                      : "not authenticated",
                     kind == Error::Kind::Unavailable ? "try again" : ""};
    return refuse(said, auth::toText(rejection.reason), service, received, rejection.client);
}

http::Response Journal::tooOften(std::chrono::seconds wait, std::string_view service,
                                 Received const& received, std::string_view client)
{
    Error const error{Error::Kind::Unavailable, "rate", "more calls than the client may make",
                      "wait as Retry-After says"};
    auto response = outcome(error, wait);
    response.status = http::status::kTooManyRequests;
    return keepRefusal(std::move(response), error, "rate", service, received, client);
}

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
    if (error.where.starts_with("byte"))
        return error.what.find("nested deeper") != std::string::npos ? "json-depth" : "json";
    if (error.where.starts_with("/context")) return "context-invalid";
    if (error.where.starts_with("/prefetch")) return "prefetch-invalid";
    return "request-invalid";
}

http::Response unrecorded()
{
    return outcome({Error::Kind::Unavailable, "decision log",
                    "the record of this answer could not be kept",
                    "see the operations log; no card leaves without its record"});
}

} // namespace tcds::app
