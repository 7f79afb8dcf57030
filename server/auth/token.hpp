#pragma once

#include "fhir/base/json.hpp"
#include "server/auth/algorithm.hpp"
#include "server/auth/rejection.hpp"

#include <cstddef>

#include <optional>
#include <string>
#include <string_view>

namespace tcds::auth {

inline constexpr std::size_t kMaxTokenBytes = 8U * 1024U; // tokens in use have 0.5 to 2 KiB

/// What a token says, before any of it is believed.
struct Token {
    std::string_view compact; // header.payload.signature, a part of the Authorization value
    Algorithm algorithm = Algorithm::Es384;
    std::string kid; // opaque, 1 to 256 bytes
    std::optional<std::string> jku;
    json::Document claims; // an object
};

/// Reads the value of an Authorization field: scheme, size, three parts, base64url, the header, the
/// claims as JSON (RFC 7515, 5.2; JWT-01, JWT-02, JWT-12). Verifies nothing; costs no cryptography.
///
/// Refused: `typ` other than JWT; `crit` and `b64`, whatever they hold (RFC 7515, 4.1.11; RFC
/// 7797), since we know no extension; `alg` that is no asymmetric one; a `kid` that is missing or
/// too long; a `jku` that is no text; a member twice. Keys inside the header (`jwk`, `x5c`, `x5u`)
/// are not looked at.
///
/// @param authorization  the value, "" when there is none; has to outlive the token
boost::system::result<Token, Rejection> readToken(std::string_view authorization);

/// Member of an object, whatever it holds, JSON null included; nullptr without one.
json::Value const* member(json::Value const& object, std::string_view name);

} // namespace tcds::auth
