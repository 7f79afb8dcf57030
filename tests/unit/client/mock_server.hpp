#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace tcds::client::test {

struct Identity;

/// One request as it came over the wire.
struct Heard {
    std::string head; // request line and fields, without the empty line

    [[nodiscard]] std::string target() const;
    /// First field of that name (case as sent), or "-".
    [[nodiscard]] std::string field(std::string_view name) const;
};

/// The server's side of a connection; blocks.
class Wire
{
public:
    explicit Wire(int socket) : socket_{socket} {}
    ~Wire();
    Wire(Wire const&) = delete;
    Wire& operator=(Wire const&) = delete;

    bool accept(ssl_ctx_st* tls);
    /// @return false when the peer has closed
    bool send(std::string_view bytes);
    /// Reads and drops until the peer closes.
    void awaitClose();
    /// Closes in order, TLS included.
    void close();
    /// Ends all waiting, from another thread.
    void cut();

    bool hear(Heard& heard);

private:
    bool receive();

    int socket_;
    ssl_st* session_ = nullptr;
    std::string input_;
};

/// A FHIR server on loopback that says whatever a test wants, a thread for each connection. Reads
/// requests and hands each to the handler; a connection ends when the handler closes it.
class MockServer
{
public:
    using Handler = std::function<void(Heard const&, Wire&)>;

    explicit MockServer(Handler handler)
        : MockServer{std::move(handler), static_cast<ssl_ctx_st*>(nullptr)}
    {
    }
    MockServer(Handler handler, Identity const* identity);
    /// @param tls  taken over
    MockServer(Handler handler, ssl_ctx_st* tls);
    ~MockServer();
    MockServer(MockServer const&) = delete;
    MockServer& operator=(MockServer const&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// "http://127.0.0.1:PORT/fhir"
    [[nodiscard]] std::string base() const;
    [[nodiscard]] std::size_t connections();
    [[nodiscard]] std::vector<Heard> requests();

private:
    void acceptAll();
    void serve(Wire& wire);

    Handler handler_;
    std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_; // guards what follows
    std::size_t connections_ = 0;
    std::list<Wire> wires_;
    std::vector<std::thread> threads_;
    std::vector<Heard> requests_;
    bool ending_ = false;
    std::thread acceptor_;
};

/// A complete answer with Content-Length.
std::string answer(int status, std::string_view body,
                   std::string_view contentType = "application/fhir+json");
/// A searchset with as many entries (Observations o1, o2, ...) and, unless empty, a next link.
std::string bundle(std::size_t entries, std::string_view next = {});
/// Sends `answer(200, body)` to every request.
MockServer::Handler always(std::string body);

} // namespace tcds::client::test
