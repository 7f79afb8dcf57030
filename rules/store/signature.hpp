#pragma once

#include "fhir/base/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// A public Ed25519 key whose signature on a bundle is trusted (decision D7). May be used from
/// several threads at once.
class TrustedKey
{
public:
    /// @param path  PEM file, as `openssl pkey -pubout` writes it; the name of the file without its
    ///              ending is the name of the key
    /// @error Config, `where` = the path: unreadable, no public key in PEM, not Ed25519, a name
    /// that
    ///        no record should hold
    static tcds::Result<TrustedKey> fromFile(std::string const& path);

    /// @param bytes  the 32 bytes of RFC 8032; `name` is taken as it is
    /// @error Config when they are no key
    static tcds::Result<TrustedKey> fromBytes(std::string name, std::string_view bytes);

    TrustedKey(TrustedKey&&) noexcept;
    TrustedKey& operator=(TrustedKey&&) noexcept;
    ~TrustedKey();

    /// "clin-board-1"
    [[nodiscard]] std::string const& name() const;
    /// @param signature  64 bytes, as `openssl pkeyutl -sign -rawin` writes them
    [[nodiscard]] bool verifies(std::string_view bytes, std::string_view signature) const;

private:
    struct Impl;
    explicit TrustedKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// @error as TrustedKey::fromFile for the first bad one; two keys of one name
tcds::Result<std::vector<TrustedKey>> trustedKeys(std::span<std::string const> paths);

/// @return the key whose signature it is; nullptr: none of them
TrustedKey const* signerOf(std::string_view bytes, std::string_view signature,
                           std::span<TrustedKey const> keys);

/// The 32 bytes (RFC 8032) of the public key in a PEM file, as `openssl pkey -pubout` writes it.
/// @error Config, `where` = the path: unreadable, no public key in PEM, not Ed25519
tcds::Result<std::string> publicKeyIn(std::string const& path);

/// A private Ed25519 key that is used again and again. From several threads at once.
class SigningKey
{
public:
    /// @param path  PEM file with the private key, readable by its owner alone
    /// @error Config, `where` = the path: unreadable, open to others, no private key, not Ed25519
    static tcds::Result<SigningKey> fromFile(std::string const& path);

    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    /// The Ed25519 signature (64 bytes).
    [[nodiscard]] std::string sign(std::string_view bytes) const;
    /// The 32 bytes of the public key (RFC 8032).
    [[nodiscard]] std::string publicKey() const;

private:
    struct Impl;
    explicit SigningKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The Ed25519 signature (64 bytes) on some bytes: what `openssl pkeyutl -sign -rawin` gives.
///
/// @param keyPath  PEM file with the private key, readable by its owner alone
/// @error Config, `where` = the path: unreadable, open to others, no private key, not Ed25519
tcds::Result<std::string> signWith(std::string const& keyPath, std::string_view bytes);

} // namespace tcds::rules
