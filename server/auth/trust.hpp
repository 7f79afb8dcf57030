#pragma once

#include "fhir/base/result.hpp"
#include "server/auth/algorithm.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::auth {

class KeySet;

/// Best practice for these tokens is a life of at most an hour (JWT-06, CTL-04).
inline constexpr std::chrono::seconds kLongestLife{3600};

/// What is trusted of one client: who may issue its tokens, with which keys, for whom.
struct TrustEntry {
    std::string client; // name, in settings, records and metrics
    std::string tenant; // whose log and keys its calls use (CTL-15); never from a token
    std::vector<std::string> issuers; // accepted `iss`, compared byte by byte
    std::string tenantClaim;       // "": any `tenant` claim or none; else exactly this one (TOL-04)
    std::string jwks;              // pinned key set, JSON text (JWT-10); "": none
    std::string jwksFrom;          // where `jwks` was read, for messages
    std::vector<std::string> jkus; // accepted `jku`, compared byte by byte (JWT-08, CTL-02)
    std::vector<Algorithm> algorithms{Algorithm::Es384, Algorithm::Rs384};
    std::vector<std::string> audiences; // accepted `aud`; empty: the URL of the called endpoint
    std::chrono::seconds lifeCap = kLongestLife; // longest `exp` - `iat`
    std::chrono::seconds retryWindow{0};         // 0: a token counts once (TOL-16)
};

/// How strict the list is: production refuses what anybody can sign for (CTL-19) and key sets that
/// travel in the clear (JWT-08).
enum class TrustMode : std::uint8_t { Production, Sandbox };

/// Whether the URL lies on a host whose private keys are published: the public CDS Hooks sandbox.
/// Spelling does not matter: scheme, case, user part, port, path and a trailing dot are set aside.
bool isPublicTestIssuer(std::string_view url);

/// Whether the set holds the key of that sandbox, told by its kid.
bool holdsPublicTestKey(KeySet const& keys);

/// The trust entries of a service, checked once, never changed.
class TrustList
{
public:
    /// @error Config that lists every fault at once, each with `clients.NAME.KEY`: no or the same
    ///        name, no issuer, neither keys nor `jku`, no algorithm, a life cap or retry window out
    ///        of range, two entries for the same issuer and tenant claim, and in production a
    ///        public test issuer, its `jku` or key, or a `jku` without https.
    static Result<TrustList> make(std::vector<TrustEntry> entries, TrustMode mode);

    /// The entry for a token of that issuer and `tenant` claim ("" without one): an entry that
    /// names the tenant goes before one that takes any. nullptr: nobody's. Valid while the list is.
    [[nodiscard]] TrustEntry const* find(std::string_view issuer,
                                         std::string_view tenantClaim) const;

    [[nodiscard]] std::vector<TrustEntry> const& entries() const { return entries_; }

private:
    explicit TrustList(std::vector<TrustEntry> entries) : entries_{std::move(entries)} {}

    std::vector<TrustEntry> entries_;
};

} // namespace tcds::auth
