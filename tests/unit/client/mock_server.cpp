#include "mock_server.hpp"

#include "certificates.hpp"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tcds::client::test {

std::string Heard::target() const
{
    auto const from = head.find(' ') + 1;
    return head.substr(from, head.find(' ', from) - from);
}

std::string Heard::field(std::string_view name) const
{
    auto const line = "\r\n" + std::string{name} + ": ";
    auto const at = head.find(line);
    if (at == std::string::npos) return "-";
    auto const begin = at + line.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

Wire::~Wire()
{
    if (session_ != nullptr) SSL_free(session_);
    ::close(socket_);
}

bool Wire::accept(ssl_ctx_st* tls)
{
    if (tls == nullptr) return true;
    session_ = SSL_new(tls);
    SSL_set_fd(session_, socket_);
    return SSL_accept(session_) == 1;
}

bool Wire::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = session_ != nullptr
                              ? static_cast<ssize_t>(SSL_write(session_, bytes.data(),
                                                               static_cast<int>(bytes.size())))
                              : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Wire::receive()
{
    std::array<char, 16384> part; // NOLINT: filled by the reads
    auto const got = session_ != nullptr
                         ? static_cast<ssize_t>(SSL_read(session_, part.data(), part.size()))
                         : ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) return false;
    input_.append(part.data(), static_cast<std::size_t>(got));
    return true;
}

void Wire::awaitClose()
{
    while (receive()) input_.clear();
}

void Wire::close()
{
    if (session_ != nullptr) SSL_shutdown(session_);
    ::shutdown(socket_, SHUT_WR);
    awaitClose();
}

void Wire::cut() { ::shutdown(socket_, SHUT_RDWR); }

bool Wire::hear(Heard& heard)
{
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!receive()) return false;
    }
    heard.head = input_.substr(0, end);
    input_.erase(0, end + 4);
    return true;
}

MockServer::MockServer(Handler handler, Identity const* identity)
    : MockServer{std::move(handler), identity->serverContext()}
{
}

MockServer::MockServer(Handler handler, ssl_ctx_st* tls)
    : handler_{std::move(handler)}, tls_{tls, &SSL_CTX_free}
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
        throw std::runtime_error{"no loopback listener"};
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread{[this] { acceptAll(); }};
}

MockServer::~MockServer()
{
    {
        std::scoped_lock const lock{mutex_};
        ending_ = true;
        for (auto& wire : wires_) wire.cut();
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
}

std::string MockServer::base() const
{
    return "http://127.0.0.1:" + std::to_string(port_) + "/fhir";
}

std::size_t MockServer::connections()
{
    std::scoped_lock const lock{mutex_};
    return connections_;
}

std::vector<Heard> MockServer::requests()
{
    std::scoped_lock const lock{mutex_};
    return requests_;
}

void MockServer::acceptAll()
{
    for (;;) {
        int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        std::scoped_lock const lock{mutex_};
        ++connections_;
        auto& wire = wires_.emplace_back(socket);
        if (ending_) wire.cut();
        threads_.emplace_back([this, &wire] { serve(wire); });
    }
}

void MockServer::serve(Wire& wire)
{
    // OpenSSL writes without MSG_NOSIGNAL. Only here: a client that raised the signal has to fail.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    if (!wire.accept(tls_.get())) {
        wire.cut();
        return;
    }
    for (Heard heard; wire.hear(heard);) {
        {
            std::scoped_lock const lock{mutex_};
            requests_.push_back(heard);
        }
        handler_(heard, wire);
    }
    wire.cut();
}

std::string answer(int status, std::string_view body, std::string_view contentType)
{
    auto text = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
    if (!contentType.empty()) text += "Content-Type: " + std::string{contentType} + "\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return text + std::string{body};
}

std::string bundle(std::size_t entries, std::string_view next)
{
    std::string text = R"({"resourceType":"Bundle","type":"searchset","entry":[)";
    for (std::size_t i = 1; i <= entries; ++i) {
        if (i > 1) text += ",";
        text += R"({"resource":{"resourceType":"Observation","id":"o)" + std::to_string(i) + "\"}}";
    }
    text += R"(],"link":[{"relation":"self","url":"x"})";
    if (!next.empty()) text += R"(,{"relation":"next","url":")" + std::string{next} + "\"}";
    return text + "]}";
}

MockServer::Handler always(std::string body)
{
    return [body = std::move(body)](Heard const&, Wire& wire) { wire.send(answer(200, body)); };
}

} // namespace tcds::client::test
