#pragma once

#include "fhir/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::auth {

/// Why a token was refused.
enum class Reason : std::uint8_t {
    Missing,         // no Authorization field, or another scheme than Bearer
    Form,            // size, parts, base64url, JSON
    Header,          // typ, kid, crit, b64
    Algorithm,       // none, symmetric, not the client's, not the key's
    Issuer,          // nobody's, or not for this tenant claim
    JkuUnlisted,     // key set URL that is not the client's
    Claims,          // a claim is missing or of the wrong type
    Audience,        // for another endpoint
    Expired,         // exp
    IssuedAt,        // iat in the future
    NotBefore,       // nbf
    Life,            // exp - iat beyond the client's cap
    UnknownKey,      // no key of that kid
    Signature,       // not of that key
    Replay,          // jti seen before
    ReplayFull,      // no room to remember the jti: ours to mend
    KeysUnavailable, // no key set to look into: ours or the client's to mend
};

/// The word of the reject record and of the metric `rejects_total`: "jwt-aud", "jwt-sig", "replay".
std::string_view toText(Reason reason);

/// A refused call. The answer says none of this (JWT-11): record and operations log do.
struct Rejection {
    Reason reason = Reason::Form;
    std::string client; // name of the trust entry, "" when the token led to none
    Error error;        // kind: Unauthenticated, or Unavailable where waiting may mend it;
                        // where: the part of the token, like "token header /alg"

    bool operator==(Rejection const&) const = default;
};

/// A rejection whose `error.kind` follows from the reason; no client yet.
Rejection reject(Reason reason, std::string where, std::string what, std::string fix);

/// The line for the operations log: `where: what. Fix: fix.`, never a token or a part of one.
std::string toText(Rejection const& rejection);

/// A word of the token as a message may show it: in quotes when it is short and plain, else only
/// its size. Whatever looks like a secret (long, or with a query) is not shown.
std::string shown(std::string_view word);

/// Called when the value of a refused result is taken unasked: a broken invariant.
[[noreturn]] void throw_exception_from_error(Rejection const& rejection,
                                             boost::source_location const& at);

} // namespace tcds::auth
