#include "server/http/server.hpp"

#include "server/http/session.hpp"
#include "server/http/tls_context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tcds::http {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using Span = Deadlines::Span;

// Connections beyond the bound that are told so; those beyond this too are closed without a word.
constexpr std::size_t kRefusalSlots = 256;
constexpr Span kAcceptPause{100};

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
    bool failing = false; // the last accept failed; on the acceptor's strand
    std::optional<net::executor_work_guard<net::io_context::executor_type>> work;
    std::vector<std::thread> threads;

    std::mutex mutex; // guards sessions
    std::condition_variable emptied;
    std::unordered_set<std::shared_ptr<Session>> sessions;

    [[nodiscard]] ErrorCode listen();
    [[nodiscard]] Result<void> loadTls();
    void runThreads();
    void acceptNext();
    void accepted(ErrorCode const& error, tcp::socket socket);
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
    net::post(acceptor.get_executor(), [this] { acceptNext(); });
    for (unsigned i = 0; i < std::max(1U, shared.options.threads); ++i) {
        threads.emplace_back([this] { io.run(); });
    }
}

/// Accepts until the acceptor is closed; on its strand.
void Server::Impl::acceptNext()
{
    if (shared.draining) return;
    net::any_io_executor const strand{net::make_strand(io)};
    acceptor.async_accept(strand, [this](ErrorCode const& error, tcp::socket socket) {
        accepted(error, std::move(socket));
    });
}

/// Running out of descriptors or memory is waited out: the connections stay in the kernel's queue
/// meanwhile.
void Server::Impl::accepted(ErrorCode const& error, tcp::socket socket)
{
    if (shared.draining) return;
    if (!error) {
        failing = false;
        admit(std::move(socket));
    }
    // The client may have given up in the queue: no fault of ours.
    if (!error || error == net::error::connection_aborted) return acceptNext();
    if (!std::exchange(failing, true)) {
        auto const reason = error.message();
        std::array const fields{Log::Field{"reason", reason}};
        shared.log.event(Log::Level::Error, "accept failed", fields);
    }
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](ErrorCode const&) { acceptNext(); }); // cut short by the drain
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
    session->start([this, key = session.get()](std::exception_ptr const& failure) {
        leave(key->shared_from_this(), failure);
    });
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

/// What new connections start from; the old stays when the new cannot be used.
Result<void> Server::Impl::loadTls()
{
    auto const context = TlsContext::load(shared.options.tls);
    if (!context) return context.error();
    for (auto const& warning : (*context)->warnings()) {
        std::array const fields{Log::Field{"what", warning}};
        shared.log.event(Log::Level::Warn, "certificate", fields);
    }
    std::array const fields{Log::Field{"file", shared.options.tls.certificateFile},
                            Log::Field{"valid_until", (*context)->validUntil()}};
    shared.log.event(Log::Level::Info, "certificate loaded", fields);
    shared.replaceTls(*context);
    return {};
}

Result<void> Server::start()
{
    auto const& options = impl_->shared.options;
    if (options.tls.enabled())
        if (auto loaded = impl_->loadTls(); !loaded) return loaded.error();
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

Result<void> Server::reloadTls()
{
    if (!impl_->shared.options.tls.enabled()) return {};
    return impl_->loadTls();
}

std::size_t Server::drain()
{
    auto const cutOff = impl_->drain(impl_->shared.options.deadlines.drain);
    auto const number = std::to_string(cutOff);
    std::array const fields{Log::Field{"cut_off", number}};
    impl_->shared.log.event(Log::Level::Info, "drained", fields);
    return cutOff;
}

} // namespace tcds::http
