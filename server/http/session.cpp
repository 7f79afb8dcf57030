#include "server/http/session.hpp"

#include "server/http/response_head.hpp"
#include "server/http/status.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tcds::http {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

constexpr auto asValues = net::as_tuple(net::use_awaitable);

// Reserved once a connection: a small buffer costs a system call per 512 bytes of body.
constexpr std::size_t kInputBuffer = 64U * 1024U;
// A connection that once sent a large answer must not hold that memory while it idles.
constexpr std::size_t kKeptOutput = 64U * 1024U;

} // namespace

Session::Session(Socket socket, Shared& shared, Admission admission)
    : shared_{shared}, socket_{std::move(socket)}, timer_{socket_.get_executor()},
      wake_{socket_.get_executor(), SteadyClock::time_point::max()},
      admission_{admission}, reader_{shared.options.limits}
{
    ErrorCode error;
    auto const peer = socket_.remote_endpoint(error);
    if (!error) remote_ = peer.address().to_string();
    socket_.set_option(tcp::no_delay{true}, error);
    socket_.non_blocking(true, error); // answers are written without waiting, see send()
    if (auto context = shared.currentTls())
        tls_ = std::make_unique<TlsStream>(std::move(context), socket_.native_handle());
}

void Session::start(std::function<void(std::exception_ptr)> ended)
{
    net::co_spawn(executor(), run(),
                  [self = shared_from_this(), ended = std::move(ended)](
                      std::exception_ptr const& failure) { ended(failure); });
}

net::awaitable<void> Session::run()
{
    buffer_.reserve(std::max(kInputBuffer, 2 * shared_.options.limits.header));
    expectWithin(tls_ ? deadlines().handshake : deadlines().header);
    watch();
    if (tls_) {
        bool const secured = co_await secure();
        if (!secured) co_await rejectHandshake();
        expectWithin(deadlines().header);
    }
    if (keepAlive_ && admission_ == Admission::Refused) {
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
            reader_.request().settled = true;
            askHandler();
        }
        if (!hasAnswer() && reader_.request().settled) {
            co_await net::post(executor(), net::use_awaitable); // behind the others that are ready
            shared_.answerer.settle();
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

/// @return false when the handshake failed; the socket is still open
net::awaitable<bool> Session::secure()
{
    idle_ = true; // a drain need not wait for it
    for (;;) {
        auto const step = tls_->handshake();
        if (step.failed) break;
        if (step.wait == Wait::Nothing) {
            idle_ = false;
            co_return true;
        }
        bool const ready = co_await waitFor(step.wait);
        if (!ready) break;
    }
    idle_ = false;
    co_return false;
}

/// Says in the log why, and to a client that speaks plain HTTP in the answer. An alert of TLS has
/// been sent; closing with unread bytes would take it back.
net::awaitable<void> Session::rejectHandshake()
{
    keepAlive_ = false;
    if (finished_) co_return;
    auto const plain = tls_->metPlainHttp();
    shared_.answerer.handshakeFailed(expired_ ? "not done at its deadline" : tls_->failure(),
                                     remote_);
    tls_.reset();
    if (expired_) co_return;
    if (plain) {
        response_ = shared_.answerer.plainHttp();
        bool const sent = co_await sendAnswer();
        if (!sent) co_return;
    }
    co_await linger();
}

net::awaitable<bool> Session::waitFor(Wait wait)
{
    auto const what = wait == Wait::Readable ? Socket::wait_read : Socket::wait_write;
    auto const [error] = co_await socket_.async_wait(what, asValues);
    co_return !error && !expired_;
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

bool Session::hasAnswer() const { return own_ || exchange_->answered(); }

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
                bool const sent = co_await send(kContinue, {});
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
    if (tls_) reader_.request().peerNames = tls_->peerNames();
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
    if (tls_) {
        bool const more = co_await receiveSecured();
        co_return more;
    }
    auto const space = buffer_.prepare(buffer_.capacity() - buffer_.size());
    auto const [error, bytes] = co_await socket_.async_read_some(space, asValues);
    buffer_.commit(bytes);
    inputEnded_ = inputEnded_ || error == net::error::eof;
    // The cancellation misses a read that has just ended; with a peer that dribbles, every time.
    co_return !error && !expired_;
}

net::awaitable<bool> Session::receiveSecured()
{
    auto const space = buffer_.prepare(buffer_.capacity() - buffer_.size());
    for (;;) {
        auto const step = tls_->read(static_cast<char*>(space.data()), space.size());
        buffer_.commit(step.bytes);
        inputEnded_ = inputEnded_ || step.ended;
        if (step.bytes > 0) co_return !expired_;
        if (step.wait == Wait::Nothing) co_return false;
        bool const ready = co_await waitFor(step.wait);
        if (!ready) co_return false;
    }
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
    std::string_view body;
    if (!reader_.isHead() && mayHaveBody(response_.status)) body = response_.body;
    expectWithin(deadlines().write);
    bool const sent = co_await send(head_, body);
    co_return sent;
}

/// Writes both parts with one system call as a rule: the socket is tried at once, and only a full
/// send buffer makes the coroutine wait.
net::awaitable<bool> Session::send(std::string_view head, std::string_view body)
{
    if (tls_) {
        bool const sent = co_await sendSecured(head, body);
        co_return sent;
    }
    net::const_buffer const first{head.data(), head.size()};
    net::const_buffer const second{body.data(), body.size()};
    std::array<net::const_buffer, 2> parts{first, second};
    ErrorCode tried;
    auto sent = socket_.write_some(parts, tried);
    if (tried && tried != net::error::would_block && tried != net::error::try_again)
        co_return false;
    while (sent < head.size() + body.size()) {
        parts[0] = first + sent; // clamped to the end
        parts[1] = second + (sent - std::min(sent, head.size()));
        auto const [error, bytes] = co_await socket_.async_write_some(parts, asValues);
        if (error || expired_) co_return false;
        sent += bytes;
    }
    co_return true;
}

/// Copied together: each part by itself would be a record and a system call of its own.
net::awaitable<bool> Session::sendSecured(std::string_view head, std::string_view body)
{
    secured_.assign(head).append(body);
    for (std::size_t sent = 0; sent < secured_.size();) {
        auto const step = tls_->write(std::string_view{secured_}.substr(sent));
        sent += step.bytes;
        if (step.bytes > 0) continue;
        if (step.wait == Wait::Nothing) co_return false;
        bool const ready = co_await waitFor(step.wait);
        if (!ready) co_return false;
    }
    if (secured_.capacity() > kKeptOutput) secured_ = {};
    co_return true;
}

/// Closes our side and reads what the peer still sends: closing a socket with unread bytes resets
/// the connection, and the reset may overtake the answer (RFC 9112 section 9.6).
net::awaitable<void> Session::linger()
{
    if (tls_) tls_->sayGoodbye();
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
    if (tls_) tls_->sayGoodbye();
    ErrorCode ignored;
    socket_.close(ignored);
    timer_.cancel();
    wake_.cancel();
}

void Session::expectWithin(Deadlines::Span span)
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

} // namespace tcds::http
