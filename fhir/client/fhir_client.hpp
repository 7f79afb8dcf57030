#pragma once

#include "fhir/base/json.hpp"
#include "fhir/client/access_token.hpp"
#include "fhir/client/network_policy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tcds::client {

struct Outside;

/// One thing to find out, and the ways to ask for it.
struct Query {
    std::string key; // prefetch key; comes back in the answer
    /// Steps, narrowest first. A step is one or several requests relative to the base
    /// ("Observation?patient=p1&code=..."), or the URL of a next page below the base; sent
    /// together; all of them have to succeed. The next step is taken when the server refuses the
    /// form of this one (400, 403, 404, 422).
    std::vector<std::vector<std::string>> ladder;
    bool keepText = false; // the answer holds the documents as received, too
};

/// How a query ended.
enum class Outcome : std::uint8_t {
    Ok,      // every page of one step of the ladder; a page may be an OperationOutcome
    Partial, // some pages; the rest was too late, too much, or elsewhere
    Denied,  // 401, or 403 to the last step
    Timeout, // nothing within the deadline
    Invalid, // not FHIR JSON: HTML, garbage, another resource type, past a limit
    Error    // any other answer, or none: 404, 5xx, no connection, bad certificate
};

struct Answer {
    std::string key;
    Outcome outcome = Outcome::Error;
    std::vector<json::Document> documents; // a resource, or the pages of searches in their order
    std::size_t step = 0;                  // of the ladder, that gave the answer or failed last
    int status = 0;                        // HTTP status of the last answer, 0 for none
    std::size_t pages = 0;
    std::chrono::milliseconds took{0};
    std::string requestId;            // X-Request-Id of the last request
    std::vector<std::string> digests; // SHA-256 of each document as received, hexadecimal
    std::vector<std::string> texts;   // each document as received; with Query::keepText alone
    std::string why; // for the operations log: plain words, no patient data, no token; "" when Ok
};

/// Bounds of the client (controls CTL-01, CTL-11, CTL-12).
struct Options {
    std::string caFile;                            // PEM bundle; "": the system's
    NetworkPolicy networks;                        // where connections may go
    std::size_t answerBytes = 16U * 1024U * 1024U; // of one answer
    std::size_t entries = 5000;                    // of all pages of one query
    std::size_t pages = 20;                        // of one query
    std::size_t connectionsPerOrigin = 16;
    std::size_t requestsInFlight = 256;       // of all calls; beyond: Error at once
    std::chrono::milliseconds connect{1'000}; // resolve, connect and TLS handshake
    std::chrono::milliseconds idle{30'000};   // a pooled connection
    unsigned workers = 2;                     // threads that call `done`
};

/// Reads FHIR servers: in parallel, over verified TLS, on pooled connections, never beyond the
/// origin that it was told, never following a redirect.
class FhirClient
{
public:
    using Deadline = std::chrono::steady_clock::time_point;
    /// Answers in the order of the queries. Called once, on a thread of the client that may block;
    /// must not throw. The token is gone by then (FHIR-02).
    using Done = std::function<void(std::vector<Answer>)>;

    /// @throws std::runtime_error when `caFile` cannot be read
    explicit FhirClient(Options options);
    /// @param outside  resolves names and watches connections (outside.hpp)
    FhirClient(Options options, Outside outside);
    /// Ends what is under way; every `done` is called before this returns. Not from a `done`.
    ~FhirClient();
    FhirClient(FhirClient const&) = delete;
    FhirClient& operator=(FhirClient const&) = delete;

    /// Reads all queries in parallel. From any thread; never calls `done` itself.
    ///
    /// @param base      of the server, from allowedBase: "https://host[:port][/path]"
    /// @param token     sent as bearer token to that origin alone; may be empty
    /// @param deadline  of all queries together; what has not come by then is Timeout or Partial
    void fetch(std::string const& base, AccessToken token, std::vector<Query> queries,
               Deadline deadline, Done done);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::client
