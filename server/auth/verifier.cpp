#include "server/auth/verifier.hpp"

#include "server/auth/claims.hpp"
#include "server/auth/token.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tcds::auth {

namespace {

TokenId sha256(std::string_view bytes)
{
    TokenId digest{};
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(),
                     &size) != 1)
        throw std::runtime_error{"SHA-256 failed inside OpenSSL"};
    return digest;
}

/// First 128 bits in hexadecimal digits, as the decision record keeps them.
std::string jtiDigestOf(std::string_view jti)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kBytes = 16;
    auto const digest = sha256(jti);
    std::string text;
    text.reserve(2 * kBytes);
    for (std::size_t i = 0; i < kBytes; ++i) {
        text += kDigits[digest[i] >> 4U];
        text += kDigits[digest[i] & 15U];
    }
    return text;
}

/// (iss, jti) as one value; the length in front keeps two pairs from running into one.
TokenId tokenId(std::string_view issuer, std::string_view jti)
{
    auto text = std::to_string(issuer.size()) + ":";
    text.append(issuer).append(jti);
    return sha256(text);
}

/// One token on its way through the checks that know its trust entry.
class Examination
{
public:
    Examination(Token const& token, TrustEntry const& entry) : token_{token}, entry_{entry} {}

    /// Algorithm and key set URL against what the client may use (CTL-02, CTL-03).
    [[nodiscard]] std::optional<Rejection> headerFault() const
    {
        if (std::ranges::find(entry_.algorithms, token_.algorithm) == entry_.algorithms.end())
            return rejected(Reason::Algorithm, "token header /alg",
                            std::string{toText(token_.algorithm)} + " is not this client's",
                            "sign with an algorithm of its entry, or add this one there");
        if (token_.jku && std::ranges::find(entry_.jkus, *token_.jku) == entry_.jkus.end())
            return rejected(Reason::JkuUnlisted, "token header /jku",
                            shown(*token_.jku) + " is not listed for this client",
                            "if the client's key set lies there, list that URL (jku)");
        return std::nullopt;
    }

    /// Key and signature (JWT-03, JWT-09, JWT-12).
    [[nodiscard]] std::optional<Rejection> signatureFault(KeySource& keys) const
    {
        auto const key = keys.find(entry_, token_.jku.value_or(""), token_.kid);
        if (!key) {
            auto const error = key.error();
            auto const unknown = error.kind == Error::Kind::NotFound;
            if (!unknown)
                return rejected(Reason::KeysUnavailable, error.where, error.what, error.fix);
            return rejected(Reason::UnknownKey, "token header /kid",
                            shown(token_.kid) + " is no key of this client", error.fix);
        }
        if (!(*key)->fits(token_.algorithm))
            return rejected(Reason::Algorithm, "token header /alg",
                            std::string{toText(token_.algorithm)} + " does not go with the key " +
                                shown(token_.kid),
                            "sign with the algorithm of the key");
        if (!(*key)->verifies(token_.compact, token_.algorithm))
            return rejected(Reason::Signature, "token signature",
                            "not made by the key " + shown(token_.kid),
                            "check that the client signs with the key of that kid, r and s side by "
                            "side, and that nothing on the way changes the token");
        return std::nullopt;
    }

    [[nodiscard]] Rejection named(Rejection rejection) const
    {
        rejection.client = entry_.client;
        return rejection;
    }

    [[nodiscard]] Rejection rejected(Reason reason, std::string where, std::string what,
                                     std::string fix) const
    {
        return named(reject(reason, std::move(where), std::move(what), std::move(fix)));
    }

private:
    Token const& token_;
    TrustEntry const& entry_;
};

/// What a use of the token means for the call; absent: it may go on.
std::optional<Rejection> replayFault(ReplayStore::Use use, Examination const& examination)
{
    switch (use) {
    case ReplayStore::Use::First:
    case ReplayStore::Use::Retry:
        return std::nullopt;
    case ReplayStore::Use::Replay:
        return examination.rejected(Reason::Replay, "token claims /jti", "used before",
                                    "send a fresh token with each call; for gateways that send a "
                                    "call twice set jwt_retry_window");
    case ReplayStore::Use::Past:
        return examination.rejected(Reason::Replay, "token claims /jti",
                                    "may have been used before: the clock has stepped back",
                                    "check the clock of this service");
    case ReplayStore::Use::Full:
        return examination.rejected(Reason::ReplayFull, "replay store",
                                    "no room to remember another token",
                                    "let tokens live for minutes, or look for a client in a loop");
    }
    return std::nullopt;
}

} // namespace

Verifier::Verifier(TrustList trust, std::shared_ptr<KeySource> keys,
                   std::shared_ptr<ReplayStore> replays)
    : trust_{std::move(trust)}, keys_{std::move(keys)}, replays_{std::move(replays)}
{
}

Verified Verifier::verify(std::string_view authorization, std::string_view audience,
                          std::string_view bodyDigest, Instant now, std::string_view call) const
{
    auto const token = readToken(authorization);
    if (!token) return token.error();
    auto const issuer = json::textOf(token->claims.root(), "iss");
    auto const* const entry = trust_.find(issuer, json::textOf(token->claims.root(), "tenant"));
    if (!entry)
        return reject(Reason::Issuer, "token claims /iss",
                      issuer.empty() ? "missing, or not a text"
                                     : shown(issuer) + " is no client's, or not with this tenant",
                      "if the client is to be trusted, list its iss under issuers");

    Examination const examination{*token, *entry};
    if (auto fault = examination.headerFault()) return *fault;
    auto const claims = readClaims(token->claims.root());
    if (!claims) return examination.named(claims.error());
    if (auto fault = faultOf(*claims, *entry, audience, now)) return examination.named(*fault);
    if (auto fault = examination.signatureFault(*keys_)) return *fault;

    auto used = replays_->use({tokenId(issuer, claims->jti), claims->expires + kSkew,
                               entry->retryWindow, bodyDigest, entry->client, call},
                              now);
    if (auto fault = replayFault(used.use, examination)) return *fault;
    return Caller{entry->client,
                  entry->tenant,
                  std::string{issuer},
                  token->kid,
                  jtiDigestOf(claims->jti),
                  used.use == ReplayStore::Use::Retry,
                  std::move(used.firstCall),
                  used.firstAt};
}

} // namespace tcds::auth
