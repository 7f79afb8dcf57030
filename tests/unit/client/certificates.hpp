#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_st;

namespace tcds::client::test {

struct FreeKey {
    void operator()(evp_pkey_st* key) const;
};
struct FreeCertificate {
    void operator()(x509_st* certificate) const;
};

/// A key and its certificate.
struct Identity {
    std::unique_ptr<evp_pkey_st, FreeKey> key;
    std::unique_ptr<x509_st, FreeCertificate> certificate;

    /// For the caller to free.
    [[nodiscard]] ssl_ctx_st* serverContext() const;
};

struct Life {
    long from = -3600; // seconds from now
    long until = 3600;
};

/// An authority made for one test run, with P-256 keys.
class Authority
{
public:
    Authority();

    /// @param subjectAltName  "DNS:fhir.example.org", "IP:127.0.0.1"
    [[nodiscard]] Identity issue(std::string const& subjectAltName, Life life = {}) const;
    /// A PEM file with the authority's certificate, in the directory for tests.
    [[nodiscard]] std::string file() const;

private:
    Identity own_;
};

} // namespace tcds::client::test
