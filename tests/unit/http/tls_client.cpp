#include "tls_client.hpp"

#include "server/http/tls_handles.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <csignal>

namespace tcds::http::test {

struct TlsClient::Session {
    SSL_SESSION* it = nullptr;
    ~Session() { SSL_SESSION_free(it); }
};

struct TlsClient::Native {
    Owned<SSL_CTX> context{SSL_CTX_new(TLS_client_method())};
    Owned<SSL> ssl;
};

namespace {

Owned<BIO> reading(std::string const& text)
{
    return Owned<BIO>{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

void configure(SSL_CTX* context, TlsClient::Options const& options)
{
    // Old protocols are tried, so nothing of the client's own caution may stop it.
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, options.least);
    SSL_CTX_set_max_proto_version(context, options.most);
    if (!options.suites.empty()) SSL_CTX_set_cipher_list(context, options.suites.c_str());
    if (!options.protocols.empty())
        SSL_CTX_set_alpn_protos(context,
                                reinterpret_cast<unsigned char const*>(options.protocols.data()),
                                static_cast<unsigned>(options.protocols.size()));
    if (!options.own.key.empty()) {
        Owned<X509> const certificate{
            PEM_read_bio_X509(reading(options.own.certificate).get(), nullptr, nullptr, nullptr)};
        Owned<EVP_PKEY> const key{
            PEM_read_bio_PrivateKey(reading(options.own.key).get(), nullptr, nullptr, nullptr)};
        SSL_CTX_use_certificate(context, certificate.get());
        SSL_CTX_use_PrivateKey(context, key.get());
    }
    if (!options.authority.empty()) {
        Owned<X509> const root{
            PEM_read_bio_X509(reading(options.authority).get(), nullptr, nullptr, nullptr)};
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.get());
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
}

} // namespace

TlsClient::TlsClient(std::uint16_t port, Options const& options)
    : RawClient{port}, native_{std::make_unique<Native>()}
{
    std::signal(SIGPIPE, SIG_IGN); // of this client's own socket BIO
    configure(native_->context.get(), options);
    native_->ssl.reset(SSL_new(native_->context.get()));
    auto* ssl = native_->ssl.get();
    SSL_set_fd(ssl, socket());
    SSL_set1_host(ssl, "localhost");
    if (options.resume) SSL_set_session(ssl, options.resume->it);
    ERR_clear_error();
    connected_ = SSL_connect(ssl) == 1;
    if (!connected_) failure_ = takeOpenSslError();
}

TlsClient::~TlsClient() = default;

bool TlsClient::send(std::string_view bytes)
{
    ERR_clear_error();
    std::size_t sent = 0;
    auto* ssl = native_->ssl.get();
    return SSL_write_ex(ssl, bytes.data(), bytes.size(), &sent) == 1 && sent == bytes.size();
}

long TlsClient::take(char* bytes, std::size_t size)
{
    ERR_clear_error();
    auto* ssl = native_->ssl.get();
    auto const got = SSL_read(ssl, bytes, static_cast<int>(size));
    if (got > 0) return got;
    if (SSL_get_error(ssl, got) == SSL_ERROR_ZERO_RETURN) return 0; // a proper farewell
    failure_ = takeOpenSslError();
    return -1;
}

std::string TlsClient::version() const { return SSL_get_version(native_->ssl.get()); }
std::string TlsClient::suite() const { return SSL_get_cipher_name(native_->ssl.get()); }

std::string TlsClient::protocol() const
{
    unsigned char const* text = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(native_->ssl.get(), &text, &size);
    return {reinterpret_cast<char const*>(text), size};
}

long TlsClient::serverSerial() const
{
    Owned<X509> const peer{SSL_get1_peer_certificate(native_->ssl.get())};
    return peer ? ASN1_INTEGER_get(X509_get0_serialNumber(peer.get())) : -1;
}

bool TlsClient::resumed() const { return SSL_session_reused(native_->ssl.get()) == 1; }

bool TlsClient::supportsRenegotiation()
{
    ERR_clear_error();
    auto* ssl = native_->ssl.get();
    SSL_renegotiate(ssl);
    return SSL_do_handshake(ssl) == 1;
}

std::shared_ptr<TlsClient::Session> TlsClient::session() const
{
    auto kept = std::make_shared<Session>();
    kept->it = SSL_get1_session(native_->ssl.get());
    return kept;
}

} // namespace tcds::http::test
