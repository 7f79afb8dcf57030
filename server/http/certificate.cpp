#include "server/http/certificate.hpp"

#include "server/http/tls_handles.hpp"

#include <openssl/err.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace tcds::http {
namespace {

constexpr int kIpv4 = 4;
constexpr int kIpv6 = 16;

std::string_view textOf(ASN1_STRING const& string)
{
    auto const* bytes = ASN1_STRING_get0_data(&string);
    return {reinterpret_cast<char const*>(bytes),
            static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

/// A NUL would end the name for some readers and not for others.
bool isPlain(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

std::string ipText(ASN1_OCTET_STRING const& address)
{
    auto const size = ASN1_STRING_length(&address);
    if (size != kIpv4 && size != kIpv6) return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    (void)::inet_ntop(size == kIpv4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&address),
                      text.data(), text.size());
    return text.data();
}

std::string inLowerCase(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string textOf(GENERAL_NAME const& name)
{
    switch (name.type) {
    case GEN_DNS:
        return inLowerCase(textOf(*name.d.dNSName));
    case GEN_URI:
        return std::string{textOf(*name.d.uniformResourceIdentifier)};
    case GEN_EMAIL:
        return std::string{textOf(*name.d.rfc822Name)};
    case GEN_IPADD:
        return ipText(*name.d.iPAddress);
    default:
        return {};
    }
}

} // namespace

std::string takeOpenSslError()
{
    auto const* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason == nullptr ? "unknown reason" : reason;
}

std::vector<std::string> alternativeNames(x509_st const& certificate)
{
    Owned<GENERAL_NAMES> const names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::vector<std::string> found;
    if (!names) return found;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        auto text = textOf(*sk_GENERAL_NAME_value(names.get(), i));
        if (isPlain(text)) found.push_back(std::move(text));
    }
    return found;
}

Validity validityOf(x509_st const& certificate)
{
    if (X509_cmp_current_time(X509_get0_notBefore(&certificate)) > 0) return Validity::NotYet;
    return X509_cmp_current_time(X509_get0_notAfter(&certificate)) > 0 ? Validity::Valid
                                                                       : Validity::Expired;
}

std::string endOf(x509_st const& certificate)
{
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1) return "?";
    std::array<char, 32> text{};
    auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &end);
    return {text.data(), size};
}

} // namespace tcds::http
