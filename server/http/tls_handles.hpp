#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace tcds::http {

// Owners of what OpenSSL hands out.

struct OpenSslDelete {
    void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
    void operator()(SSL* it) const { SSL_free(it); }
    void operator()(BIO* it) const { BIO_free_all(it); }
    void operator()(BIO_METHOD* it) const { BIO_meth_free(it); }
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(X509_CRL* it) const { X509_CRL_free(it); }
    void operator()(GENERAL_NAMES* it) const { GENERAL_NAMES_free(it); }
};
template <class T>
using Owned = std::unique_ptr<T, OpenSslDelete>;

/// Why the last call of OpenSSL failed on this thread, in its words; empties its list of errors.
std::string takeOpenSslError();

} // namespace tcds::http
