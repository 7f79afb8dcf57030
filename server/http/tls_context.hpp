#pragma once

#include "fhir/base/result.hpp"
#include "server/http/tls.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct x509_st;

namespace tcds::http {

/// What the handshakes of a listener start from: certificate, key and who may come. Immutable; a
/// reload makes a new one, and connections keep the one they began with.
///
/// TLS 1.2 and 1.3 with forward secrecy and AEAD only, no compression, no renegotiation, sessions
/// resumed by tickets whose keys live as long as the context.
class TlsContext
{
public:
    /// @error Config, `where` = the file: it cannot be read, is no PEM, is encrypted, others may
    ///        read the key (control CTL-14), or key and certificate do not belong together
    [[nodiscard]] static Result<std::shared_ptr<TlsContext const>> load(Tls const& tls);
    ~TlsContext();
    TlsContext(TlsContext const&) = delete;
    TlsContext& operator=(TlsContext const&) = delete;

    /// For SSL_new, which does not change it.
    [[nodiscard]] ssl_ctx_st* native() const;

    /// The end of the server's certificate, "2027-01-31T08:00:00Z".
    [[nodiscard]] std::string const& validUntil() const { return validUntil_; }
    /// What somebody should look at though it can be served: a certificate out of its time. Ready
    /// to be read: "the certificate in FILE ended at ...".
    [[nodiscard]] std::vector<std::string> const& warnings() const { return warnings_; }

    /// Whether a client certificate has a name that may come; asked within the handshake.
    [[nodiscard]] bool admits(x509_st const& certificate) const;

private:
    TlsContext();
    struct Native;
    std::unique_ptr<Native> native_;
    std::vector<std::string> clientNames_;
    std::string validUntil_;
    std::vector<std::string> warnings_;
};

} // namespace tcds::http
