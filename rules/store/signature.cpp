#include "rules/store/signature.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace tcds::rules {

namespace {

constexpr std::size_t kSignatureBytes = 64; // RFC 8032, 5.1.6
constexpr std::size_t kPublicBytes = 32;    // RFC 8032, 5.1.5

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, path, std::move(what), std::move(fix)};
}

std::string systemText(int code) { return std::generic_category().message(code); }

unsigned char const* bytesOf(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

/// OpenSSL asks for a password on the terminal when it gets no callback; a service has none.
int noPassword(char*, int, int, void*) { return 0; }

Owned<BIO> open(std::string const& path) { return Owned<BIO>{BIO_new_file(path.c_str(), "r")}; }

bool isEd25519(EVP_PKEY const* key) { return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519; }

/// The name stands in records and metrics: letters, digits, '.', '_', '-'.
bool isPlainName(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && name.front() != '-' && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

Result<void> checkPrivate(std::string const& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return faulty(path, "the private key cannot be read: " + systemText(errno),
                      "make one with: openssl genpkey -algorithm ed25519 -out " + path);
    if (!S_ISREG(status.st_mode))
        return faulty(path, "is not a regular file", "name a PEM file with the private key");
    if ((status.st_mode & 0077U) != 0)
        return faulty(path, "can be read by others than its owner",
                      "chmod 600 " + path + ", and make a new key if others had access");
    return {};
}

Result<Owned<EVP_PKEY>> readPublic(std::string const& path)
{
    auto const bytes = open(path);
    if (!bytes)
        return faulty(path, "the public key cannot be read: " + systemText(errno),
                      "name a readable PEM file with the public key");
    Owned<EVP_PKEY> key{PEM_read_bio_PUBKEY(bytes.get(), nullptr, noPassword, nullptr)};
    if (!key)
        return faulty(path, "holds no public key in PEM",
                      "make it of the private one with: openssl pkey -in PRIVATE.pem -pubout");
    if (!isEd25519(key.get()))
        return faulty(path, "is no Ed25519 key",
                      "make one with: openssl genpkey -algorithm ed25519 -out PRIVATE.pem");
    return key;
}

std::string publicBytes(EVP_PKEY const* key)
{
    std::string bytes(kPublicBytes, '\0');
    auto length = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &length) !=
            1 ||
        length != kPublicBytes)
        throw std::runtime_error{"OpenSSL does not give the public half of an Ed25519 key"};
    return bytes;
}

} // namespace

struct TrustedKey::Impl {
    std::string name;
    Owned<EVP_PKEY> key;
};

TrustedKey::TrustedKey(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
TrustedKey::TrustedKey(TrustedKey&&) noexcept = default;
TrustedKey& TrustedKey::operator=(TrustedKey&&) noexcept = default;
TrustedKey::~TrustedKey() = default;

Result<TrustedKey> TrustedKey::fromFile(std::string const& path)
{
    auto key = readPublic(path);
    if (!key) return key.error();
    auto name = std::filesystem::path{path}.stem().string();
    if (!isPlainName(name))
        return faulty(path, "the name of the file cannot be the name of a key",
                      "use letters, digits, '.', '_' and '-', such as clin-board-1.pem");
    return TrustedKey{std::make_unique<Impl>(Impl{std::move(name), *std::move(key)})};
}

Result<TrustedKey> TrustedKey::fromBytes(std::string name, std::string_view bytes)
{
    Owned<EVP_PKEY> key{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(bytes), bytes.size())};
    if (!key)
        return faulty(name, "is no public Ed25519 key of 32 bytes", "name the key of the service");
    return TrustedKey{std::make_unique<Impl>(Impl{std::move(name), std::move(key)})};
}

std::string const& TrustedKey::name() const { return impl_->name; }

bool TrustedKey::verifies(std::string_view bytes, std::string_view signature) const
{
    if (signature.size() != kSignatureBytes) return false;
    Owned<EVP_MD_CTX> const context{EVP_MD_CTX_new()};
    return context && // Ed25519 hashes itself: no digest is named
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(bytes),
                            bytes.size()) == 1;
}

Result<std::vector<TrustedKey>> trustedKeys(std::span<std::string const> paths)
{
    std::vector<TrustedKey> keys;
    for (auto const& path : paths) {
        auto key = TrustedKey::fromFile(path);
        if (!key) return key.error();
        auto const isSame = [&](TrustedKey const& other) { return other.name() == key->name(); };
        if (std::ranges::any_of(keys, isSame))
            return faulty(path, "another trusted key is called " + key->name() + " too",
                          "rename one of the files: records tell keys by their names");
        keys.push_back(std::move(*key));
    }
    return keys;
}

TrustedKey const* signerOf(std::string_view bytes, std::string_view signature,
                           std::span<TrustedKey const> keys)
{
    auto const at = std::ranges::find_if(
        keys, [&](TrustedKey const& key) { return key.verifies(bytes, signature); });
    return at == keys.end() ? nullptr : &*at;
}

Result<std::string> publicKeyIn(std::string const& path)
{
    auto const key = readPublic(path);
    if (!key) return key.error();
    return publicBytes(key->get());
}

struct SigningKey::Impl {
    Owned<EVP_PKEY> key;
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::fromFile(std::string const& path)
{
    if (auto const checked = checkPrivate(path); !checked) return checked.error();
    auto const file = open(path);
    Owned<EVP_PKEY> key{file ? PEM_read_bio_PrivateKey(file.get(), nullptr, noPassword, nullptr)
                             : nullptr};
    if (!key)
        return faulty(path, "holds no private key in PEM, or one with a password",
                      "name a key without password, or sign with: openssl pkeyutl -sign -rawin "
                      "-inkey " +
                          path + " -in BUNDLE -out BUNDLE.sig");
    if (!isEd25519(key.get()))
        return faulty(path, "is no Ed25519 key",
                      "make one with: openssl genpkey -algorithm ed25519 -out " + path);
    return SigningKey{std::make_unique<Impl>(Impl{std::move(key)})};
}

std::string SigningKey::sign(std::string_view bytes) const
{
    Owned<EVP_MD_CTX> const context{EVP_MD_CTX_new()};
    std::string signature(kSignatureBytes, '\0');
    auto length = signature.size();
    if (!context ||
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                       bytesOf(bytes), bytes.size()) != 1)
        throw std::runtime_error{"Ed25519 failed inside OpenSSL"};
    signature.resize(length);
    return signature;
}

std::string SigningKey::publicKey() const { return publicBytes(impl_->key.get()); }

Result<std::string> signWith(std::string const& keyPath, std::string_view bytes)
{
    auto const key = SigningKey::fromFile(keyPath);
    if (!key) return key.error();
    return key->sign(bytes);
}

} // namespace tcds::rules
