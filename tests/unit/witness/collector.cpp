#include "tests/unit/witness/collector.hpp"

#include "fhir/base/datetime.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace tcds::witness::test {

namespace {

int listenOn(std::uint16_t port)
{
    auto const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int const on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 16) != 0)
        throw std::runtime_error{"cannot listen on loopback"};
    return listener;
}

std::uint16_t portOf(int listener)
{
    sockaddr_in address = {};
    socklen_t length = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

} // namespace

Collector::Collector(ssl_ctx_st* tls, Answer answer, std::uint16_t port)
    : tls_{tls, SSL_CTX_free}, answer_{std::move(answer)}, listener_{listenOn(port)},
      end_{::eventfd(0, EFD_CLOEXEC)}, port_{portOf(listener_)}
{
    std::signal(SIGPIPE, SIG_IGN);
    thread_ = std::thread{[this] { serve(); }};
}

Collector::~Collector()
{
    ::eventfd_write(end_, 1);
    thread_.join();
    ::close(listener_);
    ::close(end_);
}

std::vector<std::string> Collector::received(std::size_t connections)
{
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, std::chrono::seconds{30}, [&] { return received_.size() >= connections; });
    return received_;
}

void Collector::serve()
{
    for (;;) {
        std::array<pollfd, 2> polled{pollfd{listener_, POLLIN, 0}, pollfd{end_, POLLIN, 0}};
        ::poll(polled.data(), polled.size(), -1);
        if (polled[1].revents != 0) return;
        auto const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        timeval const patience{10, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        auto text = talk(socket);
        ::close(socket);
        {
            std::lock_guard const lock{mutex_};
            received_.push_back(std::move(text));
        }
        came_.notify_all();
    }
}

std::string Collector::talk(int socket)
{
    std::unique_ptr<SSL, void (*)(SSL*)> session{nullptr, SSL_free};
    if (tls_) {
        session.reset(SSL_new(tls_.get()));
        SSL_set_fd(session.get(), socket);
        if (SSL_accept(session.get()) != 1) {
            ERR_clear_error();
            return "no handshake";
        }
    }
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        auto const got = session
                             ? SSL_read(session.get(), part.data(), static_cast<int>(part.size()))
                             : static_cast<int>(::recv(socket, part.data(), part.size(), 0));
        if (got <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(got));
        auto const answer = answer_ ? answer_(text) : std::string{};
        if (answer.empty()) continue;
        if (session)
            SSL_write(session.get(), answer.data(), static_cast<int>(answer.size()));
        else
            ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
        break;
    }
    if (session) SSL_shutdown(session.get());
    return text;
}

std::uint16_t closedPort()
{
    auto const listener = listenOn(0);
    auto const port = portOf(listener);
    ::close(listener);
    return port;
}

Publication publication(std::uint64_t size)
{
    Publication made;
    made.tenant = "mercy-west";
    made.node = "cds-1";
    made.origin = "twitch-cds/mercy-west/cds-1";
    made.checkpoint.seq = size + 1;
    made.checkpoint.time = parseDateTime("2026-03-03T10:12:44.402Z").value().first();
    made.checkpoint.head.size = size;
    made.checkpoint.note = "note of " + std::to_string(size) + "\n";
    return made;
}

Attempt attempt()
{
    static StopSignal const never;
    return {std::chrono::steady_clock::now() + std::chrono::seconds{10}, never};
}

} // namespace tcds::witness::test
