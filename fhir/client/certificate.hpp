#pragma once

#include "fhir/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

struct x509_st;

namespace tcds::client {

/// A certificate, as far as people compare it.
struct Certificate {
    std::string subject, issuer;      // "CN = fhir.example.org, O = Example", "" when empty
    std::vector<std::string> names;   // DNS names and addresses that it is good for, in order
    std::chrono::sys_seconds from{};  // first and last second of its life
    std::chrono::sys_seconds until{}; // the epoch when it cannot be read
};

Certificate readCertificate(x509_st const& certificate);

/// The certificates of a PEM file, in its order; other blocks of the file are passed over.
/// @error Config: the file cannot be read, or holds none. `where` = the path
Result<std::vector<Certificate>> readCertificateFile(std::string const& path);

/// What is wrong with the certificate of a server.
struct CertificateFault {
    enum class Kind : std::uint8_t {
        UnknownAuthority, // no chain to a trusted authority
        Expired,
        NotYetValid,
        OtherName, // it is not for this host
        Other
    };
    Kind kind = Kind::Other;
    std::string words; // OpenSSL's
};

/// @param code  as X509_STORE_CTX_get_error gives it
CertificateFault certificateFault(int code);

} // namespace tcds::client
