#pragma once

#include "fhir/client/url.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace tcds::client {

struct FreeTlsContext {
    void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

/// TLS 1.2 and 1.3 with AEAD suites, no renegotiation, chain verification (control CTL-13).
///
/// @param caFile  PEM bundle of the authorities to trust; "": those of the system
/// @throws std::runtime_error when the bundle cannot be read
TlsContext makeTlsContext(std::string const& caFile);

/// Binds a session to the host: SNI, and the name or address that the certificate has to show.
/// @return false when OpenSSL refuses, which means no memory
bool expectHost(ssl_st* session, Origin const& origin);

/// Why a handshake failed, as far as the certificate is to blame; "" when it is not.
std::string certificateFault(ssl_st const* session);

} // namespace tcds::client
