#include "tests/bench/load_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace tcds::bench {

namespace {

constexpr std::size_t kMostEvents = 64;
constexpr std::chrono::seconds kPatience{10};

[[noreturn]] void fail(std::string const& what)
{
    throw std::runtime_error{what + ": " + std::generic_category().message(errno)};
}

class Descriptor
{
public:
    explicit Descriptor(int value) : value_{value} {}
    Descriptor(Descriptor&& other) noexcept : value_{std::exchange(other.value_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }

private:
    int value_;
};

Descriptor connectTo(std::uint16_t port)
{
    Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("connect to port " + std::to_string(port));
    int const on = 1;
    (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

struct FreeTls {
    void operator()(SSL* it) const { SSL_free(it); }
    void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
};

/// Trusts anybody: the server is this program's own child.
SSL_CTX* tlsContext()
{
    static std::unique_ptr<SSL_CTX, FreeTls> const context{SSL_CTX_new(TLS_client_method())};
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context.get();
}

/// Connects the TLS of a socket, which waits until that is done and not any more afterwards.
std::unique_ptr<SSL, FreeTls> secured(int socket)
{
    std::unique_ptr<SSL, FreeTls> tls{SSL_new(tlsContext())};
    SSL_set_fd(tls.get(), socket);
    if (SSL_connect(tls.get()) != 1) throw std::runtime_error{"the handshake failed"};
    (void)::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    return tls;
}

/// One connection and the call that is under way on it.
class Connection
{
public:
    Connection(std::uint16_t port, std::string_view request, Wire wire)
        : socket_{connectTo(port)}, request_{request}
    {
        if (wire == Wire::Tls) tls_ = secured(socket_.get());
    }

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    [[nodiscard]] bool sending() const { return sent_ < request_.size(); }

    void begin()
    {
        sent_ = 0;
        answer_.clear();
        send();
    }

    void send()
    {
        while (sending()) {
            auto const bytes = put(request_.substr(sent_));
            if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (bytes < 0) fail("send");
            sent_ += static_cast<std::size_t>(bytes);
        }
    }

    /// Takes all that is there: an edge is told once.
    /// @return whether the answer is whole now
    bool receive()
    {
        while (receiveSome())
            if (isWhole()) return true;
        return false;
    }

    [[nodiscard]] std::string body() const { return answer_.substr(answer_.find("\r\n\r\n") + 4); }

private:
    bool receiveSome()
    {
        std::array<char, 16U * 1024U> buffer; // NOLINT: only what recv has written is read
        auto const bytes = take(buffer.data(), buffer.size());
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return false;
        if (bytes < 0) fail("recv");
        if (bytes == 0) throw std::runtime_error{"the server closed a connection"};
        answer_.append(buffer.data(), static_cast<std::size_t>(bytes));
        return true;
    }

    [[nodiscard]] bool isWhole() const
    {
        auto const end = answer_.find("\r\n\r\n");
        return end != std::string::npos && answer_.size() >= end + 4 + contentLength(end);
    }

    /// As send(2) and recv(2) do, errno included.
    ssize_t put(std::string_view bytes)
    {
        if (!tls_)
            return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return moved(SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())));
    }
    ssize_t take(char* bytes, std::size_t size)
    {
        if (!tls_) return ::recv(socket_.get(), bytes, size, MSG_DONTWAIT);
        return moved(SSL_read(tls_.get(), bytes, static_cast<int>(size)));
    }
    ssize_t moved(int result)
    {
        if (result > 0) return result;
        auto const why = SSL_get_error(tls_.get(), result);
        ERR_clear_error();
        if (why == SSL_ERROR_ZERO_RETURN) return 0;
        errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
        return -1;
    }

    [[nodiscard]] std::size_t contentLength(std::size_t headEnd) const
    {
        constexpr std::string_view kField = "\r\nContent-Length: ";
        if (!answer_.starts_with("HTTP/1.1 200 "))
            throw std::runtime_error{"answered: " + answer_.substr(0, 500)};
        auto const at = answer_.find(kField);
        if (at >= headEnd) throw std::runtime_error{"an answer without Content-Length"};
        std::size_t length = 0;
        (void)std::from_chars(answer_.data() + at + kField.size(), answer_.data() + headEnd,
                              length);
        return length;
    }

    Descriptor socket_;
    std::unique_ptr<SSL, FreeTls> tls_; // nothing: plain
    std::string_view request_;
    std::size_t sent_ = 0;
    std::string answer_;
};

} // namespace

std::string postRequest(std::string_view path, std::string_view body)
{
    std::string request = "POST ";
    request.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
    return request.append("\r\n\r\n").append(body);
}

std::string load(std::uint16_t port, std::string_view request, std::size_t connections,
                 std::size_t requests, Wire wire)
{
    Descriptor const poll{::epoll_create1(EPOLL_CLOEXEC)};
    std::vector<Connection> open;
    open.reserve(connections);
    std::size_t begun = 0;
    for (std::size_t i = 0; i < connections && begun < requests; ++i, ++begun) {
        auto& connection = open.emplace_back(port, request, wire);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.u64 = i;
        if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, connection.descriptor(), &event) != 0)
            fail("epoll_ctl");
        connection.begin();
    }
    std::array<epoll_event, kMostEvents> events{};
    auto lastEvent = std::chrono::steady_clock::now();
    for (std::size_t answered = 0;;) {
        // Never sleeps: over loopback the kernel wakes a sleeper in the time of who sends, which
        // charges a slow server for the rest that it gives its client.
        auto const ready = ::epoll_wait(poll.get(), events.data(), kMostEvents, 0);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) fail("waiting for an answer");
        auto const now = std::chrono::steady_clock::now();
        if (ready > 0) lastEvent = now;
        if (now - lastEvent > kPatience) throw std::runtime_error{"no answer within 10 s"};
        for (int i = 0; i < ready; ++i) {
            auto& connection = open[events[static_cast<std::size_t>(i)].data.u64];
            if (connection.sending()) connection.send();
            if (connection.sending()) continue;
            if (!connection.receive()) continue;
            if (++answered == requests) return connection.body();
            if (begun == requests) continue;
            ++begun;
            connection.begin();
        }
    }
}

} // namespace tcds::bench
