#pragma once

#include "fhir/client/access_token.hpp"
#include "fhir/client/network_policy.hpp"
#include "fhir/client/outside.hpp"
#include "fhir/client/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tcds::client {

/// One GET.
struct Request {
    Url url;
    std::shared_ptr<AccessToken const> token; // may be null or empty
    std::string accept;                       // media types asked for
    std::size_t bytes = 0;                    // bound of the answer's body
    std::chrono::steady_clock::time_point deadline;
};

/// Why there is no answer.
enum class Failure : std::uint8_t {
    None,        // there is one
    Deadline,    // the deadline of the request passed
    Refused,     // by ourselves: plain http, an address that is not allowed
    Unreachable, // unknown name, no connection, not within the time for connecting
    Untrusted,   // TLS: the certificate, or no protocol in common
    Cut,         // the connection ended in the middle
    Malformed,   // not HTTP
    TooLarge,    // head or body past their bounds
    Busy,        // too many requests under way
    Stopped      // the transport ends
};

struct Reply {
    Failure failure = Failure::None;
    int status = 0;
    std::string contentType;
    std::string contentEncoding;
    std::string date; // as sent
    std::string body;
    std::string requestId; // as sent; "" when nothing was sent
    std::string why;       // of a failure; plain words, nothing of the request
};

struct TransportOptions {
    std::string caFile; // see makeTlsContext
    NetworkPolicy networks;
    std::size_t connectionsPerOrigin = 16; // busy and idle; requests beyond wait in line
    std::size_t requestsInFlight = 256;    // waiting, under way, or being read; beyond: Busy
    std::chrono::milliseconds connect{1'000};
    std::chrono::milliseconds idle{30'000};
    unsigned workers = 2;
};

/// Sends GET requests over verified TLS (or plain TCP where allowed) on pooled connections: each
/// name is resolved once a connection, every address checked, and only a checked one connected to.
/// Redirects are answers like others. One thread does all input and output.
class Transport
{
public:
    /// Called once, on a worker that may block; must not throw.
    using Done = std::function<void(Reply)>;

    /// @throws std::runtime_error as makeTlsContext
    explicit Transport(TransportOptions options, Outside outside = {});
    /// Ends what is under way and returns when every `done` has run. The system's resolver cannot
    /// be interrupted: an answer of it that is outstanding is waited for. Not from a `done`.
    ~Transport();
    Transport(Transport const&) = delete;
    Transport& operator=(Transport const&) = delete;

    /// From any thread; never calls `done` itself.
    void get(Request request, Done done);
    /// Runs `job` on a worker.
    void post(std::function<void()> job);

    class Impl; // known to transport.cpp alone

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::client
