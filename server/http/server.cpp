#include "server/http/server.hpp"

#include "server/http/answerer.hpp"
#include "server/http/exchange.hpp"
#include "server/http/response_head.hpp"
#include "server/http/status.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

namespace tcds::http {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using Span = Deadlines::Span;

constexpr auto asValues = net::as_tuple(net::use_awaitable);

// Reserved once a connection: a small buffer costs a system call per 512 bytes of body.
constexpr std::size_t kInputBuffer = 64U * 1024U;
// Connections beyond the bound that are told so; those beyond this too are closed without a word.
constexpr std::size_t kRefusalSlots = 256;
constexpr Span kAcceptPause{100};
constexpr Span kShortestTick{5};

Span shortest(Deadlines const& d)
{
    return std::max(kShortestTick, std::min({d.header, d.body, d.idle, d.write, d.linger}));
}

/// What all sessions of a server use; outlives them.
struct Shared {
    Shared(Options given, Handler& handler, Log& sink)
        : options{std::move(given)}, log{sink}, answerer{options, handler, log},
          blocking{std::max(1U, options.blockingThreads)}, tick{shortest(options.deadlines)}
    {
    }

    Options options;
    Log& log;
    Answerer answerer;
    net::thread_pool blocking;
    Span tick;
    std::atomic<bool> draining = false;
};

/// One connection. Everything runs on the strand of its socket, except a handler that may block:
/// meanwhile the coroutine waits and nothing else touches reader and own answer. An answer that
/// comes later wakes it through the exchange.
class Session : public std::enable_shared_from_this<Session>
{
public:
    enum class Admission : std::uint8_t { Served, Refused };

    Session(tcp::socket socket, Shared& shared, Admission admission)
        : shared_{shared}, socket_{std::move(socket)}, timer_{socket_.get_executor()},
          wake_{socket_.get_executor(), SteadyClock::time_point::max()},
          admission_{admission}, reader_{shared.options.limits}
    {
        ErrorCode error;
        auto const peer = socket_.remote_endpoint(error);
        if (!error) remote_ = peer.address().to_string();
        socket_.set_option(tcp::no_delay{true}, error);
        socket_.non_blocking(true, error); // answers are written without waiting, see send()
    }

    net::any_io_executor executor() { return socket_.get_executor(); }

    /// The whole life of the connection; the caller keeps the session alive until it ends.
    net::awaitable<void> run();
    /// For the drain: ends the connection if it waits for a request. On the strand.
    void releaseIfIdle();
    /// Closes the socket whatever goes on. On the strand.
    void cut();

private:
    net::awaitable<bool> readRequest();
    net::awaitable<bool> firstBytes();
    net::awaitable<bool> receive();
    void openExchange();
    void askHandler();
    net::awaitable<void> askHandlerOnPool();
    net::awaitable<bool> awaitAnswer();
    bool takeAnswer();
    net::awaitable<bool> sendAnswer();
    net::awaitable<bool> send(net::const_buffer head, net::const_buffer body);
    net::awaitable<void> linger();
    bool refuseUnfinished();
    void expectWithin(Span span);
    void watch();

    Deadlines const& deadlines() const { return shared_.options.deadlines; }
    std::string_view input() const
    {
        auto const data = buffer_.cdata();
        return {static_cast<char const*>(data.data()), data.size()};
    }

    Shared& shared_;
    tcp::socket socket_;
    net::steady_timer timer_;
    net::steady_timer wake_; // never expires: cancelled when a late answer is there
    Admission admission_;
    std::string remote_;
    boost::beast::flat_buffer buffer_;
    RequestReader reader_;
    std::shared_ptr<Exchange> exchange_;
    std::optional<Response> own_; // the listener's answer, when the handler gives none
    Response response_;
    std::string head_;
    SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
    bool fresh_ = true;       // no request read yet: the header deadline runs since the accept
    bool idle_ = false;       // waits for the first byte of a request
    bool expired_ = false;    // the deadline ended the last wait
    bool inputEnded_ = false; // the peer has closed its side
    bool keepAlive_ = true;
    bool finished_ = false;
};

net::awaitable<void> Session::run()
{
    buffer_.reserve(std::max(kInputBuffer, 2 * shared_.options.limits.header));
    expectWithin(deadlines().header);
    watch();
    if (admission_ == Admission::Refused) {
        response_ = shared_.answerer.overloaded(remote_);
        keepAlive_ = false;
        bool const sent = co_await sendAnswer();
        if (sent) co_await linger();
    }
    while (keepAlive_) {
        bool const read = co_await readRequest();
        if (!read) break;
        openExchange();
        if (shared_.answerer.mayBlock(reader_)) {
            auto work = askHandlerOnPool();
            (void)co_await net::co_spawn(shared_.blocking.get_executor(), std::move(work),
                                         asValues);
        } else {
            askHandler();
        }
        if (!takeAnswer()) { // the usual answer is there by now
            bool const came = co_await awaitAnswer();
            if (!came) break;
        }
        bool const sent = co_await sendAnswer();
        if (!sent) break;
        if (!keepAlive_) co_await linger();
    }
    cut();
}

/// An Answer of an earlier request that somebody still holds must not answer this one.
void Session::openExchange()
{
    if (exchange_ && exchange_->reusable()) return;
    if (exchange_) exchange_->detach();
    exchange_ = std::make_shared<Exchange>([this] { // attached, hence alive
        net::post(executor(), [self = shared_from_this()] { self->wake_.cancel(); });
    });
}

void Session::askHandler()
{
    own_ = Response{.status = status::kInternal}; // should what follows fail
    own_ = shared_.answerer.answer(reader_, *exchange_);
}

net::awaitable<void> Session::askHandlerOnPool()
{
    askHandler();
    co_return;
}

/// @return false when the answer is not there yet; then `wake_` is cancelled when it comes
bool Session::takeAnswer()
{
    if (own_) {
        response_ = std::move(*own_);
        return true;
    }
    auto const outcome = exchange_->take(response_);
    if (outcome == Exchange::Outcome::Dropped) response_ = shared_.answerer.forgotten();
    return outcome != Exchange::Outcome::Pending;
}

/// @return false when the connection was cut meanwhile
net::awaitable<bool> Session::awaitAnswer()
{
    do {
        if (finished_) co_return false;
        (void)co_await wake_.async_wait(asValues);
    } while (!takeAnswer());
    co_return !finished_;
}

/// @return false when the connection ended between requests or broke
net::awaitable<bool> Session::readRequest()
{
    reader_.begin();
    if (buffer_.size() == 0) {
        bool const any = co_await firstBytes();
        if (!any) co_return false;
    }
    bool inBody = false;
    for (bool timed = std::exchange(fresh_, false);;) {
        auto const taken = reader_.feed(input());
        buffer_.consume(taken);
        if (reader_.finished()) break;
        if (!inBody && reader_.state() == RequestReader::State::Body) {
            inBody = timed = true;
            expectWithin(deadlines().body);
            if (reader_.wantsContinue() && buffer_.size() == 0) {
                constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
                net::const_buffer const interim{kContinue.data(), kContinue.size()};
                bool const sent = co_await send(interim, net::const_buffer{});
                if (!sent) co_return false;
            }
        }
        if (taken > 0 && buffer_.size() > 0) continue;
        if (!std::exchange(timed, true)) expectWithin(deadlines().header);
        bool const more = co_await receive();
        if (more) continue;
        if (!refuseUnfinished()) co_return false;
        break;
    }
    deadline_ = SteadyClock::time_point::max(); // a handler keeps its own deadlines
    reader_.request().remoteAddress = remote_;
    co_return true;
}

net::awaitable<bool> Session::firstBytes()
{
    if (shared_.draining) co_return false;
    if (!fresh_) expectWithin(deadlines().idle);
    idle_ = true;
    bool const any = co_await receive();
    idle_ = false;
    co_return any;
}

/// Reads what is there, at least one byte, behind what the buffer holds.
net::awaitable<bool> Session::receive()
{
    auto const space = buffer_.prepare(buffer_.capacity() - buffer_.size());
    auto const [error, bytes] = co_await socket_.async_read_some(space, asValues);
    buffer_.commit(bytes);
    inputEnded_ = inputEnded_ || error == net::error::eof;
    // The cancellation misses a read that has just ended; with a peer that dribbles, every time.
    co_return !error && !expired_;
}

/// @return whether the peer can still be told
bool Session::refuseUnfinished()
{
    if (reader_.state() == RequestReader::State::Empty) return false;
    if (expired_) {
        reader_.timedOut();
    } else if (inputEnded_) {
        reader_.inputEnded();
    } else {
        return false;
    }
    return true;
}

net::awaitable<bool> Session::sendAnswer()
{
    keepAlive_ =
        keepAlive_ && reader_.keepAlive() && !response_.close && !inputEnded_ && !shared_.draining;
    head_.clear();
    AnswerForm const form{.keepAlive = keepAlive_,
                          .http10 = reader_.isHttp10(),
                          .preflight = shared_.answerer.isPreflight(reader_),
                          .origin = reader_.origin()};
    appendHead(head_, response_, form, shared_.options.cors);
    net::const_buffer const head = net::buffer(head_);
    net::const_buffer body;
    if (!reader_.isHead() && mayHaveBody(response_.status)) body = net::buffer(response_.body);
    expectWithin(deadlines().write);
    bool const sent = co_await send(head, body);
    co_return sent;
}

/// Writes both parts with one system call as a rule: the socket is tried at once, and only a full
/// send buffer makes the coroutine wait.
net::awaitable<bool> Session::send(net::const_buffer head, net::const_buffer body)
{
    std::array<net::const_buffer, 2> parts{head, body};
    ErrorCode tried;
    auto sent = socket_.write_some(parts, tried);
    if (tried && tried != net::error::would_block && tried != net::error::try_again)
        co_return false;
    while (sent < head.size() + body.size()) {
        parts[0] = head + sent; // clamped to the end
        parts[1] = body + (sent - std::min(sent, head.size()));
        auto const [error, bytes] = co_await socket_.async_write_some(parts, asValues);
        if (error || expired_) co_return false;
        sent += bytes;
    }
    co_return true;
}

/// Closes our side and reads what the peer still sends: closing a socket with unread bytes resets
/// the connection, and the reset may overtake the answer (RFC 9112 section 9.6).
net::awaitable<void> Session::linger()
{
    ErrorCode error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    bool const unread = buffer_.size() > 0 || reader_.state() != RequestReader::State::Complete;
    if (error || !unread) co_return;
    expectWithin(deadlines().linger);
    for (std::size_t dropped = 0; dropped < shared_.options.lingerBytes;) {
        dropped += buffer_.size();
        buffer_.consume(buffer_.size());
        bool const more = co_await receive();
        if (!more) break;
    }
}

void Session::releaseIfIdle()
{
    if (idle_) cut();
}

void Session::cut()
{
    if (std::exchange(finished_, true)) return;
    if (exchange_) exchange_->detach();
    ErrorCode ignored;
    socket_.close(ignored);
    timer_.cancel();
    wake_.cancel();
}

void Session::expectWithin(Span span)
{
    deadline_ = SteadyClock::now() + span;
    expired_ = false;
}

/// Ends the current wait when the deadline has passed. The timer fires at the deadline or one tick
/// from now, whichever is first, and no deadline is shorter than a tick: so setting a new one never
/// touches the timer, and a request in time costs no timer operation at all.
void Session::watch()
{
    if (finished_) return;
    auto const now = SteadyClock::now();
    auto next = now + shared_.tick;
    if (deadline_ <= now) {
        expired_ = true;
        ErrorCode ignored;
        socket_.cancel(ignored);
    } else {
        next = std::min(next, deadline_);
    }
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](ErrorCode const& error) {
        if (!error) self->watch();
    });
}

} // namespace

struct Server::Impl {
    Impl(Options options, Handler& handler, Log& log)
        : shared{std::move(options), handler, log}, io{static_cast<int>(
                                                        std::max(1U, shared.options.threads))},
          acceptor{net::any_io_executor{net::make_strand(io)}}, pause{acceptor.get_executor()}
    {
    }

    Shared shared;
    net::io_context io;
    tcp::acceptor acceptor;
    net::steady_timer pause;
    std::uint16_t port = 0;
    std::optional<net::executor_work_guard<net::io_context::executor_type>> work;
    std::vector<std::thread> threads;

    std::mutex mutex; // guards sessions
    std::condition_variable emptied;
    std::unordered_set<std::shared_ptr<Session>> sessions;

    [[nodiscard]] ErrorCode listen();
    void runThreads();
    net::awaitable<void> acceptAll();
    void admit(tcp::socket socket);
    void leave(std::shared_ptr<Session> const& session, std::exception_ptr const& failure);
    std::size_t drain(Span deadline);
    void stopAccepting();
    void onEachSession(void (Session::*action)());
};

ErrorCode Server::Impl::listen()
{
    ErrorCode error;
    auto const address = net::ip::make_address(shared.options.address, error);
    tcp::endpoint const endpoint{address, shared.options.port};
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(net::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    return error;
}

void Server::Impl::runThreads()
{
    work.emplace(io.get_executor());
    net::co_spawn(acceptor.get_executor(), acceptAll(), net::detached);
    for (unsigned i = 0; i < std::max(1U, shared.options.threads); ++i) {
        threads.emplace_back([this] { io.run(); });
    }
}

/// Accepts until the acceptor is closed. Running out of descriptors or memory is waited out: the
/// connections stay in the kernel's queue meanwhile.
net::awaitable<void> Server::Impl::acceptAll()
{
    bool failing = false;
    while (!shared.draining) {
        net::any_io_executor const strand{net::make_strand(io)};
        auto [error, socket] = co_await acceptor.async_accept(strand, asValues);
        if (shared.draining) co_return;
        if (!error) {
            failing = false;
            admit(std::move(socket));
            continue;
        }
        if (error == net::error::connection_aborted) continue; // the client gave up in the queue
        if (!std::exchange(failing, true)) {
            auto const reason = error.message();
            std::array const fields{Log::Field{"reason", reason}};
            shared.log.event(Log::Level::Error, "accept failed", fields);
        }
        pause.expires_after(kAcceptPause);
        (void)co_await pause.async_wait(asValues); // cut short by the drain
    }
}

void Server::Impl::admit(tcp::socket socket)
{
    std::shared_ptr<Session> session;
    {
        std::scoped_lock const lock{mutex};
        auto const limit = shared.options.maxConnections;
        if (sessions.size() >= limit + kRefusalSlots) return;
        auto const admission =
            sessions.size() < limit ? Session::Admission::Served : Session::Admission::Refused;
        session = std::make_shared<Session>(std::move(socket), shared, admission);
        sessions.insert(session);
    }
    net::co_spawn(session->executor(), session->run(),
                  [this, session](std::exception_ptr failure) { leave(session, failure); });
}

void Server::Impl::leave(std::shared_ptr<Session> const& session, std::exception_ptr const& failure)
{
    session->cut();
    if (failure) {
        std::array const fields{Log::Field{"what", "an exception outside the handler"}};
        shared.log.event(Log::Level::Error, "connection failed", fields);
    }
    std::scoped_lock const lock{mutex};
    sessions.erase(session);
    if (sessions.empty()) emptied.notify_all();
}

void Server::Impl::stopAccepting()
{
    net::post(acceptor.get_executor(), [this] {
        ErrorCode ignored;
        acceptor.close(ignored);
        pause.cancel();
    });
}

void Server::Impl::onEachSession(void (Session::*action)())
{
    std::scoped_lock const lock{mutex};
    for (auto const& session : sessions) {
        net::post(session->executor(), [session, action] { (session.get()->*action)(); });
    }
}

std::size_t Server::Impl::drain(Span deadline)
{
    if (threads.empty()) return 0;
    shared.draining = true;
    stopAccepting();
    onEachSession(&Session::releaseIfIdle);
    std::size_t cutOff = 0;
    {
        std::unique_lock lock{mutex};
        auto const nobody = [this] { return sessions.empty(); };
        emptied.wait_for(lock, deadline, nobody);
        cutOff = sessions.size();
    }
    onEachSession(&Session::cut);
    {
        std::unique_lock lock{mutex}; // a handler that still runs ends its session afterwards
        emptied.wait(lock, [this] { return sessions.empty(); });
    }
    work.reset();
    for (auto& thread : threads) thread.join();
    threads.clear();
    shared.blocking.join();
    return cutOff;
}

Server::Server(Options options, Handler& handler, Log& log)
    : impl_{std::make_unique<Impl>(std::move(options), handler, log)}
{
}

Server::~Server() { impl_->drain(Span{0}); }

Result<void> Server::start()
{
    auto const& options = impl_->shared.options;
    if (auto const error = impl_->listen()) {
        return Error{Error::Kind::Config, options.address + ":" + std::to_string(options.port),
                     "cannot listen: " + error.message(),
                     "choose a free port and a numeric address of this machine"};
    }
    impl_->runThreads();
    auto const port = std::to_string(impl_->port);
    std::array const fields{Log::Field{"address", options.address}, Log::Field{"port", port}};
    impl_->shared.log.event(Log::Level::Info, "listening", fields);
    return {};
}

std::uint16_t Server::port() const { return impl_->port; }

std::size_t Server::drain()
{
    auto const cutOff = impl_->drain(impl_->shared.options.deadlines.drain);
    auto const number = std::to_string(cutOff);
    std::array const fields{Log::Field{"cut_off", number}};
    impl_->shared.log.event(Log::Level::Info, "drained", fields);
    return cutOff;
}

} // namespace tcds::http
