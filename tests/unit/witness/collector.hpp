#pragma once

#include "server/witness/destination.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

struct ssl_ctx_st;

namespace tcds::witness::test {

/// A server on loopback that keeps what it is sent, one connection after the other.
class Collector
{
public:
    /// Called with all that a connection has brought so far; what it returns is sent, and then the
    /// connection closed. "" = more is waited for, until the other side closes.
    using Answer = std::function<std::string(std::string const& received)>;

    /// @param tls  taken over; nullptr: plain TCP
    explicit Collector(ssl_ctx_st* tls, Answer answer = {}, std::uint16_t port = 0);
    ~Collector();
    Collector(Collector const&) = delete;
    Collector& operator=(Collector const&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// What each connection brought, once so many have ended; fewer after half a minute.
    std::vector<std::string> received(std::size_t connections);

private:
    void serve();
    std::string talk(int socket);

    std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> tls_;
    Answer answer_;
    int listener_ = -1;
    int end_ = -1; // readable at the end
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<std::string> received_;
    std::thread thread_;
};

/// A port on loopback where nobody listens.
std::uint16_t closedPort();

/// Checkpoint of so many records of log twitch-cds/mercy-west/cds-1, made on 2026-03-03,
/// 10:12:44.402.
Publication publication(std::uint64_t size);

/// Ten seconds from now.
Attempt attempt();

} // namespace tcds::witness::test
