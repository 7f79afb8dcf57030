#include "server/doctor/entry.hpp"

#include "server/cds/services.hpp"

#include <algorithm>

namespace tcds::doctor {

namespace {

constexpr std::string_view kServices = "/cds-services";

bool isOneOf(std::vector<std::string> const& list, std::string const& text)
{
    return std::ranges::find(list, text) != list.end();
}

/// What a token for a service is made out to; its feedback has another URL.
std::string endpointOf(std::string const& publicUrl, cds::Service const& service)
{
    return publicUrl + std::string{kServices} + "/" + std::string{service.id};
}

bool isEndpoint(std::string const& publicUrl, std::string const& audience)
{
    if (audience == publicUrl + std::string{kServices}) return true;
    return std::ranges::any_of(cds::services(), [&](cds::Service const& service) {
        auto const endpoint = endpointOf(publicUrl, service);
        return audience == endpoint || audience == endpoint + "/feedback";
    });
}

/// Without a list the audience is the URL of the endpoint, made of public_url.
void judgePublicUrl(config::Config const& config, config::ClientEntry const& entry,
                    Findings& findings)
{
    auto const& url = config.publicUrl;
    if (url.empty())
        return findings.problem(
            keyOf(entry, "audiences"), "no token can be meant for this service",
            "set public_url to the base URL that the EHR calls, or list the `aud` of its tokens in "
            "clients.audiences");
    if (auto const at = url.find(kServices); at != std::string::npos)
        return findings.problem("public_url",
                                url + " holds the path of the services, so the audience is " +
                                    endpointOf(url, cds::services().front()) +
                                    ", which no token has",
                                "write the base URL alone: " + url.substr(0, at));
    findings.ok(keyOf(entry, "audiences"), "tokens have to be for the called endpoint, such as " +
                                               endpointOf(url, cds::services().front()));
}

void judgeAudience(config::Config const& config, config::ClientEntry const& entry,
                   std::string const& audience, Findings& findings)
{
    auto const where = keyOf(entry, "audiences");
    auto const about = "\"" + shown(audience) + "\"";
    auto const& url = config.publicUrl;
    if (isOneOf(entry.fhirServers, audience) || isOneOf(entry.issuers, audience))
        return findings.problem(where, about + " is the client itself, not whom it calls",
                                "list the `aud` of its tokens: the URL of the called service, "
                                "unless it is agreed otherwise");
    auto const isOurs = !url.empty() && audience.starts_with(url);
    if (isOurs && !isEndpoint(url, audience))
        return findings.note(where, about + " is no endpoint of this service, byte by byte",
                             "compare it with the `aud` of a token; endpoints are like " +
                                 endpointOf(url, cds::services().front()));
    findings.ok(where, "takes tokens for " + about);
}

/// A list replaces the URLs of the endpoints: one that names some of them refuses the others.
void judgeCoverage(config::Config const& config, config::ClientEntry const& entry,
                   Findings& findings)
{
    auto const& url = config.publicUrl;
    auto const onlyEndpoints = std::ranges::all_of(
        entry.audiences, [&](std::string const& audience) { return isEndpoint(url, audience); });
    if (url.empty() || !onlyEndpoints) return;
    std::string refused;
    for (auto const& service : cds::services()) {
        if (isOneOf(entry.audiences, endpointOf(url, service))) continue;
        refused += (refused.empty() ? "" : ", ") + std::string{service.id};
    }
    if (!refused.empty())
        findings.note(keyOf(entry, "audiences"),
                      "tokens for these services are refused: " + refused,
                      "leave audiences out, which takes every endpoint, or list their URLs too");
}

void judgeTokens(config::Config const& config, config::ClientEntry const& entry, Findings& findings)
{
    if (entry.auth == config::Auth::None)
        return findings.note(keyOf(entry, "auth"), "calls are taken without a token",
                             "nothing for a test; production needs auth: jwt");
    if (entry.auth == config::Auth::Mtls)
        return findings.ok(keyOf(entry, "auth"),
                           "calls are taken by the client's certificate, without a token");
    if (entry.audiences.empty()) return judgePublicUrl(config, entry, findings);
    for (auto const& audience : entry.audiences) judgeAudience(config, entry, audience, findings);
    judgeCoverage(config, entry, findings);
}

void judgeAliases(config::ClientEntry const& entry, Findings& findings)
{
    for (auto const& [theirs, ours] : entry.aliases) {
        auto const where = keyOf(entry, "aliases");
        auto const extra = std::ranges::find(config::kExtraPrefetchNames, ours) !=
                           config::kExtraPrefetchNames.end();
        if (extra && !isOneOf(entry.extraPrefetch, ours))
            findings.note(where, shown(theirs) + " stands for " + ours + ", which is not asked for",
                          "add " + ours +
                              " to clients.extra_prefetch, so that it is fetched where "
                              "the EHR does not send it");
        else
            findings.ok(where, shown(theirs) + " is read as " + ours);
    }
}

} // namespace

std::string keyOf(config::ClientEntry const& entry, std::string_view member)
{
    if (!entry.name.empty()) return "clients." + entry.name + "." + std::string{member};
    return member == "fhir_servers" ? "fhir.servers" : std::string{member};
}

void judgeEntry(config::Config const& config, config::ClientEntry const& entry, Findings& findings)
{
    judgeTokens(config, entry, findings);
    judgeAliases(entry, findings);
    if (entry.mode == config::ClientMode::Silent)
        findings.note(keyOf(entry, "mode"),
                      "silent: calls are evaluated and recorded, and no card "
                      "leaves the service",
                      "set mode: active when clinicians are to see cards");
    if (entry.fhirServers.empty())
        findings.note(keyOf(entry, "fhir_servers"),
                      "none is listed: what the EHR does not send is never fetched",
                      "list the base URL that the EHR sends as fhirServer");
}

config::ClientEntry entryOfEverybody(config::Config const& config)
{
    config::ClientEntry entry;
    entry.auth = config::Auth::None;
    entry.fhirServers = config.fhirServers;
    entry.fhirAnonymous = config.fhirAnonymous;
    entry.deadline = config.callDeadline;
    return entry;
}

} // namespace tcds::doctor
