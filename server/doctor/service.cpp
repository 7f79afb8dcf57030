#include "fhir/base/datetime.hpp"
#include "fhir/client/certificate.hpp"
#include "fhir/client/url.hpp"
#include "server/doctor/connection.hpp"
#include "server/doctor/doctor.hpp"
#include "server/http/tls_context.hpp"

#include <algorithm>

namespace tcds::doctor {

namespace {

void judgeAuthorities(config::Config const& config, Instant now, Findings& findings)
{
    if (config.fhirCaFile.empty()) return;
    auto const where = "fhir.ca_file " + config.fhirCaFile;
    auto const trusted = client::readCertificateFile(config.fhirCaFile);
    if (!trusted)
        return findings.problem(where, trusted.error().what + ", so no server can be read",
                                trusted.error().fix);
    for (auto const& authority : *trusted) {
        if (authority.until < now)
            findings.problem(where,
                             shown(authority.subject) + " expired on " + toDay(authority.until),
                             "put the authority's new certificate into the file");
        else
            findings.ok(where,
                        "trusts " + shown(authority.subject) + " until " + toDay(authority.until));
    }
}

/// As verifiers match it: a wildcard stands for one label (RFC 6125, 6.4.3).
bool covers(std::string_view name, std::string_view host)
{
    auto const same = [](std::string_view a, std::string_view b) {
        auto const lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        };
        return std::ranges::equal(a, b, {}, lower, lower);
    };
    if (!name.starts_with("*.")) return same(name, host);
    auto const dot = host.find('.');
    return dot != std::string_view::npos && same(name.substr(1), host.substr(dot));
}

void judgeName(config::Config const& config, client::Certificate const& own, Findings& findings)
{
    auto const url = client::readUrl(config.publicUrl);
    if (!url) return; // none, or none that has a host
    auto const& host = url->origin.host;
    auto const fits = std::ranges::any_of(
        own.names, [&host](std::string const& name) { return covers(name, host); });
    if (fits || config.behindProxy) return;
    std::string names;
    for (auto const& name : own.names) names += (names.empty() ? "" : ", ") + name;
    findings.problem("tls.certificate_file " + config.tls.certificateFile,
                     "the certificate is not for " + host + ", the host of public_url, but for " +
                         (names.empty() ? "no name at all" : shown(names)),
                     "have one made with this alternative name, or mend public_url");
}

void judgeOwn(config::Config const& config, Instant now, Findings& findings)
{
    auto const& tls = config.tls;
    if (tls.certificateFile.empty()) return;
    http::Tls listener;
    listener.certificateFile = tls.certificateFile;
    listener.keyFile = tls.keyFile;
    listener.clientCaFile = tls.clientCaFile;
    listener.crlFile = tls.crlFile;
    listener.clientNames = tls.clientNames;
    if (auto const loaded = http::TlsContext::load(listener); !loaded)
        return findings.problem("tls " + loaded.error().where, loaded.error().what,
                                loaded.error().fix);
    auto const chain = client::readCertificateFile(tls.certificateFile);
    if (!chain)
        return findings.problem("tls.certificate_file", chain.error().what, chain.error().fix);
    judgeDates("tls.certificate_file " + tls.certificateFile, chain->front(),
               "whoever runs this service", now, findings);
    judgeName(config, chain->front(), findings);
}

} // namespace

Report examineService(config::Config const& config, Clock const& clock)
{
    Findings findings;
    judgeAuthorities(config, clock.now(), findings);
    judgeOwn(config, clock.now(), findings);
    return {"", findings.take()};
}

} // namespace tcds::doctor
