#include "fhir/client/document_client.hpp"

#include "fhir/client/transport.hpp"
#include "fhir/client/url.hpp"

#include <future>
#include <utility>

namespace tcds::client {
namespace {

Error::Kind kindOf(Failure failure)
{
    switch (failure) {
    case Failure::Deadline:
        return Error::Kind::Timeout;
    case Failure::Refused:
        return Error::Kind::Forbidden;
    case Failure::TooLarge:
        return Error::Kind::TooLarge;
    case Failure::None:
    case Failure::Unreachable:
    case Failure::Untrusted:
    case Failure::Cut:
    case Failure::Malformed:
    case Failure::Busy:
    case Failure::Stopped:
        break;
    }
    return Error::Kind::Unavailable;
}

Result<std::string> textOf(Reply reply, std::string const& where)
{
    std::string const fix = "check that this server is up and can be reached from here";
    if (reply.failure != Failure::None)
        return Error{kindOf(reply.failure), where, std::move(reply.why), fix};
    if (reply.status != 200)
        return Error{Error::Kind::Unavailable, where,
                     "the server answers " + std::to_string(reply.status),
                     "name the URL where the document itself lies; redirects are not followed"};
    if (!reply.contentEncoding.empty() && reply.contentEncoding != "identity")
        return Error{Error::Kind::Unavailable, where, "the answer is compressed",
                     "have the server send it as it is asked for: identity"};
    return std::move(reply.body);
}

} // namespace

DocumentClient::DocumentClient(Options const& options, Outside outside)
    : transport_{std::make_unique<Transport>(
          TransportOptions{.caFile = options.caFile,
                           .networks = options.networks,
                           .connectionsPerOrigin = options.connectionsPerOrigin,
                           .requestsInFlight = options.requestsInFlight,
                           .connect = options.connect,
                           .idle = options.idle,
                           .workers = options.workers},
          std::move(outside))}
{
}

DocumentClient::~DocumentClient() = default;

void DocumentClient::get(std::string const& url, std::size_t bytes, Deadline deadline, Done done)
{
    auto read = readUrl(url);
    if (!read) {
        transport_->post([done = std::move(done), error = read.error()] { done(error); });
        return;
    }
    auto replied = [done = std::move(done), where = toText(read->origin)](Reply reply) {
        done(textOf(std::move(reply), where));
    };
    transport_->get({.url = *std::move(read),
                     .token = nullptr,
                     .accept = "application/json, application/jwk-set+json",
                     .bytes = bytes,
                     .deadline = deadline},
                    std::move(replied));
}

Result<std::string> DocumentClient::getAndWait(std::string const& url, std::size_t bytes,
                                               Deadline deadline)
{
    auto const promise = std::make_shared<std::promise<Result<std::string>>>();
    auto future = promise->get_future();
    get(url, bytes, deadline,
        [promise](Result<std::string> text) { promise->set_value(std::move(text)); });
    return future.get();
}

} // namespace tcds::client
