#include "server/http/answerer.hpp"

#include "server/http/status.hpp"

#include <array>
#include <exception>
#include <random>
#include <string>

namespace tcds::http {
namespace {

/// Joins the answer that a caller reports with the line in the log.
std::string newErrorId()
{
    thread_local std::mt19937_64 random{std::random_device{}()};
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string id(16, '0');
    for (auto& digit : id) digit = kDigits[random() % kDigits.size()];
    return id;
}

} // namespace

Answerer::Answerer(Options const& options, Handler& handler, Log& log)
    : options_{options}, handler_{handler}, log_{log}
{
}

bool Answerer::isPreflight(RequestReader& reader) const
{
    return options_.cors.enabled() && reader.state() == RequestReader::State::Complete &&
           reader.request().method == "OPTIONS";
}

bool Answerer::mayBlock(RequestReader& reader) const
{
    return reader.state() == RequestReader::State::Complete && !isPreflight(reader) &&
           handler_.mayBlock(reader.request());
}

std::optional<Response> Answerer::answer(RequestReader& reader, Exchange& exchange) const
{
    if (reader.state() == RequestReader::State::Refused) return refusal(reader);
    if (isPreflight(reader)) return Response{.status = status::kNoContent};
    std::optional<Response> failure;
    try {
        handler_.handle(std::move(reader.request()), exchange.open());
    } catch (std::exception const& error) {
        failure = handlerFailed(error.what());
    } catch (...) {
        failure = handlerFailed("an exception of unknown type");
    }
    if (failure && exchange.answered()) failure.reset(); // thrown too late: the answer stands
    return failure;
}

void Answerer::settle() const
{
    try {
        handler_.settle();
    } catch (std::exception const& error) {
        std::array const fields{Log::Field{"what", error.what()}};
        log_.event(Log::Level::Error, "settling failed", fields); // the answers are dropped: 500
    }
}

Response Answerer::forgotten() const
{
    return handlerFailed("the handler dropped the request without an answer");
}

Response Answerer::overloaded(std::string_view remoteAddress) const
{
    std::array const fields{Log::Field{"reason", "connection limit reached"},
                            Log::Field{"remote", remoteAddress}};
    log_.event(Log::Level::Warn, "connection refused", fields);
    auto response = errorAnswer(status::kUnavailable,
                                {Error::Kind::Unavailable, "server", "too many connections",
                                 "try again in a second, and keep connections alive"});
    response.headers.add("Retry-After", "1");
    return response;
}

Response Answerer::plainHttp() const
{
    return errorAnswer(status::kBadRequest, {Error::Kind::BadRequest, "connection",
                                             "plain HTTP on a port that speaks TLS",
                                             "use a URL that begins with https://"});
}

void Answerer::handshakeFailed(std::string_view reason, std::string_view remoteAddress) const
{
    std::array const fields{Log::Field{"reason", reason}, Log::Field{"remote", remoteAddress}};
    log_.event(Log::Level::Info, "handshake failed", fields);
}

Response Answerer::errorAnswer(int status, Error const& error) const
{
    return {.status = status,
            .contentType = options_.errorContentType,
            .body = options_.errorBody ? options_.errorBody(error) : toText(error) + "\n"};
}

Response Answerer::refusal(RequestReader& reader) const
{
    auto const& [status, error] = reader.refusal();
    auto const number = std::to_string(status);
    std::array const fields{Log::Field{"status", number}, Log::Field{"where", error.where},
                            Log::Field{"what", error.what},
                            Log::Field{"remote", reader.request().remoteAddress}};
    log_.event(Log::Level::Info, "request refused", fields);
    auto response = errorAnswer(status, error);
    if (status == status::kUnsupportedMediaType)
        response.headers.add("Accept-Encoding", "identity");
    return response;
}

Response Answerer::handlerFailed(std::string_view what) const
{
    auto const id = newErrorId();
    std::array const fields{Log::Field{"error_id", id}, Log::Field{"what", what}};
    log_.event(Log::Level::Error, "handler failed", fields);
    return errorAnswer(status::kInternal,
                       {Error::Kind::Internal, "error " + id, "the request could not be answered",
                        "send this id to the operator of the service"});
}

} // namespace tcds::http
