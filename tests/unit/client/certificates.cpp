#include "certificates.hpp"

#include <gtest/gtest.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <unistd.h>

namespace tcds::client::test {
namespace {

void need(bool fine)
{
    if (!fine) throw std::runtime_error{"OpenSSL refuses to make a certificate"};
}

void extend(X509* certificate, X509* issuer, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    need(extension != nullptr);
    need(X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void name(X509_NAME* subject, std::string const& text)
{
    need(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                    reinterpret_cast<unsigned char const*>(text.c_str()), -1, -1,
                                    0) == 1);
}

/// Everything but the extensions and the signature.
Identity begin(std::string const& commonName, Life life)
{
    static std::atomic<long> serial{1};
    Identity made;
    made.key.reset(EVP_EC_gen("P-256"));
    made.certificate.reset(X509_new());
    need(made.key != nullptr && made.certificate != nullptr);
    auto* const certificate = made.certificate.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), life.from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), life.until);
    name(X509_get_subject_name(certificate), commonName);
    need(X509_set_pubkey(certificate, made.key.get()) == 1);
    return made;
}

/// Each with a name of its own, so that a stranger is unknown and not a forger.
std::string authorityName()
{
    static std::atomic<int> number{0};
    return "Authority of a test " + std::to_string(++number);
}

} // namespace

void FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void FreeCertificate::operator()(x509_st* certificate) const { X509_free(certificate); }

ssl_ctx_st* Identity::serverContext() const
{
    auto* const context = SSL_CTX_new(TLS_server_method());
    need(SSL_CTX_use_certificate(context, certificate.get()) == 1);
    need(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
    return context;
}

Authority::Authority() : own_{begin(authorityName(), {})}
{
    auto* const certificate = own_.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    extend(certificate, certificate, NID_subject_key_identifier, "hash");
    need(X509_sign(certificate, own_.key.get(), EVP_sha256()) > 0);
}

Identity Authority::issue(std::string const& subjectAltName, Life life) const
{
    auto made = begin("server of a test", life);
    auto* const certificate = made.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(own_.certificate.get()));
    extend(certificate, own_.certificate.get(), NID_subject_alt_name, subjectAltName);
    extend(certificate, own_.certificate.get(), NID_ext_key_usage, "serverAuth");
    need(X509_sign(certificate, own_.key.get(), EVP_sha256()) > 0);
    return made;
}

std::string Authority::file() const
{
    static std::atomic<int> number{0};
    auto path = testing::TempDir() + "tcds_client_" + std::to_string(::getpid()) + "_" +
                std::to_string(++number) + ".pem";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const out{std::fopen(path.c_str(), "w"),
                                                              &std::fclose};
    need(out != nullptr && PEM_write_X509(out.get(), own_.certificate.get()) == 1);
    return path;
}

} // namespace tcds::client::test
