#include "fhir/client/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

namespace tcds::client {
namespace {

// RFC 9325, 4.2: forward secrecy and AEAD for TLS 1.2; TLS 1.3 has nothing else.
constexpr char const* kSuites = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool trust(ssl_ctx_st* context, std::string const& caFile)
{
    if (caFile.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
    return SSL_CTX_load_verify_locations(context, caFile.c_str(), nullptr) == 1;
}

} // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext makeTlsContext(std::string const& caFile)
{
    TlsContext context{SSL_CTX_new(TLS_client_method())};
    bool const made = context != nullptr &&
                      SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_cipher_list(context.get(), kSuites) == 1 &&
                      // This one returns 0 when all is well.
                      SSL_CTX_set_alpn_protos(context.get(), kHttp11.data(), kHttp11.size()) == 0;
    if (!made) throw std::runtime_error{"TLS: OpenSSL cannot make a client context"};
    if (!trust(context.get(), caFile))
        throw std::runtime_error{
            caFile +
            ": no certificates can be read. Fix: name a readable PEM file of CA certificates."};
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

bool expectHost(ssl_st* session, Origin const& origin)
{
    auto const* host = origin.host.c_str();
    if (origin.isLiteral())
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1;
    SSL_set_hostflags(session,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return SSL_set1_host(session, host) == 1 && SSL_set_tlsext_host_name(session, host) == 1;
}

std::string certificateFault(ssl_st const* session)
{
    auto const verdict = SSL_get_verify_result(session);
    return verdict == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verdict);
}

} // namespace tcds::client
