#include "fhir/client/certificate.hpp"

#include "fhir/client/ip_address.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>

namespace tcds::client {
namespace {

struct Free {
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(GENERAL_NAMES* it) const { GENERAL_NAMES_free(it); }
};

std::string textOf(X509_NAME const* name)
{
    std::unique_ptr<BIO, Free> const out{BIO_new(BIO_s_mem())};
    if (name == nullptr || out == nullptr) return {};
    // Escapes controls, so that a name cannot write to a terminal.
    (void)X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string{text, static_cast<std::size_t>(size)} : std::string{};
}

std::chrono::sys_seconds instantOf(ASN1_TIME const* time)
{
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
}

std::string_view bytesOf(ASN1_STRING const* text)
{
    return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string addressOf(ASN1_OCTET_STRING const* octets)
{
    auto const bytes = bytesOf(octets);
    if (bytes.size() != 4 && bytes.size() != 16) return {};
    IpAddress address;
    address.v6 = bytes.size() == 16;
    std::ranges::transform(bytes, address.bytes.begin(),
                           [](char byte) { return static_cast<std::uint8_t>(byte); });
    return toText(address);
}

std::vector<std::string> namesOf(X509 const* certificate)
{
    std::unique_ptr<GENERAL_NAMES, Free> const list{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::vector<std::string> names;
    for (int i = 0; list != nullptr && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        auto const* const name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS) names.emplace_back(bytesOf(name->d.dNSName));
        if (name->type == GEN_IPADD) names.push_back(addressOf(name->d.iPAddress));
    }
    return names;
}

} // namespace

Certificate readCertificate(x509_st const& certificate)
{
    return {textOf(X509_get_subject_name(&certificate)), textOf(X509_get_issuer_name(&certificate)),
            namesOf(&certificate), instantOf(X509_get0_notBefore(&certificate)),
            instantOf(X509_get0_notAfter(&certificate))};
}

Result<std::vector<Certificate>> readCertificateFile(std::string const& path)
{
    std::vector<Certificate> certificates;
    std::unique_ptr<BIO, Free> const file{BIO_new_file(path.c_str(), "r")};
    while (file != nullptr) {
        std::unique_ptr<X509, Free> const read{
            PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)};
        if (read == nullptr) break;
        certificates.push_back(readCertificate(*read));
    }
    ERR_clear_error(); // the end of the file is one
    if (certificates.empty())
        return Error{Error::Kind::Config, path, "no certificate can be read",
                     "name a readable PEM file with certificates"};
    return certificates;
}

CertificateFault certificateFault(int code)
{
    using Kind = CertificateFault::Kind;
    std::string words = X509_verify_cert_error_string(code);
    switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return {Kind::UnknownAuthority, std::move(words)};
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return {Kind::Expired, std::move(words)};
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return {Kind::NotYetValid, std::move(words)};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return {Kind::OtherName, std::move(words)};
    default:
        return {Kind::Other, std::move(words)};
    }
}

} // namespace tcds::client
