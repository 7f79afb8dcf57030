#pragma once

#include "server/auth/verifier.hpp"
#include "tests/unit/auth/signer.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tcds::auth::test {

inline constexpr std::string_view kEndpoint =
    "https://cds.example.org/cds-services/twitch-patient-view";
inline constexpr std::string_view kIssuer = "https://ehr.example.org";
inline constexpr std::string_view kJku = "https://ehr.example.org/jwks";
inline constexpr long kNowSeconds = 1'769'846'400; // 2026-01-31T08:00:00Z
inline constexpr Instant kNow{std::chrono::seconds{kNowSeconds}};

// Key pairs, made once a run: kids k384, k256, r2048.
SigningKey const& p384();
SigningKey const& p256();
SigningKey const& rsa();

/// {"keys":[...]} of the three.
std::string keySetText();

/// Header and claims of the example in the protocol checklist, section 12.
Members goodHeader();
Members goodClaims();

/// `Bearer ` and a token, signed as the header's `alg` says: ES384 and RS384 with SHA-384.
std::string signedWith(SigningKey const& key, Members const& header, Members const& claims,
                       char const* hash = "SHA384");
/// With the P-384 key.
std::string bearer(Members const& header, Members const& claims);

/// Trust entry "mercy" of tenant "mercy-west": the issuer, the three keys pinned, its jku listed.
TrustEntry goodEntry();

/// A verifier with these entries and a fresh replay store.
Verifier verifierOf(std::vector<TrustEntry> entries,
                    std::shared_ptr<ReplayStore> replays = std::make_shared<ReplayStore>());

/// The word of the rejection, or "accepted": by a fresh verifier of goodEntry, at kNow.
std::string outcomeOf(std::string_view authorization);
std::string outcomeOf(TrustEntry const& entry, std::string_view authorization,
                      std::string_view endpoint = kEndpoint, Instant now = kNow);
std::string wordOf(Verified const& verified);

} // namespace tcds::auth::test
