#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/client/certificate.hpp"
#include "fhir/client/probe.hpp"
#include "server/doctor/finding.hpp"

#include <string_view>

namespace tcds::doctor {

/// Says how the way to a server is: name, address, connection, TLS, certificate with its dates.
///
/// @return whether an HTTP answer came
bool judgeConnection(std::string_view where, client::Url const& url, client::Probe const& found,
                     Instant now, Findings& findings);

/// Whether the life of a certificate is over, about to end, or fine.
/// @param renewer  who has to renew it: "the FHIR server's operator"
void judgeDates(std::string_view where, client::Certificate const& certificate,
                std::string_view renewer, Instant now, Findings& findings);

/// Compares the clocks of server and service (JWT-06: tokens are dated by the client's clock).
///
/// @param date  the Date field of an answer (RFC 9110, 5.6.7); one that cannot be read is noted
void judgeClock(std::string_view where, std::string_view date, Instant now, Findings& findings);

/// Whether the body of an answer is a web page rather than JSON.
bool isWebPage(client::Reply const& reply);

} // namespace tcds::doctor
