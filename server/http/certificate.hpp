#pragma once

#include <string>
#include <vector>

struct x509_st;

namespace tcds::http {

/// The subject alternative names of a certificate as text, in their order: DNS names in lower case,
/// URIs, e-mail and IP addresses as written. Left out are other kinds, and names with characters
/// outside printable ASCII, which could be read in two ways.
/// Source: RFC 5280 section 4.2.1.6
[[nodiscard]] std::vector<std::string> alternativeNames(x509_st const& certificate);

enum class Validity { NotYet, Valid, Expired };
/// By the clock of the system, as the handshake does.
[[nodiscard]] Validity validityOf(x509_st const& certificate);

/// "2027-01-31T08:00:00Z"
[[nodiscard]] std::string endOf(x509_st const& certificate);

} // namespace tcds::http
