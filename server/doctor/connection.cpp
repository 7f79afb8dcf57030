#include "server/doctor/connection.hpp"

#include "fhir/base/datetime.hpp"
#include "server/auth/claims.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <time.h>

namespace tcds::doctor {

namespace {

using client::CertificateFault;
using client::Probe;
using client::Reached;

constexpr std::chrono::days kRenewalTime{30};
constexpr auto kClockNote = auth::kSkew / 2;
constexpr auto kAlgorithms = "TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20";

std::string hostOf(client::Url const& url) { return url.origin.host; }

std::string daysText(std::chrono::seconds time)
{
    auto const days = std::chrono::floor<std::chrono::days>(time).count();
    return std::to_string(days) + (days == 1 ? " day" : " days");
}

std::string listed(std::vector<std::string> const& names)
{
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "no name at all" : shown(text);
}

void judgeFault(std::string_view where, client::Url const& url, Probe const& found,
                CertificateFault const& fault, Instant now, Findings& findings)
{
    auto const own = found.chain.empty() ? client::Certificate{} : found.chain.front();
    switch (fault.kind) {
    case CertificateFault::Kind::UnknownAuthority:
        return findings.problem(
            where,
            "its certificate comes from an authority that is not trusted here, " +
                shown(found.chain.empty() ? own.issuer : found.chain.back().issuer) + " (" +
                fault.words + ")",
            "add the PEM of that authority to the file that fhir.ca_file names; if it is a public "
            "one, let the server send its intermediate certificates too");
    case CertificateFault::Kind::Expired:
        if (own.until < now)
            return findings.problem(
                where, "its certificate expired on " + toDay(own.until),
                "let the server's operator renew it; nothing is read until then");
        return findings.problem(where, "a certificate of its chain has expired",
                                "let the server's operator renew the intermediate certificate, or "
                                "renew the one in fhir.ca_file");
    case CertificateFault::Kind::NotYetValid:
        return findings.problem(where, "its certificate is not valid before " + toDay(own.from),
                                "check the clock of this machine, then the certificate");
    case CertificateFault::Kind::OtherName:
        return findings.problem(
            where, "its certificate is not for " + hostOf(url) + " but for " + listed(own.names),
            "write the URL with a name of the certificate, or let the operator add " + hostOf(url) +
                " to its alternative names");
    case CertificateFault::Kind::Other:
        return findings.problem(where, "its certificate is refused: " + fault.words,
                                "show this to the server's operator");
    }
}

std::string firstAddress(Probe const& found)
{
    return found.addresses.empty() ? std::string{} : client::toText(found.addresses.front());
}

/// @return whether the way to the HTTP answer is free
bool judgeStep(std::string_view where, client::Url const& url, Probe const& found,
               Findings& findings)
{
    switch (found.reached) {
    case Reached::Nothing:
        findings.problem(where, found.why, "write https://, or use mode sandbox for a test server");
        return false;
    case Reached::Name:
        findings.problem(where, "the name " + hostOf(url) + " has no address",
                         "check its spelling; if it is right, ask for its entry in the DNS that "
                         "this machine uses, or list it in /etc/hosts");
        return false;
    case Reached::Policy:
        findings.problem(where, "its address is not public and not listed: " + found.why,
                         client::readNetwork(firstAddress(found))
                             ? "if that is the server, add its network, or " + firstAddress(found) +
                                   " alone, to fhir.networks"
                             : "no setting opens this address; write the FHIR server's own name");
        return false;
    case Reached::Address:
        findings.problem(where,
                         "no connection to " + firstAddress(found) + " port " +
                             std::to_string(url.origin.port) + ": " + found.why,
                         "check host and port, that the server runs, and that a firewall lets this "
                         "machine through");
        return false;
    case Reached::Handshake:
        findings.problem(where, "TLS cannot be agreed on: " + found.why,
                         std::string{"check that this port speaks TLS; the server has to offer "} +
                             kAlgorithms);
        return false;
    case Reached::Trust:
        return false;
    case Reached::Question:
        findings.problem(where, "connected, but " + found.why,
                         "check that an HTTP server listens on this port, and what stands between");
        return false;
    case Reached::Answer:
        return true;
    }
    return false;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers may send.
std::optional<std::chrono::sys_seconds> readHttpDate(std::string const& date)
{
    std::tm parts{};
    auto const* const rest = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

} // namespace

void judgeDates(std::string_view where, client::Certificate const& certificate,
                std::string_view renewer, Instant now, Findings& findings)
{
    auto const left = std::chrono::floor<std::chrono::seconds>(certificate.until - now);
    auto const until = toDay(certificate.until);
    if (left.count() < 0)
        return findings.problem(where, "the certificate expired on " + until,
                                "let " + std::string{renewer} + " renew it now");
    if (certificate.from > now)
        return findings.problem(where,
                                "the certificate is not valid before " + toDay(certificate.from),
                                "check the clock of this machine, then the certificate");
    auto const text = "the certificate is for " + listed(certificate.names) + ", from " +
                      shown(certificate.issuer) + ", and expires in " + daysText(left) + " (" +
                      until + ")";
    if (left < kRenewalTime)
        return findings.note(where, text, "let " + std::string{renewer} + " renew it before that");
    findings.ok(where, text);
}

bool judgeConnection(std::string_view where, client::Url const& url, client::Probe const& found,
                     Instant now, Findings& findings)
{
    for (auto const& fault : found.faults) judgeFault(where, url, found, fault, now, findings);
    if (!judgeStep(where, url, found, findings)) return false;
    findings.ok(where, "reached at " + client::toText(*found.address) +
                           (found.tlsVersion.empty() ? ", without TLS" : ", " + found.tlsVersion) +
                           ", answered in " + std::to_string(found.took.count()) + " ms");
    if (!found.chain.empty())
        judgeDates(where, found.chain.front(), "the server's operator", now, findings);
    return true;
}

void judgeClock(std::string_view where, std::string_view date, Instant now, Findings& findings)
{
    auto const theirs = readHttpDate(std::string{date});
    if (!theirs)
        return findings.note(where, "its clock is not known: the answer has no Date that is one",
                             "compare the clocks by hand");
    // A Date has whole seconds, so ours are cut too.
    auto const apart = *theirs - std::chrono::floor<std::chrono::seconds>(now);
    auto const off = std::chrono::abs(apart);
    auto const text = "its clock is " +
                      (off.count() == 0 ? std::string{"the same as"}
                                        : std::to_string(off.count()) + " s " +
                                              (apart.count() < 0 ? "behind" : "ahead of")) +
                      " this machine's";
    std::string const fix = "set both by NTP; a token whose times are off by more than " +
                            std::to_string(auth::kSkew.count()) + " s is refused";
    if (off > auth::kSkew) return findings.problem(where, text, fix);
    if (off > kClockNote) return findings.note(where, text, fix);
    findings.ok(where, text);
}

bool isWebPage(client::Reply const& reply)
{
    auto const first = reply.body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return reply.contentType.starts_with("text/html") ||
           (first != std::string::npos && reply.body[first] == '<' &&
            reply.contentType.find("xml") == std::string::npos);
}

} // namespace tcds::doctor
