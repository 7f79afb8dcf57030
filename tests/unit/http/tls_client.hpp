#pragma once

#include "certificates.hpp"
#include "raw_client.hpp"

#include <memory>
#include <string>

namespace tcds::http::test {

/// A RawClient that speaks TLS. The handshake is over when it is made, or `connected()` is false.
class TlsClient final : public RawClient
{
public:
    struct Session; // to be resumed

    struct Options {
        std::string authority{}; // PEM that the server's certificate must lead to; "": any will do
        Issued own{};            // the client's; empty: it has none
        int least = 0, most = 0; // versions, as OpenSSL numbers them; 0: any
        std::string suites{};    // of TLS 1.2, in OpenSSL's words; "": all
        std::string protocols{}; // ALPN, each with its length before it
        std::shared_ptr<Session> resume{};
    };

    TlsClient(std::uint16_t port, Options const& options);
    explicit TlsClient(std::uint16_t port) : TlsClient{port, Options{}} {}
    ~TlsClient() override;

    bool send(std::string_view bytes) override;

    [[nodiscard]] bool connected() const { return connected_; }
    /// What OpenSSL said when something failed last: names the alert of the server.
    [[nodiscard]] std::string const& failure() const { return failure_; }
    [[nodiscard]] std::string version() const; // "TLSv1.3"
    [[nodiscard]] std::string suite() const;
    [[nodiscard]] std::string protocol() const; // that ALPN agreed on
    [[nodiscard]] long serverSerial() const;
    [[nodiscard]] bool resumed() const;
    [[nodiscard]] bool supportsRenegotiation(); // tries one
    /// After an answer: what the server gave to begin with next time.
    [[nodiscard]] std::shared_ptr<Session> session() const;

private:
    long take(char* bytes, std::size_t size) override;

    struct Native;
    std::unique_ptr<Native> native_;
    std::string failure_;
    bool connected_ = false;
};

} // namespace tcds::http::test
