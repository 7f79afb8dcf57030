#pragma once

#include "server/auth/algorithm.hpp"

#include <cstdint>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::auth {

enum class KeyType : std::uint8_t { P256, P384, Rsa };

/// What a public key is made of, as a JWK writes it (RFC 7518, 6.2 and 6.3); values in base64url.
struct KeyParts {
    std::string kid;
    KeyType type = KeyType::P384;
    std::optional<Algorithm> only; // the JWK's own `alg`; absent: all that its type allows
    std::string first, second;     // x and y of a curve point, n and e of RSA
};

/// One public key of a client that can verify signatures. May be used from several threads at once.
class Key
{
public:
    /// @return absent when the cryptographic library does not take it: a point that is not on its
    ///         curve, a value that is no base64url
    static std::optional<Key> make(KeyParts parts);

    Key(Key&&) noexcept;
    Key& operator=(Key&&) noexcept;
    ~Key();

    [[nodiscard]] std::string const& kid() const;

    /// Whether type, curve and the key's own `alg` allow it (JWT-03).
    [[nodiscard]] bool fits(Algorithm algorithm) const;

    /// Whether the signature of a compact token is this key's.
    ///
    /// @param token      header.payload.signature
    /// @param algorithm  one that fits and that the header names; else nothing verifies
    /// An ECDSA signature has to be r and s side by side, 64 or 96 bytes; DER is refused (JWT-12).
    [[nodiscard]] bool verifies(std::string_view token, Algorithm algorithm) const;

private:
    struct Impl;
    explicit Key(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::auth
