#include "server/auth/trust.hpp"

#include "fhir/base/problems.hpp"
#include "server/auth/key_set.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace tcds::auth {

namespace {

using namespace std::chrono_literals;

// The reference EHR sandbox; its private key lies in its public repository (cds-hooks/sandbox).
constexpr std::array<std::string_view, 1> kPublicTestHosts{"sandbox.cds-hooks.org"};
constexpr std::string_view kPublicTestKid = "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f";

bool contains(std::vector<std::string> const& all, std::string_view one)
{
    return std::ranges::find(all, one) != all.end();
}

/// Host of a URL in lower case, without user part, port and trailing dots.
std::string hostOf(std::string_view url)
{
    if (auto const scheme = url.find("://"); scheme != std::string_view::npos)
        url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#\\"));
    if (auto const user = url.rfind('@'); user != std::string_view::npos)
        url.remove_prefix(user + 1);
    url = url.substr(0, url.find(':'));
    while (!url.empty() && url.back() == '.') url.remove_suffix(1);
    std::string host{url};
    for (auto& letter : host)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return host;
}

/// Collects the faults of one entry, each with its key.
class EntryCheck
{
public:
    EntryCheck(Problems& problems, TrustEntry const& entry)
        : problems_{problems}, entry_{entry}, where_{"clients." + (entry.client.empty()
                                                                       ? std::string{"?"}
                                                                       : entry.client)}
    {
    }

    void run(TrustMode mode)
    {
        needed();
        ranges();
        if (mode == TrustMode::Production) production();
    }

    void fault(std::string_view key, std::string what, std::string fix)
    {
        problems_.error("", where_ + "." + std::string{key}, std::move(what), std::move(fix));
    }

private:
    void needed()
    {
        if (entry_.client.empty())
            fault("name", "a client without a name", "give each client a name of its own");
        if (entry_.issuers.empty() || contains(entry_.issuers, ""))
            fault("issuers", "no issuer, or an empty one",
                  "list the iss of the client's tokens, exactly as they carry it");
        if (entry_.jwks.empty() && entry_.jkus.empty())
            fault("jku", "neither a pinned key set nor a jku",
                  "name the file of the client's key set (jwks_file) or its URL (jku)");
        if (entry_.algorithms.empty())
            fault("algorithms", "no algorithm", "list ES384 or RS384, or leave the key out");
        if (contains(entry_.audiences, ""))
            fault("audiences", "an empty audience",
                  "list the aud of the client's tokens, or leave the key out");
    }

    void ranges()
    {
        if (entry_.lifeCap <= 0s || entry_.lifeCap > kLongestLife)
            fault("life_cap", "out of range", "between 1 s and 60 min");
        if (entry_.retryWindow < 0s || entry_.retryWindow > kLongestLife)
            fault("jwt_retry_window", "out of range", "between 0 s and 60 min");
    }

    void production()
    {
        for (auto const& issuer : entry_.issuers)
            if (isPublicTestIssuer(issuer)) refuseTestIssuer("issuers");
        for (auto const& jku : entry_.jkus) {
            if (isPublicTestIssuer(jku)) refuseTestIssuer("jku");
            if (!jku.starts_with("https://"))
                fault("jku", "keys that travel without TLS can be exchanged on the way",
                      "name an https URL, or pin the key set in a file (jwks_file)");
        }
        if (entry_.jwks.empty()) return;
        auto const keys = KeySet::parse(entry_.jwks, entry_.jwksFrom);
        if (keys && holdsPublicTestKey(*keys)) refuseTestIssuer("jwks_file");
    }

    void refuseTestIssuer(std::string_view key)
    {
        fault(key,
              "the public CDS Hooks sandbox: its private key is published, anybody can sign as it",
              "remove it, or run with mode: sandbox");
    }

    Problems& problems_;
    TrustEntry const& entry_;
    std::string where_;
};

void checkUnique(std::vector<TrustEntry> const& entries, Problems& problems)
{
    std::set<std::string_view> names;
    std::set<std::pair<std::string_view, std::string_view>> issuers;
    for (auto const& entry : entries) {
        EntryCheck check{problems, entry};
        if (!names.insert(entry.client).second)
            check.fault("name", "two clients of this name", "give each client a name of its own");
        for (auto const& issuer : entry.issuers)
            if (!issuers.emplace(issuer, entry.tenantClaim).second)
                check.fault("issuers", "an issuer that is listed twice for the same tenant claim",
                            "tell the clients apart by tenant_claim, or list the issuer once");
    }
}

} // namespace

bool isPublicTestIssuer(std::string_view url)
{
    return std::ranges::find(kPublicTestHosts, hostOf(url)) != kPublicTestHosts.end();
}

bool holdsPublicTestKey(KeySet const& keys) { return keys.find(kPublicTestKid) != nullptr; }

Result<TrustList> TrustList::make(std::vector<TrustEntry> entries, TrustMode mode)
{
    Problems problems;
    for (auto const& entry : entries) EntryCheck{problems, entry}.run(mode);
    checkUnique(entries, problems);
    if (problems.hasErrors()) return problems.asError();
    return TrustList{std::move(entries)};
}

TrustEntry const* TrustList::find(std::string_view issuer, std::string_view tenantClaim) const
{
    TrustEntry const* anyTenant = nullptr;
    for (auto const& entry : entries_) {
        if (!contains(entry.issuers, issuer)) continue;
        if (entry.tenantClaim.empty())
            anyTenant = &entry;
        else if (entry.tenantClaim == tenantClaim)
            return &entry;
    }
    return anyTenant;
}

} // namespace tcds::auth
