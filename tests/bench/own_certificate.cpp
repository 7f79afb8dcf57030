#include "tests/bench/own_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace tcds::bench {

namespace {

constexpr long kDay = 86'400;

struct Delete {
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(std::FILE* it) const { std::fclose(it); }
};

void need(bool good)
{
    if (!good) throw std::runtime_error{"the certificate of the benchmark cannot be made"};
}

std::unique_ptr<std::FILE, Delete> writing(std::string const& path)
{
    std::unique_ptr<std::FILE, Delete> file{std::fopen(path.c_str(), "w")};
    need(file != nullptr && ::chmod(path.c_str(), 0600) == 0);
    return file;
}

} // namespace

void writeOwnCertificate(std::string const& certificateFile, std::string const& keyFile)
{
    std::unique_ptr<EVP_PKEY, Delete> const key{EVP_EC_gen("P-256")};
    std::unique_ptr<X509, Delete> const certificate{X509_new()};
    need(key != nullptr && certificate != nullptr);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay);
    auto* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_set_pubkey(certificate.get(), key.get());
    need(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    need(PEM_write_X509(writing(certificateFile).get(), certificate.get()) == 1);
    need(PEM_write_PrivateKey(writing(keyFile).get(), key.get(), nullptr, nullptr, 0, nullptr,
                              nullptr) == 1);
}

} // namespace tcds::bench
