#pragma once

#include <cstdint>

#include <optional>
#include <string_view>

namespace tcds::auth {

/// The signature algorithms that a client may use at all (RFC 7518, 3.1). Symmetric ones and `none`
/// have no value here, so no code path can accept them (JWT-03, CTL-03).
enum class Algorithm : std::uint8_t { Es384, Rs384, Es256, Rs256 };

/// "ES384", as in the `alg` of a token or key.
std::string_view toText(Algorithm algorithm);

/// The algorithm of that exact name (case counts); absent for every other name.
std::optional<Algorithm> algorithmOf(std::string_view name);

} // namespace tcds::auth
