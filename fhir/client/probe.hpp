#pragma once

#include "fhir/client/access_token.hpp"
#include "fhir/client/certificate.hpp"
#include "fhir/client/network_policy.hpp"
#include "fhir/client/outside.hpp"
#include "fhir/client/transport.hpp"
#include "fhir/client/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcds::client {

/// How far a probe came.
enum class Reached : std::uint8_t {
    Nothing,   // plain http is not allowed
    Name,      // the name has no address
    Policy,    // no address of it is allowed
    Address,   // nobody takes the connection
    Handshake, // no TLS session
    Trust,     // a session whose certificate is refused; nothing was sent over it
    Question,  // asked, and no answer that is HTTP came
    Answer
};

struct ProbeOptions {
    std::string caFile; // see makeTlsContext
    NetworkPolicy networks;
    std::size_t bytes = 0;                 // bound of the answer's body
    std::string accept;                    // media types asked for
    std::chrono::milliseconds patience{0}; // for all of it but the resolving of the name
};

/// What was seen on the way to a server.
struct Probe {
    Reached reached = Reached::Nothing;
    std::string why;                      // it went no further; plain words, nothing of the request
    std::vector<IpAddress> addresses;     // of the name, as they came
    std::optional<IpAddress> address;     // the one connected to
    std::string tlsVersion;               // "TLSv1.3"; "" for plain http
    std::vector<Certificate> chain;       // as the server shows it, its own first
    std::vector<CertificateFault> faults; // of the chain, each kind once
    Reply reply;                          // when reached is Answer
    std::chrono::milliseconds took{0};    // from the first byte sent to the answer
};

/// Asks once, on a connection of its own, and reports every step: under the same address policy and
/// trust as Transport, though a refused certificate is read to its end, so that all its faults can
/// be told. Redirects are answers like others. Blocks. SIGPIPE has to be ignored by the process.
///
/// @param token  sent to a server whose certificate is good; may be null
/// @throws std::runtime_error as makeTlsContext, for https
Probe probe(Url const& url, AccessToken const* token, ProbeOptions const& options,
            Outside const& outside = {});

} // namespace tcds::client
