#include "server/audit/seal.hpp"

#include "fhir/base/base64.hpp"
#include "fhir/base/json.hpp"
#include "server/audit/deflate.hpp"
#include "server/audit/keyed_mac.hpp"
#include "server/audit/members.hpp"
#include "server/audit/secret_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::size_t kNonceBytes = 12; // NIST SP 800-38D, 8.2.2: random, 96 bits
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kMarkText = "twitch-cds seal key id";

using Key = std::array<unsigned char, kSecretBytes>;
using Tag = std::array<unsigned char, kTagBytes>;

struct FreeCipher {
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

/// Fetched once: a fetch a record costs as much as sealing a small one.
EVP_CIPHER const* aes256Gcm()
{
    static std::unique_ptr<EVP_CIPHER, FreeCipher> const cipher{
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
    if (!cipher) throw std::runtime_error{"OpenSSL offers no AES-256-GCM"};
    return cipher.get();
}

unsigned char const* bytesOf(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}
unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void fail() { throw std::runtime_error{"AES-256-GCM failed inside OpenSSL"}; }

Context newContext()
{
    Context context{EVP_CIPHER_CTX_new()};
    if (!context) throw std::bad_alloc{};
    return context;
}

struct Encrypted {
    std::string text;
    Tag tag{};
};

Encrypted encrypt(Key const& key, std::string_view nonce, std::string_view bound,
                  std::string_view plain)
{
    auto const context = newContext();
    Encrypted done;
    done.text.resize(plain.size());
    int length = 0;
    if (EVP_EncryptInit_ex2(context.get(), aes256Gcm(), key.data(), bytesOf(nonce), nullptr) != 1 ||
        EVP_EncryptUpdate(context.get(), nullptr, &length, bytesOf(bound),
                          static_cast<int>(bound.size())) != 1 ||
        EVP_EncryptUpdate(context.get(), bytesOf(done.text), &length, bytesOf(plain),
                          static_cast<int>(plain.size())) != 1 ||
        EVP_EncryptFinal_ex(context.get(), bytesOf(done.text) + length, &length) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes),
                            done.tag.data()) != 1)
        fail();
    return done;
}

/// @return nothing when the tag does not fit
std::optional<std::string> decrypt(Key const& key, std::string_view nonce, std::string_view bound,
                                   std::string_view sealed, std::string tag)
{
    auto const context = newContext();
    std::string plain(sealed.size(), '\0');
    int length = 0;
    if (EVP_DecryptInit_ex2(context.get(), aes256Gcm(), key.data(), bytesOf(nonce), nullptr) != 1 ||
        EVP_DecryptUpdate(context.get(), nullptr, &length, bytesOf(bound),
                          static_cast<int>(bound.size())) != 1 ||
        EVP_DecryptUpdate(context.get(), bytesOf(plain), &length, bytesOf(sealed),
                          static_cast<int>(sealed.size())) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()),
                            tag.data()) != 1)
        fail();
    if (EVP_DecryptFinal_ex(context.get(), bytesOf(plain) + length, &length) != 1)
        return std::nullopt;
    return plain;
}

/// {"alg":"dir","enc":"A256GCM","zip":"DEF","kid":..,"tenant":..,"type":..,"id":..}
std::string headerOf(std::string_view keyId, SealedFor const& record)
{
    Members header{256};
    header.openObject();
    header.member("alg", "dir");
    header.member("enc", "A256GCM");
    header.member("zip", "DEF");
    header.member("kid", keyId);
    header.member("tenant", record.tenant);
    header.member("type", record.type);
    header.member("id", record.id);
    header.close();
    return header.take();
}

/// A line of JSON that names the parts and their sizes, then the parts, one after another: their
/// bytes come out as they went in.
std::string containerOf(std::span<SealedPart const> parts)
{
    Members list{64 * parts.size() + 64};
    list.openArray();
    std::size_t size = 0;
    for (auto const& part : parts) {
        list.openObject();
        list.member("name", part.name);
        list.member("bytes", part.text.size());
        list.close();
        size += part.text.size();
    }
    list.close();
    auto container = list.take();
    container += '\n';
    container.reserve(container.size() + size);
    for (auto const& part : parts) container += part.text;
    return container;
}

Error bad(std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, "sealed", std::move(what), std::move(fix)};
}

Error unreadable()
{
    return bad("is not of the form that this program writes", "see docs/audit.md");
}

Result<Unsealed> partsOf(std::string_view container)
{
    auto const end = container.find('\n');
    if (end == std::string_view::npos) return unreadable();
    auto const list = json::Document::parse(std::string{container.substr(0, end)});
    if (!list) return unreadable();
    container.remove_prefix(end + 1);
    Unsealed unsealed;
    for (auto const& part : json::items(&list->root())) {
        std::size_t size = 0;
        auto const digits = json::number(json::child(part, "bytes")).value_or("");
        auto const [last, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), size);
        if (failure != std::errc{} || size > container.size()) return unreadable();
        unsealed.parts.push_back(
            {std::string{json::textOf(part, "name")}, std::string{container.substr(0, size)}});
        container.remove_prefix(size);
    }
    return unsealed;
}

/// The five parts of a compact JWE (RFC 7516, 7.1), decoded but for the header.
struct Compact {
    std::string_view header;
    std::string nonce, sealed, tag;
};

std::optional<Compact> compactOf(std::string_view jwe)
{
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const dot = std::min(jwe.find('.'), jwe.size());
        parts[i] = jwe.substr(0, dot);
        if ((dot == jwe.size()) != (i + 1 == parts.size())) return std::nullopt;
        jwe.remove_prefix(std::min(dot + 1, jwe.size()));
    }
    if (!parts[1].empty()) return std::nullopt; // `dir`: there is no encrypted key
    auto nonce = fromBase64Url(parts[2]);
    auto sealed = fromBase64Url(parts[3]);
    auto tag = fromBase64Url(parts[4]);
    if (!nonce || !sealed || !tag || nonce->size() != kNonceBytes || tag->size() != kTagBytes)
        return std::nullopt;
    return Compact{parts[0], *std::move(nonce), *std::move(sealed), *std::move(tag)};
}

} // namespace

struct SealKey::Impl {
    Impl() = default;
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;
    ~Impl() { OPENSSL_cleanse(key.data(), key.size()); }

    Key key{};
    std::string id;
};

SealKey::SealKey(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
SealKey::SealKey(SealKey&&) noexcept = default;
SealKey& SealKey::operator=(SealKey&&) noexcept = default;
SealKey::~SealKey() = default;

Result<SealKey> SealKey::fromFile(std::string const& path, std::string_view setting)
{
    SecretBytes bytes;
    if (auto const read = readSecret(path, setting, bytes); !read) return read.error();
    if (bytes.view().size() != kSecretBytes)
        return Error{Error::Kind::Config, std::string{setting} + " " + path,
                     "holds " + std::to_string(bytes.view().size()) +
                         " bytes; a key of AES-256 has 32",
                     "make one with: (umask 077; head -c 32 /dev/urandom > " + path + ")"};
    auto impl = std::make_unique<Impl>();
    std::ranges::copy(bytes.view(), impl->key.begin());
    impl->id = keyIdOf(KeyedMac{bytes.view()}.of({kMarkText}), "s1");
    return SealKey{std::move(impl)};
}

std::string const& SealKey::id() const { return impl_->id; }

bool SealKey::operator==(SealKey const& other) const
{
    return CRYPTO_memcmp(impl_->key.data(), other.impl_->key.data(), kSecretBytes) == 0;
}

std::string SealKey::seal(SealedFor const& record, std::span<SealedPart const> parts) const
{
    std::string nonce(kNonceBytes, '\0');
    if (RAND_bytes(bytesOf(nonce), static_cast<int>(kNonceBytes)) != 1)
        throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
    auto jwe = toBase64Url(headerOf(impl_->id, record)); // RFC 7516, 5.1: what is bound
    auto const encrypted = encrypt(impl_->key, nonce, jwe, deflated(containerOf(parts)));
    jwe += "..";
    jwe += toBase64Url(nonce);
    jwe += '.';
    jwe += toBase64Url(encrypted.text);
    jwe += '.';
    jwe += toBase64Url(encrypted.tag);
    return jwe;
}

Result<Unsealed> SealKey::open(SealedFor const& record, std::string_view jwe) const
{
    auto const compact = compactOf(jwe);
    auto const headerText = compact ? fromBase64Url(compact->header) : std::nullopt;
    if (!headerText) return unreadable();
    auto const header = json::Document::parse(*headerText);
    if (!header) return unreadable();
    auto const kid = json::textOf(header->root(), "kid");
    if (kid != impl_->id)
        return bad("was made with the key " + std::string{kid} + ", this one is " + impl_->id,
                   "take the key that audit.seal_key_file named at that time");
    if (*headerText != headerOf(impl_->id, record))
        return bad("belongs to another record", "run `twitch-cds audit verify`");
    auto const packed =
        decrypt(impl_->key, compact->nonce, compact->header, compact->sealed, compact->tag);
    if (!packed)
        return bad("was altered, or the key is another one with the same id",
                   "run `twitch-cds audit verify`");
    auto const container = inflated(*packed, kMostSealedBytes + 1024U * 1024U);
    if (!container) return unreadable();
    return partsOf(*container);
}

} // namespace tcds::audit
