#include "stage.hpp"

#include "server/auth/pinned_keys.hpp"

#include <utility>

namespace tcds::auth::test {

SigningKey const& p384()
{
    static auto const key = SigningKey::curve("P-384", "k384");
    return key;
}

SigningKey const& p256()
{
    static auto const key = SigningKey::curve("P-256", "k256");
    return key;
}

SigningKey const& rsa()
{
    static auto const key = SigningKey::rsa(2048, "r2048");
    return key;
}

std::string keySetText()
{
    return R"({"keys":[)" + p384().jwk() + "," + p256().jwk() + "," + rsa().jwk() + "]}";
}

Members goodHeader()
{
    return {
        {"alg", R"("ES384")"}, {"typ", R"("JWT")"}, {"kid", R"("k384")"}, {"jku", inQuotes(kJku)}};
}

Members goodClaims()
{
    return {{"iss", inQuotes(kIssuer)}, {"aud", inQuotes(kEndpoint)},   {"exp", "1769846700"},
            {"iat", "1769846400"},      {"jti", R"("n-0S6_WzA2Mj-1")"}, {"tenant", R"("opaque")"}};
}

std::string signedWith(SigningKey const& key, Members const& header, Members const& claims,
                       char const* hash)
{
    auto const input = signingInput(header.json(), claims.json());
    return "Bearer " + input + "." + base64url(key.sign(input, hash));
}

std::string bearer(Members const& header, Members const& claims)
{
    return signedWith(p384(), header, claims);
}

TrustEntry goodEntry()
{
    TrustEntry entry;
    entry.client = "mercy";
    entry.tenant = "mercy-west";
    entry.issuers = {std::string{kIssuer}};
    entry.jwks = keySetText();
    entry.jwksFrom = "mercy.json";
    entry.jkus = {std::string{kJku}};
    return entry;
}

Verifier verifierOf(std::vector<TrustEntry> entries, std::shared_ptr<ReplayStore> replays)
{
    auto keys = std::make_shared<PinnedKeys>(PinnedKeys::make(entries).value());
    return {TrustList::make(std::move(entries), TrustMode::Production).value(), std::move(keys),
            std::move(replays)};
}

std::string outcomeOf(std::string_view authorization)
{
    return outcomeOf(goodEntry(), authorization);
}

std::string outcomeOf(TrustEntry const& entry, std::string_view authorization,
                      std::string_view endpoint, Instant now)
{
    return wordOf(verifierOf({entry}).verify(authorization, endpoint, "digest", now));
}

std::string wordOf(Verified const& verified)
{
    return verified ? "accepted" : std::string{toText(verified.error().reason)};
}

} // namespace tcds::auth::test
