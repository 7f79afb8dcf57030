#include "server/auth/algorithm.hpp"

#include <array>

namespace tcds::auth {

namespace {

constexpr std::array kAll{Algorithm::Es384, Algorithm::Rs384, Algorithm::Es256, Algorithm::Rs256};

} // namespace

std::string_view toText(Algorithm algorithm)
{
    switch (algorithm) {
    case Algorithm::Es384:
        return "ES384";
    case Algorithm::Rs384:
        return "RS384";
    case Algorithm::Es256:
        return "ES256";
    case Algorithm::Rs256:
        return "RS256";
    }
    return "";
}

std::optional<Algorithm> algorithmOf(std::string_view name)
{
    for (auto const algorithm : kAll)
        if (toText(algorithm) == name) return algorithm;
    return std::nullopt;
}

} // namespace tcds::auth
