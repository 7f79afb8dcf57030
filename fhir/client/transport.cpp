#include "fhir/client/transport.hpp"

#include "fhir/client/origin_pool.hpp"
#include "fhir/client/request_head.hpp"
#include "fhir/client/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <unordered_set>
#include <utility>

namespace tcds::client {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Parser = http::response_parser<http::string_body>;

constexpr auto asValues = net::as_tuple(net::use_awaitable);

constexpr std::uint32_t kHeadBytes = 16U * 1024U; // CTL-11
constexpr std::size_t kReadBytes = 32U * 1024U;
// Unparsed input beyond this can only be a chunk header or a trailer without end.
constexpr std::size_t kUnparsedBytes = kHeadBytes + kReadBytes;
constexpr int kInterimAnswers = 8;    // 1xx before the answer
constexpr std::size_t kAddresses = 8; // of one name
constexpr unsigned kNameThreads = 4;

struct Connection {
    explicit Connection(net::io_context& io) : socket{io} {}

    tcp::socket socket;
    std::optional<net::ssl::stream<tcp::socket&>> tls;
    boost::beast::flat_buffer input;
    TimePoint idleSince;
};

class Exchange;

/// A name that is being resolved; all who need it meanwhile wait for the one answer.
struct Lookup {
    bool ready = false;
    std::vector<IpAddress> addresses;
    std::vector<std::shared_ptr<Exchange>> waiting;
};

tcp::endpoint endpointOf(IpAddress const& address, std::uint16_t port)
{
    if (address.v6) return {net::ip::address_v6{address.bytes}, port};
    net::ip::address_v4::bytes_type four{};
    std::copy_n(address.bytes.begin(), four.size(), four.begin());
    return {net::ip::address_v4{four}, port};
}

/// An idle connection that has something to read was closed by the server, or worse.
bool isQuiet(tcp::socket& socket)
{
    char byte = 0;
    auto const got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Failure failureOf(ErrorCode const& error)
{
    bool const large = error == http::error::body_limit || error == http::error::header_limit ||
                       error == http::error::buffer_overflow;
    if (large) return Failure::TooLarge;
    bool const cut = error == http::error::partial_message || error == http::error::end_of_stream;
    return cut ? Failure::Cut : Failure::Malformed;
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

using Pool = OriginPool<Connection, Exchange>;

} // namespace

/// All members are used by the I/O thread alone, but for what `mutex` guards.
class Transport::Impl
{
public:
    Impl(TransportOptions given, Outside means);
    ~Impl();
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;

    void get(Request request, Done done);
    void post(std::function<void()> job);

    /// The answer for that name; the exchange is woken when it is there.
    std::shared_ptr<Lookup> lookUp(std::string const& host, std::shared_ptr<Exchange> waiting);
    bool enter(Origin const& origin, Exchange& user, std::unique_ptr<Connection>& connection);
    void quit(Origin const& origin, Exchange& user);
    void leave(Origin const& origin, std::unique_ptr<Connection> connection);

    TransportOptions const options;
    Outside const outside;
    net::io_context io{1};
    net::ssl::context tls;

private:
    void start(std::shared_ptr<Exchange> const& exchange);
    void finish(std::shared_ptr<Exchange> const& exchange, std::exception_ptr const& failure);
    void stop();
    void sweep();
    void jobDone();

    bool stopping_ = false;
    std::unordered_set<std::shared_ptr<Exchange>> running_;
    std::map<Origin, Pool> pools_;
    std::map<std::string, std::shared_ptr<Lookup>> lookups_;
    net::steady_timer sweeper_{io};
    bool sweeping_ = false;

    std::mutex mutex_; // guards pending_, inFlight_
    std::condition_variable settled_;
    std::size_t pending_ = 0;  // jobs whose `done` has not returned
    std::size_t inFlight_ = 0; // requests whose `done` has not been called

    net::thread_pool names_{kNameThreads};
    net::thread_pool workers_;
    net::executor_work_guard<net::io_context::executor_type> work_{io.get_executor()};
    std::thread thread_;
};

namespace {

/// One request, from its place in line to its answer. Runs on the I/O thread.
class Exchange : public std::enable_shared_from_this<Exchange>
{
public:
    Exchange(Transport::Impl& owner, Request request, Transport::Done done)
        : owner_{owner}, request_{std::move(request)}, done_{std::move(done)}, timer_{owner.io},
          gate_{owner.io}
    {
    }

    net::awaitable<void> run();
    void stop();
    void granted(std::unique_ptr<Connection> connection);
    void wake() { gate_.cancel(); }
    /// Gives back what it holds. Once, when `run` has ended in whatever way.
    void release();

    Reply takeReply() { return std::move(reply_); }
    Transport::Done takeDone() { return std::move(done_); }
    void fail(Failure failure, std::string why);

private:
    bool mayRun();
    net::awaitable<bool> enterPool();
    net::awaitable<bool> connect();
    net::awaitable<std::vector<IpAddress>> checkedAddresses();
    net::awaitable<std::vector<IpAddress>> addresses();
    net::awaitable<bool> dial(IpAddress address);
    net::awaitable<bool> handshake();
    net::awaitable<bool> converse();
    net::awaitable<bool> send();
    net::awaitable<bool> receive();
    net::awaitable<bool> readMessage(Parser& parser);
    net::awaitable<ErrorCode> readSome();
    bool parse(Parser& parser);
    bool parseEnd(Parser& parser, ErrorCode const& error);
    void take(Parser& parser);
    void endAs(Failure failure) { fail(failure, std::string{wordsOf(failure)}); }

    net::awaitable<void> pause();
    void until(TimePoint bound);
    void expire();
    void abandon();
    [[nodiscard]] bool over() const { return expired_ || stopped_; }

    Transport::Impl& owner_;
    Request request_;
    Transport::Done done_;
    Reply reply_;
    net::steady_timer timer_; // bounds what goes on
    net::steady_timer gate_;  // never fires: cancelled to wake
    TimePoint bound_;
    std::unique_ptr<Connection> connection_;
    bool placed_ = false;  // holds a place of the pool
    bool expired_ = false; // the bound has passed
    bool stopped_ = false;
    bool anyBytes_ = false;  // of an answer on this connection
    bool keepAlive_ = false; // the connection can take another request
};

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
    if (!request_.url.origin.tls && !owner_.options.networks.plainHttp) {
        fail(Failure::Refused, "plain http is not allowed in this mode");
        return false;
    }
    if (request_.token != nullptr && !request_.token->fitsHeader()) {
        fail(Failure::Refused, "the access token has characters that no header may have");
        return false;
    }
    if (request_.deadline <= SteadyClock::now()) {
        endAs(Failure::Deadline);
        return false;
    }
    return true;
}

net::awaitable<bool> Exchange::enterPool()
{
    placed_ = owner_.enter(request_.url.origin, *this, connection_);
    while (!placed_ && !over()) co_await pause();
    if (over()) endAs(Failure::Deadline);
    if (!placed_) owner_.quit(request_.url.origin, *this);
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
    owner_.leave(request_.url.origin, std::move(connection_));
}

/// Addresses are tried in turn, each with its share of the time.
net::awaitable<bool> Exchange::connect()
{
    auto const bound = std::min(request_.deadline, SteadyClock::now() + owner_.options.connect);
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
        auto const reason = refusal(owner_.options.networks, address);
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
    auto const lookup = owner_.lookUp(host, shared_from_this());
    while (!lookup->ready && !over()) co_await pause();
    co_return lookup->ready ? lookup->addresses : std::vector<IpAddress>{};
}

net::awaitable<bool> Exchange::dial(IpAddress address)
{
    auto const port = request_.url.origin.port;
    if (owner_.outside.connecting) owner_.outside.connecting(address, port);
    connection_ = std::make_unique<Connection>(owner_.io);
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
    auto& stream = connection_->tls.emplace(connection_->socket, owner_.tls);
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
        endAs(Failure::Cut);
        co_return false;
    }
    bool const answered = co_await receive();
    co_return answered;
}

net::awaitable<bool> Exchange::send()
{
    reply_.requestId = newRequestId();
    auto head = requestHead(request_.url, request_.token.get(), request_.accept, reply_.requestId);
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
    for (int interim = 0; interim <= kInterimAnswers; ++interim) {
        Parser parser;
        parser.header_limit(kHeadBytes);
        parser.body_limit(request_.bytes);
        parser.eager(true);
        bool const complete = co_await readMessage(parser);
        if (!complete) co_return false;
        auto const status = parser.get().result_int();
        if (status == 101) break; // nobody asked for another protocol
        if (status >= 200) {
            take(parser);
            co_return true;
        }
    }
    endAs(Failure::Malformed);
    co_return false;
}

net::awaitable<bool> Exchange::readMessage(Parser& parser)
{
    for (;;) {
        if (!parse(parser)) co_return false;
        if (parser.is_done()) co_return true;
        auto const error = co_await readSome();
        if (over()) {
            endAs(Failure::Deadline);
            co_return false;
        }
        if (error) co_return parseEnd(parser, error);
    }
}

/// Reads what is there, at least one byte, behind what the buffer holds.
net::awaitable<ErrorCode> Exchange::readSome()
{
    auto& input = connection_->input;
    auto const space = input.prepare(kReadBytes);
    ErrorCode error;
    std::size_t bytes = 0;
    if (connection_->tls) {
        std::tie(error, bytes) = co_await connection_->tls->async_read_some(space, asValues);
    } else {
        std::tie(error, bytes) = co_await connection_->socket.async_read_some(space, asValues);
    }
    input.commit(bytes);
    anyBytes_ = anyBytes_ || bytes > 0;
    co_return error;
}

/// Parses as much as there is. @return false when the request has failed
bool Exchange::parse(Parser& parser)
{
    auto& input = connection_->input;
    while (input.size() > 0 && !parser.is_done()) {
        ErrorCode error;
        auto const used = parser.put(input.cdata(), error);
        input.consume(used);
        if (error && error != http::error::need_more) {
            endAs(failureOf(error));
            return false;
        }
        if (used == 0) break;
    }
    if (parser.is_done() || input.size() <= kUnparsedBytes) return true;
    endAs(Failure::TooLarge);
    return false;
}

/// The connection has ended, in order or not: an answer without a stated length may be complete.
bool Exchange::parseEnd(Parser& parser, ErrorCode const& error)
{
    ErrorCode ending = error;
    if (error == net::error::eof && parser.got_some()) {
        ending = {};
        parser.put_eof(ending);
    }
    if (!ending && parser.is_done()) return true;
    endAs(Failure::Cut);
    return false;
}

void Exchange::take(Parser& parser)
{
    auto const& head = parser.get();
    reply_ = {};
    reply_.status = static_cast<int>(head.result_int());
    reply_.contentType = std::string{head[http::field::content_type]};
    reply_.contentEncoding = std::string{head[http::field::content_encoding]};
    // Bytes behind the answer belong to no request: whatever comes next cannot be trusted.
    keepAlive_ = parser.keep_alive() && !parser.need_eof() && connection_->input.size() == 0;
    reply_.body = std::move(parser.get().body());
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

} // namespace

Transport::Impl::Impl(TransportOptions given, Outside means)
    : options{std::move(given)}, outside{std::move(means)},
      tls{makeTlsContext(options.caFile).release()}, workers_{std::max(1U, options.workers)},
      thread_{[this] { io.run(); }}
{
}

Transport::Impl::~Impl()
{
    net::post(io, [this] { stop(); });
    {
        std::unique_lock lock{mutex_};
        settled_.wait(lock, [this] { return pending_ == 0; });
    }
    names_.stop();
    names_.join();
    net::post(io, [this] {
        sweeper_.cancel();
        pools_.clear();
    });
    work_.reset();
    thread_.join();
    workers_.join();
}

void Transport::Impl::stop()
{
    stopping_ = true;
    for (auto const& exchange : running_) exchange->stop();
}

void Transport::Impl::get(Request request, Done done)
{
    bool admitted = false;
    {
        std::scoped_lock const lock{mutex_};
        admitted = inFlight_ < options.requestsInFlight;
        if (admitted) ++inFlight_;
        if (admitted) ++pending_;
    }
    if (!admitted) {
        post([done = std::move(done)] {
            Reply busy;
            busy.failure = Failure::Busy;
            busy.why = "too many requests to FHIR servers are under way";
            done(std::move(busy));
        });
        return;
    }
    auto exchange = std::make_shared<Exchange>(*this, std::move(request), std::move(done));
    net::post(io, [this, exchange = std::move(exchange)] { start(exchange); });
}

void Transport::Impl::start(std::shared_ptr<Exchange> const& exchange)
{
    if (stopping_) {
        exchange->stop();
        exchange->fail(Failure::Stopped, "");
        finish(exchange, nullptr);
        return;
    }
    running_.insert(exchange);
    auto const ended = [this, exchange](std::exception_ptr const& failure) {
        finish(exchange, failure);
    };
    net::co_spawn(io, exchange->run(), ended);
}

void Transport::Impl::finish(std::shared_ptr<Exchange> const& exchange,
                             std::exception_ptr const& failure)
{
    if (failure) exchange->fail(Failure::Malformed, "");
    exchange->release();
    running_.erase(exchange);
    auto job = [this, done = exchange->takeDone(), reply = exchange->takeReply()]() mutable {
        {
            std::scoped_lock const lock{mutex_};
            --inFlight_;
        }
        done(std::move(reply));
        done = nullptr; // what it holds dies before the destructor may go on
        jobDone();
    };
    net::post(workers_, std::move(job));
}

void Transport::Impl::post(std::function<void()> job)
{
    {
        std::scoped_lock const lock{mutex_};
        ++pending_;
    }
    net::post(workers_, [this, job = std::move(job)]() mutable {
        job();
        job = nullptr;
        jobDone();
    });
}

void Transport::Impl::jobDone()
{
    std::scoped_lock const lock{mutex_};
    if (--pending_ == 0) settled_.notify_all();
}

std::shared_ptr<Lookup> Transport::Impl::lookUp(std::string const& host,
                                                std::shared_ptr<Exchange> waiting)
{
    auto& lookup = lookups_[host];
    if (lookup != nullptr) {
        lookup->waiting.push_back(std::move(waiting));
        return lookup;
    }
    lookup = std::make_shared<Lookup>();
    lookup->waiting.push_back(std::move(waiting));
    net::post(names_, [this, host] {
        auto found = outside.addresses(host);
        net::post(io, [this, host, found = std::move(found)]() mutable {
            auto const answered = std::exchange(lookups_[host], nullptr);
            lookups_.erase(host);
            answered->addresses = std::move(found);
            answered->ready = true;
            for (auto const& exchange : answered->waiting) exchange->wake();
            answered->waiting.clear();
        });
    });
    return lookup;
}

bool Transport::Impl::enter(Origin const& origin, Exchange& user,
                            std::unique_ptr<Connection>& connection)
{
    auto& pool = pools_.try_emplace(origin, options.connectionsPerOrigin).first->second;
    auto const oldest = SteadyClock::now() - options.idle;
    auto const usable = [&](Connection& idle) {
        return idle.idleSince > oldest && isQuiet(idle.socket);
    };
    return pool.enter(user, connection, usable);
}

void Transport::Impl::quit(Origin const& origin, Exchange& user) { pools_.at(origin).quit(user); }

void Transport::Impl::leave(Origin const& origin, std::unique_ptr<Connection> connection)
{
    if (connection != nullptr) connection->idleSince = SteadyClock::now();
    auto const found = pools_.find(origin);
    found->second.leave(std::move(connection));
    if (found->second.empty())
        pools_.erase(found);
    else if (found->second.hasIdle() && !std::exchange(sweeping_, true))
        sweep();
}

/// Closes connections that were idle too long, as long as there are idle ones.
void Transport::Impl::sweep()
{
    auto const oldest = SteadyClock::now() - options.idle;
    auto const usable = [&](Connection const& idle) { return idle.idleSince > oldest; };
    sweeping_ = false;
    for (auto pool = pools_.begin(); pool != pools_.end();) {
        pool->second.sweep(usable);
        sweeping_ = sweeping_ || pool->second.hasIdle();
        pool = pool->second.empty() ? pools_.erase(pool) : std::next(pool);
    }
    if (!sweeping_ || stopping_) return;
    sweeper_.expires_after(options.idle);
    sweeper_.async_wait([this](ErrorCode const& error) {
        if (!error) sweep();
    });
}

Transport::Transport(TransportOptions options, Outside outside)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(outside))}
{
}

Transport::~Transport() = default;

void Transport::get(Request request, Done done) { impl_->get(std::move(request), std::move(done)); }

void Transport::post(std::function<void()> job) { impl_->post(std::move(job)); }

} // namespace tcds::client
