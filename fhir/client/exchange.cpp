#include "fhir/client/exchange.hpp"

#include "fhir/client/answer_reader.hpp"
#include "fhir/client/request_head.hpp"
#include "fhir/client/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tcds::client {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

constexpr auto asValues = net::as_tuple(net::use_awaitable);

constexpr std::size_t kReadBytes = 32U * 1024U;
constexpr std::size_t kAddresses = 8; // of one name

tcp::endpoint endpointOf(IpAddress const& address, std::uint16_t port)
{
    if (address.v6) return {net::ip::address_v6{address.bytes}, port};
    net::ip::address_v4::bytes_type four{};
    std::copy_n(address.bytes.begin(), four.size(), four.begin());
    return {net::ip::address_v4{four}, port};
}

std::string_view wordsOf(Failure failure)
{
    switch (failure) {
    case Failure::TooLarge:
        return "the answer is larger than the limit";
    case Failure::Cut:
        return "the connection ended before the answer was complete";
    case Failure::Malformed:
        return "the answer is not HTTP";
    case Failure::Deadline:
        return "no answer within the deadline";
    case Failure::Stopped:
        return "the service stops";
    case Failure::None:
    case Failure::Refused:
    case Failure::Unreachable:
    case Failure::Untrusted:
    case Failure::Busy:
        break;
    }
    return "";
}

} // namespace

Exchange::Exchange(Connections& shared, Request request, Transport::Done done)
    : shared_{shared}, request_{std::move(request)}, done_{std::move(done)}, timer_{shared.io},
      gate_{shared.io}
{
}

Exchange::~Exchange() = default;

net::awaitable<void> Exchange::run()
{
    if (!mayRun()) co_return;
    until(request_.deadline);
    bool const placed = co_await enterPool();
    if (!placed) co_return;
    bool const pooled = connection_ != nullptr;
    if (pooled) {
        bool const answered = co_await converse();
        // The server may close an idle connection at the moment we use it (RFC 9112, 9.3.1).
        if (answered || anyBytes_ || over() || reply_.failure != Failure::Cut) co_return;
        reply_ = {};
    }
    bool const connected = co_await connect();
    if (connected) (void)co_await converse();
}

bool Exchange::mayRun()
{
    if (!request_.url.origin.tls && !shared_.options.networks.plainHttp) {
        fail(Failure::Refused, "plain http is not allowed in this mode");
        return false;
    }
    if (request_.token != nullptr && !request_.token->fitsHeader()) {
        fail(Failure::Refused, "the access token has characters that no header may have");
        return false;
    }
    if (request_.deadline <= SteadyClock::now()) {
        fail(Failure::Deadline, {});
        return false;
    }
    return true;
}

net::awaitable<bool> Exchange::enterPool()
{
    placed_ = shared_.enter(request_.url.origin, *this, connection_);
    while (!placed_ && !over()) co_await pause();
    if (over()) fail(Failure::Deadline, {});
    if (!placed_) shared_.quit(request_.url.origin, *this);
    co_return placed_ && !over();
}

void Exchange::granted(std::unique_ptr<Connection> connection)
{
    placed_ = true;
    connection_ = std::move(connection);
    wake();
}

void Exchange::release()
{
    timer_.cancel();
    if (!std::exchange(placed_, false)) return;
    if (!keepAlive_ || over()) connection_.reset();
    shared_.leave(request_.url.origin, std::move(connection_));
}

/// Addresses are tried in turn, each with its share of the time.
net::awaitable<bool> Exchange::connect()
{
    auto const bound = std::min(request_.deadline, SteadyClock::now() + shared_.options.connect);
    until(bound);
    auto const candidates = co_await checkedAddresses();
    bool connected = false;
    for (auto left = candidates.size(); left > 0 && !connected && !stopped_; --left) {
        auto const now = SteadyClock::now();
        if (now >= bound) break;
        until(now + (bound - now) / static_cast<int>(left));
        connected = co_await dial(candidates[candidates.size() - left]);
    }
    if (!connected) {
        fail(Failure::Unreachable, "no connection to the server");
        co_return false;
    }
    until(bound);
    if (request_.url.origin.tls) connected = co_await handshake();
    until(request_.deadline);
    co_return connected && !over();
}

/// @return empty when the request has failed
net::awaitable<std::vector<IpAddress>> Exchange::checkedAddresses()
{
    auto found = co_await addresses();
    if (over())
        fail(Failure::Unreachable, "the name of the server was not resolved in time");
    else if (found.empty())
        fail(Failure::Unreachable, "the name of the server has no address");
    if (over() || found.empty()) co_return std::vector<IpAddress>{};
    std::string_view why;
    auto const refused = [&](IpAddress const& address) {
        auto const reason = refusal(shared_.options.networks, address);
        if (!reason.empty()) why = reason;
        return !reason.empty();
    };
    std::erase_if(found, refused);
    if (found.empty())
        fail(Failure::Refused, "the server has a " + std::string{why} + ", which is not allowed");
    if (found.size() > kAddresses) found.resize(kAddresses);
    co_return found;
}

net::awaitable<std::vector<IpAddress>> Exchange::addresses()
{
    auto const& host = request_.url.origin.host;
    if (auto const literal = readAddress(host)) co_return std::vector<IpAddress>{*literal};
    auto const lookup = shared_.lookUp(host, shared_from_this());
    while (!lookup->ready && !over()) co_await pause();
    if (!lookup->ready) std::erase(lookup->waiting, shared_from_this());
    co_return lookup->ready ? lookup->addresses : std::vector<IpAddress>{};
}

net::awaitable<bool> Exchange::dial(IpAddress address)
{
    auto const port = request_.url.origin.port;
    if (shared_.outside.connecting) shared_.outside.connecting(address, port);
    connection_ = std::make_unique<Connection>(shared_.io);
    anyBytes_ = false;
    auto const endpoint = endpointOf(address, port);
    auto const [error] = co_await connection_->socket.async_connect(endpoint, asValues);
    if (error || over()) co_return false;
    ErrorCode ignored;
    connection_->socket.set_option(tcp::no_delay{true}, ignored);
    co_return true;
}

net::awaitable<bool> Exchange::handshake()
{
    auto& stream = connection_->tls.emplace(connection_->socket, shared_.tls);
    if (!expectHost(stream.native_handle(), request_.url.origin)) {
        fail(Failure::Untrusted, "TLS: no session can be made");
        co_return false;
    }
    auto const [error] = co_await stream.async_handshake(net::ssl::stream_base::client, asValues);
    if (!error && !over()) co_return true;
    if (over()) {
        fail(Failure::Unreachable, "TLS: no handshake in time");
        co_return false;
    }
    auto const fault = certificateFault(stream.native_handle());
    fail(Failure::Untrusted,
         fault.empty() ? "TLS: the handshake failed" : "TLS: the certificate is refused: " + fault);
    co_return false;
}

/// @return whether a reply is there; else the request has failed
net::awaitable<bool> Exchange::converse()
{
    anyBytes_ = false;
    bool const sent = co_await send();
    if (!sent) {
        fail(Failure::Cut, {});
        co_return false;
    }
    bool const answered = co_await receive();
    co_return answered;
}

net::awaitable<bool> Exchange::send()
{
    requestId_ = newRequestId();
    auto head = requestHead(request_.url, request_.token.get(), request_.accept, requestId_);
    bool sent = true;
    for (std::size_t done = 0; sent && done < head.size();) {
        net::const_buffer const rest{head.data() + done, head.size() - done};
        ErrorCode error;
        std::size_t bytes = 0;
        if (connection_->tls) {
            std::tie(error, bytes) = co_await connection_->tls->async_write_some(rest, asValues);
        } else {
            std::tie(error, bytes) = co_await connection_->socket.async_write_some(rest, asValues);
        }
        sent = !error && !over();
        done += bytes;
    }
    wipe(head);
    co_return sent;
}

net::awaitable<bool> Exchange::receive()
{
    AnswerReader reader{request_.bytes};
    while (!reader.complete() && reader.failure() == Failure::None) {
        bool const inTime = co_await readSome(reader);
        if (!inTime) {
            fail(Failure::Deadline, {});
            co_return false;
        }
    }
    if (reader.failure() != Failure::None) {
        fail(reader.failure(), {});
        co_return false;
    }
    // Bytes behind the answer belong to no request: whatever comes next cannot be trusted.
    keepAlive_ = reader.keepAlive() && connection_->input.empty();
    reply_ = reader.takeReply();
    co_return true;
}

/// Reads what is there, at least one byte, and gives it to the reader.
/// @return false when the time is over
net::awaitable<bool> Exchange::readSome(AnswerReader& reader)
{
    auto& input = connection_->input;
    auto const before = input.size();
    input.resize(before + kReadBytes);
    net::mutable_buffer const space{input.data() + before, kReadBytes};
    ErrorCode error;
    std::size_t bytes = 0;
    if (connection_->tls) {
        std::tie(error, bytes) = co_await connection_->tls->async_read_some(space, asValues);
    } else {
        std::tie(error, bytes) = co_await connection_->socket.async_read_some(space, asValues);
    }
    input.resize(before + bytes);
    anyBytes_ = anyBytes_ || bytes > 0;
    if (over()) co_return false;
    input.erase(0, reader.feed(input));
    if (error) reader.inputEnded(error == net::error::eof);
    co_return true;
}

void Exchange::fail(Failure failure, std::string why)
{
    if (reply_.failure != Failure::None) return; // the first reason is the one to mend
    if (stopped_)
        failure = Failure::Stopped;
    else if (SteadyClock::now() >= request_.deadline)
        failure = Failure::Deadline;
    auto const usual = wordsOf(failure);
    reply_ = {};
    reply_.failure = failure;
    reply_.why = usual.empty() ? std::move(why) : std::string{usual};
}

net::awaitable<void> Exchange::pause()
{
    gate_.expires_at(TimePoint::max());
    (void)co_await gate_.async_wait(asValues);
}

void Exchange::until(TimePoint bound)
{
    bound_ = bound;
    expired_ = false;
    timer_.expires_at(bound);
    timer_.async_wait([self = shared_from_this()](ErrorCode const& error) {
        // An earlier bound's wait that had just ended is not ours.
        if (!error && SteadyClock::now() >= self->bound_) self->expire();
    });
}

void Exchange::expire()
{
    expired_ = true;
    abandon();
}

void Exchange::stop()
{
    stopped_ = true;
    abandon();
}

/// Ends the current wait. Closing, not cancelling: a cancellation misses a read that has just
/// ended, with a peer that drips every time.
void Exchange::abandon()
{
    ErrorCode ignored;
    if (connection_ != nullptr) connection_->socket.close(ignored);
    gate_.cancel();
}

} // namespace tcds::client
