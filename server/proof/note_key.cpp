#include "server/proof/note_key.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/sha256.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace tcds::proof {

namespace {

constexpr char kEd25519 = '\x01'; // signature type of c2sp.org/signed-note

Error noVerifier(std::string what)
{
    return {
        Error::Kind::BadRequest, "--key", std::move(what),
        "name a PEM file with the public key, or what `twitch-cds audit checkpoint-key` prints"};
}

std::string hexOf(std::uint32_t id)
{
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", id);
    return text.data();
}

} // namespace

std::uint32_t keyIdOf(std::string_view name, std::string_view publicKey)
{
    audit::Sha256 sha256;
    auto const digest = sha256.bytesOf(name, std::string{'\n', kEd25519}, publicKey);
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < 4; ++i) id = id << 8U | digest[i];
    return id;
}

NoteSigner::NoteSigner(std::string name, std::shared_ptr<rules::SigningKey const> key)
    : name_{std::move(name)}, key_{std::move(key)}, keyId_{keyIdOf(name_, key_->publicKey())}
{
}

std::string NoteSigner::sign(std::string text) const
{
    auto signature = key_->sign(text);
    return toText(Note{std::move(text), {{name_, keyId_, std::move(signature)}}});
}

std::string NoteSigner::verifier() const
{
    return name_ + "+" + hexOf(keyId_) + "+" + toBase64(kEd25519 + key_->publicKey());
}

Result<NoteVerifier> NoteVerifier::fromText(std::string_view text)
{
    auto const first = text.find('+');
    auto const second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos || first == 0 || second - first != 9)
        return noVerifier("is not of the form NAME+ID+BASE64");
    auto const name = text.substr(0, first);
    auto const id = text.substr(first + 1, 8);
    auto const key = fromBase64(text.substr(second + 1));
    if (!key || key->empty() || key->front() != kEd25519)
        return noVerifier("its last part is no Ed25519 key");
    auto const bytes = std::string_view{*key}.substr(1);
    if (hexOf(keyIdOf(name, bytes)) != id)
        return noVerifier("its id does not belong to its name and key");
    return fromKey(std::string{name}, bytes);
}

Result<NoteVerifier> NoteVerifier::fromKey(std::string name, std::string_view publicKey)
{
    auto const id = keyIdOf(name, publicKey);
    auto key = rules::TrustedKey::fromBytes(std::move(name), publicKey);
    if (!key) return key.error();
    return NoteVerifier{*std::move(key), id};
}

NoteVerifier::Verdict NoteVerifier::check(Note const& note) const
{
    auto verdict = Verdict::OtherKey;
    for (auto const& signature : note.signatures) {
        if (signature.keyName != name() || signature.keyId != keyId_) continue;
        if (!key_.verifies(note.text, signature.bytes)) return Verdict::Invalid;
        verdict = Verdict::Valid;
    }
    return verdict;
}

Result<TrustedNoteKeys> TrustedNoteKeys::read(std::span<std::string const> given)
{
    TrustedNoteKeys keys;
    for (auto const& each : given) {
        if (each.find('+') != std::string::npos && each.find(".pem") == std::string::npos) {
            auto verifier = NoteVerifier::fromText(each);
            if (!verifier) return verifier.error();
            keys.verifiers_.push_back(*std::move(verifier));
            continue;
        }
        auto key = rules::publicKeyIn(each);
        if (!key) return key.error();
        keys.publicKeys_.push_back(*std::move(key));
    }
    return keys;
}

std::vector<NoteVerifier const*> TrustedNoteKeys::of(std::string const& origin)
{
    auto named = std::ranges::find(named_, origin, &decltype(named_)::value_type::first);
    if (named == named_.end()) {
        std::vector<NoteVerifier> made;
        for (auto const& key : publicKeys_)
            if (auto verifier = NoteVerifier::fromKey(origin, key))
                made.push_back(*std::move(verifier));
        named_.emplace_back(origin, std::move(made));
        named = std::prev(named_.end());
    }
    std::vector<NoteVerifier const*> found;
    for (auto const& verifier : verifiers_)
        if (verifier.name() == origin) found.push_back(&verifier);
    for (auto const& verifier : named->second) found.push_back(&verifier);
    return found;
}

std::string faultOf(Note const& note, std::span<NoteVerifier const* const> keys)
{
    bool valid = false;
    for (auto const* const key : keys) {
        auto const verdict = key->check(note);
        if (verdict == NoteVerifier::Verdict::Invalid)
            return "its signature is not that of " + key->name();
        valid = valid || verdict == NoteVerifier::Verdict::Valid;
    }
    if (valid) return {};
    return "it is signed by another key (" + note.signatures.front().keyName + ", id " +
           hexOf(note.signatures.front().keyId) + ") than the one that was given";
}

} // namespace tcds::proof
