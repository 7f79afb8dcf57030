#pragma once

#include "rules/store/signature.hpp"
#include "server/proof/note.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof {

/// First four bytes of SHA-256(name || 0x0A || 0x01 || public key), big-endian.
/// Source: c2sp.org/signed-note, "Ed25519 signatures"
std::uint32_t keyIdOf(std::string_view name, std::string_view publicKey);

/// Signs the checkpoints of one log. From several threads at once.
class NoteSigner
{
public:
    /// @param name  of the key: the origin of the log
    NoteSigner(std::string name, std::shared_ptr<rules::SigningKey const> key);

    /// The whole signed note.
    /// @param text  ends with a line feed
    [[nodiscard]] std::string sign(std::string text) const;
    /// What auditors check the notes with: "NAME+c74f20a3+BASE64".
    [[nodiscard]] std::string verifier() const;

private:
    std::string name_;
    std::shared_ptr<rules::SigningKey const> key_;
    std::uint32_t keyId_;
};

/// A public key whose signature on a note counts. From several threads at once.
class NoteVerifier
{
public:
    /// @param text  "NAME+c74f20a3+BASE64", as `audit checkpoint-key` prints it
    /// @error BadRequest when it is not of that form, or its parts contradict each other
    static Result<NoteVerifier> fromText(std::string_view text);

    /// @param publicKey  32 bytes
    /// @error Config when they are no key
    static Result<NoteVerifier> fromKey(std::string name, std::string_view publicKey);

    [[nodiscard]] std::string const& name() const { return key_.name(); }

    enum class Verdict : std::uint8_t { Valid, Invalid, OtherKey };
    /// OtherKey: no signature of the note bears name and id of this one.
    [[nodiscard]] Verdict check(Note const& note) const;

private:
    NoteVerifier(rules::TrustedKey key, std::uint32_t keyId) : key_{std::move(key)}, keyId_{keyId}
    {
    }
    rules::TrustedKey key_;
    std::uint32_t keyId_;
};

/// What an auditor trusts: verifiers, and public keys from PEM files, which have no name of their
/// own and count for every log.
class TrustedNoteKeys
{
public:
    /// @param given  each a verifier "NAME+ID+BASE64" or the path of a PEM file
    /// @error BadRequest or Config as of NoteVerifier::fromText and rules::publicKeyIn
    static Result<TrustedNoteKeys> read(std::span<std::string const> given);

    [[nodiscard]] bool empty() const { return verifiers_.empty() && publicKeys_.empty(); }
    /// The keys for the notes of one log.
    [[nodiscard]] std::vector<NoteVerifier const*> of(std::string const& origin);

private:
    std::vector<NoteVerifier> verifiers_;
    std::vector<std::string> publicKeys_;
    std::vector<std::pair<std::string, std::vector<NoteVerifier>>> named_; // by origin
};

/// Why the signatures of a note do not count; "" when one of the keys signed it and none of them
/// is contradicted.
std::string faultOf(Note const& note, std::span<NoteVerifier const* const> keys);

} // namespace tcds::proof
