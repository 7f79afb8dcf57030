#include "fhir/client/transport.hpp"

#include "fhir/client/exchange.hpp"
#include "fhir/client/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unordered_set>
#include <utility>

namespace tcds::client {
namespace {

namespace net = boost::asio;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

constexpr unsigned kNameThreads = 4;

/// An idle connection that has something to read was closed by the server, or worse.
bool isQuiet(net::ip::tcp::socket& socket)
{
    char byte = 0;
    auto const got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

Connections::Connections(TransportOptions given, Outside means)
    : options{std::move(given)}, outside{std::move(means)},
      tls{makeTlsContext(options.caFile).release()}, names_{kNameThreads}
{
}

std::shared_ptr<Lookup> Connections::lookUp(std::string const& host,
                                            std::shared_ptr<Exchange> waiting)
{
    auto& lookup = lookups_[host];
    bool const known = lookup != nullptr;
    if (!known) lookup = std::make_shared<Lookup>();
    lookup->waiting.push_back(std::move(waiting));
    if (known) return lookup;
    net::post(names_, [this, host] {
        auto found = outside.addresses(host);
        net::post(io, [this, host, found = std::move(found)]() mutable {
            answered(host, std::move(found));
        });
    });
    return lookup;
}

void Connections::answered(std::string const& host, std::vector<IpAddress> addresses)
{
    auto const lookup = std::move(lookups_.at(host));
    lookups_.erase(host);
    lookup->addresses = std::move(addresses);
    lookup->ready = true;
    for (auto const& exchange : lookup->waiting) exchange->wake();
    lookup->waiting.clear();
}

void Connections::endLookups()
{
    names_.stop();
    names_.join();
}

void Connections::close()
{
    closed_ = true;
    sweeper_.cancel();
    pools_.clear();
    lookups_.clear();
}

bool Connections::enter(Origin const& origin, Exchange& user,
                        std::unique_ptr<Connection>& connection)
{
    auto& pool = pools_.try_emplace(origin, options.connectionsPerOrigin).first->second;
    auto const oldest = SteadyClock::now() - options.idle;
    auto const usable = [&](Connection& idle) {
        return idle.idleSince > oldest && isQuiet(idle.socket);
    };
    return pool.enter(user, connection, usable);
}

void Connections::quit(Origin const& origin, Exchange& user) { pools_.at(origin).quit(user); }

void Connections::leave(Origin const& origin, std::unique_ptr<Connection> connection)
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
void Connections::sweep()
{
    auto const oldest = SteadyClock::now() - options.idle;
    auto const usable = [&](Connection const& idle) { return idle.idleSince > oldest; };
    sweeping_ = false;
    for (auto pool = pools_.begin(); pool != pools_.end();) {
        pool->second.sweep(usable);
        sweeping_ = sweeping_ || pool->second.hasIdle();
        pool = pool->second.empty() ? pools_.erase(pool) : std::next(pool);
    }
    if (!sweeping_ || closed_) return;
    sweeper_.expires_after(options.idle);
    sweeper_.async_wait([this](ErrorCode const& error) {
        if (!error) sweep();
    });
}

class Transport::Impl
{
public:
    Impl(TransportOptions options, Outside outside);
    ~Impl();
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;

    void get(Request request, Done done);
    void post(std::function<void()> job);

private:
    void start(std::shared_ptr<Exchange> const& exchange);
    void finish(std::shared_ptr<Exchange> const& exchange, std::exception_ptr const& failure);
    void stop();
    void jobDone();

    Connections shared_;

    // of the I/O thread
    bool stopping_ = false;
    std::unordered_set<std::shared_ptr<Exchange>> running_;

    std::mutex mutex_; // guards pending_, inFlight_
    std::condition_variable settled_;
    std::size_t pending_ = 0;  // jobs that have not returned
    std::size_t inFlight_ = 0; // requests whose `done` has not been called

    net::thread_pool workers_;
    net::executor_work_guard<net::io_context::executor_type> work_{shared_.io.get_executor()};
    std::thread thread_;
};

Transport::Impl::Impl(TransportOptions options, Outside outside)
    : shared_{std::move(options), std::move(outside)},
      workers_{std::max(1U, shared_.options.workers)}, thread_{[this] { shared_.io.run(); }}
{
}

Transport::Impl::~Impl()
{
    net::post(shared_.io, [this] { stop(); });
    {
        std::unique_lock lock{mutex_};
        settled_.wait(lock, [this] { return pending_ == 0; });
    }
    shared_.endLookups();
    net::post(shared_.io, [this] { shared_.close(); });
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
        admitted = inFlight_ < shared_.options.requestsInFlight;
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
    auto exchange = std::make_shared<Exchange>(shared_, std::move(request), std::move(done));
    net::post(shared_.io, [this, exchange = std::move(exchange)] { start(exchange); });
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
    net::co_spawn(shared_.io, exchange->run(), ended);
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

Transport::Transport(TransportOptions options, Outside outside)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(outside))}
{
}

Transport::~Transport() = default;

void Transport::get(Request request, Done done) { impl_->get(std::move(request), std::move(done)); }

void Transport::post(std::function<void()> job) { impl_->post(std::move(job)); }

} // namespace tcds::client
