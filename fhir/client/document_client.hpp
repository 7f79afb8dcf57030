#pragma once

#include "fhir/base/result.hpp"
#include "fhir/client/fhir_client.hpp"
#include "fhir/client/outside.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace tcds::client {

class Transport;

inline constexpr std::size_t kDocumentBytes = 64U * 1024U; // CTL-02

/// Fetches single JSON texts, such as key sets, from exact URLs: the same verified TLS, address
/// policy and bounds as FhirClient, no token, no redirects, status 200 only.
class DocumentClient
{
public:
    using Deadline = std::chrono::steady_clock::time_point;
    using Done = std::function<void(Result<std::string>)>;

    /// @param options  caFile, networks, connect, idle, connectionsPerOrigin, requestsInFlight and
    ///                 workers count
    /// @throws std::runtime_error when `caFile` cannot be read
    explicit DocumentClient(Options const& options, Outside outside = {});
    /// Every `done` is called before this returns.
    ~DocumentClient();
    DocumentClient(DocumentClient const&) = delete;
    DocumentClient& operator=(DocumentClient const&) = delete;

    /// @param url    compared with the settings beforehand (CTL-02); read as readUrl does
    /// @param bytes  bound of the text
    /// @param done   called once, on a thread of the client that may block. The text is not parsed.
    /// @error BadRequest: the URL; Forbidden: plain http or an address that is not allowed;
    /// Timeout;
    ///        TooLarge; Unavailable: anything else. `where` = origin of the URL
    void get(std::string const& url, std::size_t bytes, Deadline deadline, Done done);

    /// The same, waiting for it. Not from a `done`.
    Result<std::string> getAndWait(std::string const& url, std::size_t bytes, Deadline deadline);

private:
    std::unique_ptr<Transport> transport_;
};

} // namespace tcds::client
