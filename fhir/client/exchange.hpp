#pragma once

#include "fhir/client/origin_pool.hpp"
#include "fhir/client/transport.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Shared by exchange.cpp and transport.cpp alone: nothing else includes Asio through it.
namespace tcds::client {

class AnswerReader;
class Exchange;

struct Connection {
    explicit Connection(boost::asio::io_context& io) : socket{io} {}

    boost::asio::ip::tcp::socket socket;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls;
    std::string input; // received, not used yet
    std::chrono::steady_clock::time_point idleSince;
};

/// A name that is being resolved; all who need it meanwhile wait for the one answer.
struct Lookup {
    bool ready = false;
    std::vector<IpAddress> addresses;
    std::vector<std::shared_ptr<Exchange>> waiting;
};

/// What the exchanges of a transport share: names and connections. Used by the I/O thread alone.
class Connections
{
public:
    /// @throws std::runtime_error as makeTlsContext
    Connections(TransportOptions options, Outside outside);

    /// The answer for that name; the exchange is woken when it is there.
    std::shared_ptr<Lookup> lookUp(std::string const& host, std::shared_ptr<Exchange> waiting);
    /// As of OriginPool.
    bool enter(Origin const& origin, Exchange& user, std::unique_ptr<Connection>& connection);
    void quit(Origin const& origin, Exchange& user);
    void leave(Origin const& origin, std::unique_ptr<Connection> connection);

    /// Waits for the resolver. From another thread, before the I/O thread ends.
    void endLookups();
    /// Closes all that is idle.
    void close();

    TransportOptions const options;
    Outside const outside;
    boost::asio::io_context io{1};
    boost::asio::ssl::context tls;

private:
    void answered(std::string const& host, std::vector<IpAddress> addresses);
    void sweep();

    std::map<Origin, OriginPool<Connection, Exchange>> pools_;
    std::map<std::string, std::shared_ptr<Lookup>> lookups_;
    boost::asio::steady_timer sweeper_{io};
    bool sweeping_ = false;
    bool closed_ = false;
    boost::asio::thread_pool names_;
};

/// One request, from its place in line to its answer. Used by the I/O thread alone.
class Exchange : public std::enable_shared_from_this<Exchange>
{
public:
    /// @param shared  outlives it
    Exchange(Connections& shared, Request request, Transport::Done done);
    ~Exchange();

    /// The caller keeps it alive until it ends; a reply or a failure is there then.
    boost::asio::awaitable<void> run();
    /// Ends `run` soon.
    void stop();
    /// Gives back what it holds. Once, when `run` has ended in whatever way.
    void release();
    /// The first failure counts; after `stop` it is Stopped, after the deadline Deadline.
    void fail(Failure failure, std::string why);

    void granted(std::unique_ptr<Connection> connection); // of OriginPool
    void wake() { gate_.cancel(); }

    Reply takeReply()
    {
        reply_.requestId = std::move(requestId_);
        return std::move(reply_);
    }
    Transport::Done takeDone() { return std::move(done_); }

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;

    bool mayRun();
    Awaitable<bool> enterPool();
    Awaitable<bool> connect();
    Awaitable<std::vector<IpAddress>> checkedAddresses();
    Awaitable<std::vector<IpAddress>> addresses();
    Awaitable<bool> dial(IpAddress address);
    Awaitable<bool> handshake();
    Awaitable<bool> converse();
    Awaitable<bool> send();
    Awaitable<bool> receive();
    Awaitable<bool> readSome(AnswerReader& reader);

    Awaitable<void> pause();
    void until(TimePoint bound);
    void expire();
    void abandon();
    [[nodiscard]] bool over() const { return expired_ || stopped_; }

    Connections& shared_;
    Request request_;
    Transport::Done done_;
    Reply reply_;
    std::string requestId_; // of the last attempt
    boost::asio::steady_timer timer_; // bounds what goes on
    boost::asio::steady_timer gate_;  // never fires: cancelled to wake
    TimePoint bound_;
    std::unique_ptr<Connection> connection_;
    bool placed_ = false;  // holds a place of the pool
    bool expired_ = false; // the bound has passed
    bool stopped_ = false;
    bool anyBytes_ = false;  // of an answer to this request on this connection
    bool keepAlive_ = false; // the connection can take another request
};

} // namespace tcds::client
