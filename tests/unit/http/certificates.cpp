#include "certificates.hpp"

#include "server/http/tls_handles.hpp"

#include <openssl/pem.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tcds::http::test {
namespace {

constexpr long kDay = 86'400;

template <class T>
T* made(T* it)
{
    if (it == nullptr) throw std::runtime_error{takeOpenSslError()};
    return it;
}

template <class Write>
std::string pem(Write&& write)
{
    Owned<BIO> const text{made(BIO_new(BIO_s_mem()))};
    if (write(text.get()) != 1) throw std::runtime_error{takeOpenSslError()};
    char* data = nullptr;
    auto const size = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pemOf(X509* it)
{
    return pem([it](BIO* to) { return PEM_write_bio_X509(to, it); });
}
std::string pemOf(EVP_PKEY* it)
{
    return pem([it](BIO* to) {
        return PEM_write_bio_PrivateKey(to, it, nullptr, nullptr, 0, nullptr, nullptr);
    });
}

Owned<BIO> reading(std::string const& text)
{
    return Owned<BIO>{made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())))};
}
Owned<X509> certificateOf(Issued const& issued)
{
    return Owned<X509>{
        made(PEM_read_bio_X509(reading(issued.certificate).get(), nullptr, nullptr, nullptr))};
}
Owned<EVP_PKEY> keyOf(Issued const& issued)
{
    return Owned<EVP_PKEY>{
        made(PEM_read_bio_PrivateKey(reading(issued.key).get(), nullptr, nullptr, nullptr))};
}

void extend(X509* certificate, int id, std::string const& value)
{
    auto* extension = made(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Owned<X509> blank(Wanted const& wanted, std::string_view name, EVP_PKEY* key)
{
    Owned<X509> certificate{made(X509_new())};
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), wanted.serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wanted.from * kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wanted.until * kDay);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(name.data()),
                               static_cast<int>(name.size()), -1, 0);
    return certificate;
}

} // namespace

Authority::Authority(std::string_view name)
{
    Owned<EVP_PKEY> const key{made(EVP_EC_gen("P-256"))};
    auto const certificate = blank({.serial = 1}, name, key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    own_ = {pemOf(certificate.get()), pemOf(key.get())};
}

Issued Authority::issue(Wanted const& wanted) const
{
    Owned<EVP_PKEY> const key{made(EVP_EC_gen("P-256"))};
    auto const certificate = blank(wanted, "leaf", key.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificateOf(own_).get()));
    std::string names;
    for (auto const& name : wanted.names) names += (names.empty() ? "" : ",") + name;
    if (!names.empty()) extend(certificate.get(), NID_subject_alt_name, names);
    X509_sign(certificate.get(), keyOf(own_).get(), EVP_sha256());
    return {pemOf(certificate.get()), pemOf(key.get())};
}

std::string Authority::revoke(std::vector<long> const& serials, int nextUpdate) const
{
    Owned<X509_CRL> const list{made(X509_CRL_new())};
    X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificateOf(own_).get()));
    auto* time = made(X509_gmtime_adj(nullptr, -2 * kDay));
    X509_CRL_set1_lastUpdate(list.get(), time);
    X509_gmtime_adj(time, nextUpdate * kDay);
    X509_CRL_set1_nextUpdate(list.get(), time);
    X509_gmtime_adj(time, -kDay);
    for (auto const serial : serials) {
        auto* number = made(ASN1_INTEGER_new());
        ASN1_INTEGER_set(number, serial);
        auto* entry = made(X509_REVOKED_new());
        X509_REVOKED_set_serialNumber(entry, number);
        X509_REVOKED_set_revocationDate(entry, time);
        X509_CRL_add0_revoked(list.get(), entry);
        ASN1_INTEGER_free(number);
    }
    ASN1_TIME_free(time);
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), keyOf(own_).get(), EVP_sha256());
    return pem([&](BIO* to) { return PEM_write_bio_X509_CRL(to, list.get()); });
}

std::string withPassword(std::string const& key)
{
    auto const open = keyOf({.certificate = "", .key = key});
    return pem([&](BIO* to) {
        return PEM_write_bio_PKCS8PrivateKey(to, open.get(), EVP_aes_128_cbc(), "x", 1, nullptr,
                                             nullptr);
    });
}

std::string Folder::put(std::string_view name, std::string_view text, unsigned mode) const
{
    auto file = path(name);
    std::ofstream{file} << text;
    ::chmod(file.c_str(), mode);
    return file;
}

} // namespace tcds::http::test
