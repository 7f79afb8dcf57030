#pragma once

#include "fhir/base/result.hpp"
#include "server/http/cors.hpp"
#include "server/http/log.hpp"
#include "server/http/message.hpp"
#include "server/http/request_reader.hpp"
#include "server/http/tls.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tcds::http {

/// Takes the answer of one request, once, from any thread; later calls are ignored. May be copied.
/// When every copy goes without a call, the request is answered with 500 and an error id, and that
/// is logged. Calling it after the connection or the server has gone does nothing.
using Answer = std::function<void(Response&&)>;

/// Answers requests. Called from several threads at once.
class Handler
{
public:
    virtual ~Handler() = default;

    /// Whether `handle` may take long or wait for a disk (a large body to parse, a signature to
    /// verify, a record to be synced): then it runs on the small pool and not on an I/O thread.
    [[nodiscard]] virtual bool mayBlock(Request const& request) const = 0;

    /// Answers now or later; the connection reads its next request after the answer. There is no
    /// deadline for it but the one of the drain. Must not fail: what it throws before the answer is
    /// answered with 500 and an error id, and logged.
    ///
    /// @param request  to be moved out of when it is needed after the return
    virtual void handle(Request&& request, Answer answer) = 0;

    /// Does what `handle` has put off for requests that are `settled`, to do it once for all that
    /// were ready at that time; their answers are given in here. From any I/O thread, after each
    /// such request that has no answer yet.
    virtual void settle() {}
};

/// Longest waits for a peer (control CTL-12).
struct Deadlines {
    using Span = std::chrono::milliseconds;
    Span handshake{5'000}; // of TLS, from the accept
    Span header{5'000};    // from its first byte, on a new connection from the accept or handshake
    Span body{10'000};     // from the end of the header
    Span idle{30'000};     // between two requests
    Span write{10'000};    // for the whole answer
    Span linger{5'000};    // for the rest of a refused request, after the answer
    Span drain{10'000};    // for the requests that are busy at shutdown
};

/// How a server listens. Every bound that the listener keeps is here.
struct Options {
    std::string address = "127.0.0.1"; // numeric, IPv4 or IPv6
    std::uint16_t port = 0;            // 0: the kernel chooses, see Server::port()
    unsigned threads = 1;
    unsigned blockingThreads = 2;
    RequestLimits limits;
    std::size_t maxConnections = 4096; // beyond: 503 and close
    std::size_t lingerBytes =
        std::size_t{64} * 1024 * 1024; // read and dropped of a refused request
    Deadlines deadlines;
    CorsPolicy cors;
    Tls tls; // off without a certificate file
    /// Writes the body of an answer that the listener gives itself; plain text when not set.
    std::function<std::string(Error const&)> errorBody;
    std::string errorContentType = "text/plain; charset=utf-8";
};

/// An HTTP/1.1 listener: plain or TLS, keep-alive, pipelining, chunked bodies, deadlines, CORS,
/// orderly drain.
class Server
{
public:
    /// @param handler, log  outlive the server
    Server(Options options, Handler& handler, Log& log);
    /// Cuts every connection that `drain` has not ended and joins all threads.
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    /// Binds, listens and starts the threads; call once.
    /// @error Config, `where` = address and port, when the address cannot be bound; `where` = the
    ///        file, when TLS cannot be served with it
    [[nodiscard]] Result<void> start();

    /// The port that was bound; 0 before `start`.
    [[nodiscard]] std::uint16_t port() const;

    /// Reads the TLS files again: new connections start from them, those under way go on. From any
    /// thread. Does nothing without TLS.
    /// @error as `start`; then everything stays as it was
    [[nodiscard]] Result<void> reloadTls();

    /// Stops accepting, ends idle connections at once, lets busy ones finish with
    /// `Connection: close` until the drain deadline, then cuts them; joins all threads. Called from
    /// a thread of the caller, never from a handler.
    /// @return how many connections were cut
    std::size_t drain();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::http
