#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/json.hpp"
#include "server/auth/rejection.hpp"
#include "server/auth/trust.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::auth {

/// How far a client's clock may be off (JWT-06, CTL-04).
inline constexpr std::chrono::seconds kSkew{60};
inline constexpr std::size_t kMaxJtiBytes = 256;
inline constexpr std::size_t kMaxAudiences = 16;

/// The claims that decide, typed (JWT-04). Times may have fractions; they are kept to the
/// millisecond below.
struct Claims {
    std::vector<std::string> audiences; // a single text is a list of one
    Instant expires, issued;
    std::optional<Instant> notBefore;
    std::string jti;
};

/// Reads `aud`, `exp`, `iat`, `nbf`, `jti`; others are not looked at.
/// A rejection has reason Claims and names the claim.
boost::system::result<Claims, Rejection> readClaims(json::Value const& claims);

/// Checks the claims against the trust entry; the rejection if they do not hold.
///
/// `exp` holds while now < exp + 60 s, `iat` and `nbf` while now >= them - 60 s, and exp - iat is
/// above 0 and at most the client's cap (JWT-06).
///
/// @param endpoint  configured URL of what is called, the audience unless the entry lists its own
///                  (JWT-05, CTL-05); "" equals nothing
std::optional<Rejection> faultOf(Claims const& claims, TrustEntry const& entry,
                                 std::string_view endpoint, Instant now);

} // namespace tcds::auth
