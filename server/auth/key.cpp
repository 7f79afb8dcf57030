#include "server/auth/key.hpp"

#include "fhir/base/base64.hpp"

#include <cjose/cjose.h>
#include <openssl/err.h>

#include <cstddef>
#include <utility>

namespace tcds::auth {

namespace {

struct ReleaseKey {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct ReleaseSignature {
    void operator()(cjose_jws_t* signature) const { cjose_jws_release(signature); }
};

/// The smallest JWK of the parts. Built anew from checked values, so that the library sees no
/// member that we have not seen.
std::string toJwk(KeyParts const& parts)
{
    auto const jwk = [&parts](std::string_view type, std::string_view first,
                              std::string_view second) {
        std::string text{"{\"kty\":"};
        text.append(type).append(",\"").append(first).append("\":\"").append(parts.first);
        text.append("\",\"").append(second).append("\":\"").append(parts.second).append("\"}");
        return text;
    };
    switch (parts.type) {
    case KeyType::P256:
        return jwk(R"("EC","crv":"P-256")", "x", "y");
    case KeyType::P384:
        return jwk(R"("EC","crv":"P-384")", "x", "y");
    case KeyType::Rsa:
        return jwk(R"("RSA")", "n", "e");
    }
    return {};
}

std::size_t modulusBytes(std::string_view modulus)
{
    auto const first = modulus.find_first_not_of('\0');
    return first == std::string_view::npos ? 0 : modulus.size() - first;
}

bool allows(KeyType type, Algorithm algorithm)
{
    switch (algorithm) {
    case Algorithm::Es256:
        return type == KeyType::P256;
    case Algorithm::Es384:
        return type == KeyType::P384;
    case Algorithm::Rs256:
    case Algorithm::Rs384:
        return type == KeyType::Rsa;
    }
    return false;
}

/// Whether the library, which hashes as the header says, reads the same `alg` there as we did.
bool namesAlgorithm(cjose_jws_t* token, Algorithm algorithm)
{
    auto const* const name =
        cjose_header_get(cjose_jws_get_protected(token), CJOSE_HDR_ALG, nullptr);
    return name && toText(algorithm) == name;
}

} // namespace

struct Key::Impl {
    std::string kid;
    KeyType type;
    std::optional<Algorithm> only;
    std::size_t signatureBytes; // the one length that a signature of this key has
    std::unique_ptr<cjose_jwk_t, ReleaseKey> jwk;
};

Key::Key(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Key::Key(Key&&) noexcept = default;
Key& Key::operator=(Key&&) noexcept = default;
Key::~Key() = default;

std::optional<Key> Key::make(KeyParts parts)
{
    auto const first = fromBase64Url(parts.first);
    if (!first || !fromBase64Url(parts.second)) return std::nullopt;
    auto const jwkText = toJwk(parts);
    std::unique_ptr<cjose_jwk_t, ReleaseKey> jwk{
        cjose_jwk_import(jwkText.data(), jwkText.size(), nullptr)};
    if (!jwk) {
        ERR_clear_error(); // the queue is the thread's; TLS on the same thread reads it
        return std::nullopt;
    }
    auto const signatureBytes = parts.type == KeyType::P256   ? std::size_t{64}
                                : parts.type == KeyType::P384 ? std::size_t{96}
                                                              : modulusBytes(*first);
    return Key{std::make_unique<Impl>(
        Impl{std::move(parts.kid), parts.type, parts.only, signatureBytes, std::move(jwk)})};
}

std::string const& Key::kid() const { return impl_->kid; }

bool Key::fits(Algorithm algorithm) const
{
    return allows(impl_->type, algorithm) && impl_->only.value_or(algorithm) == algorithm;
}

bool Key::verifies(std::string_view token, Algorithm algorithm) const
{
    // The library takes any hash with any curve and halves a signature of any length: both are
    // settled here.
    if (!fits(algorithm)) return false;
    auto const dot = token.rfind('.');
    if (dot == std::string_view::npos ||
        base64Bytes(token.size() - dot - 1) != impl_->signatureBytes)
        return false;
    std::unique_ptr<cjose_jws_t, ReleaseSignature> const signature{
        cjose_jws_import(token.data(), token.size(), nullptr)};
    auto const verified = signature && namesAlgorithm(signature.get(), algorithm) &&
                          cjose_jws_verify(signature.get(), impl_->jwk.get(), nullptr);
    if (!verified) ERR_clear_error();
    return verified;
}

} // namespace tcds::auth
