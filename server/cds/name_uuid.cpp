#include "server/cds/name_uuid.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace tcds::cds {

namespace {

struct FreeAlgorithm {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};

/// Fetched once: a fetch costs more than the digest of a name.
EVP_MD const* sha1()
{
    static std::unique_ptr<EVP_MD, FreeAlgorithm> const algorithm{
        EVP_MD_fetch(nullptr, "SHA1", nullptr)};
    if (!algorithm) throw std::runtime_error{"OpenSSL offers no SHA-1"};
    return algorithm.get();
}

/// A dash stands before these bytes.
bool hasDash(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

unsigned digitOf(char c)
{
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    throw std::invalid_argument{"a UUID with a sign that is no hexadecimal digit"};
}

} // namespace

Uuid parseUuid(std::string_view text)
{
    constexpr std::size_t kLength = 36;
    if (text.size() != kLength) throw std::invalid_argument{"a UUID that has not 36 characters"};
    Uuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (hasDash(i)) {
            if (text.front() != '-') throw std::invalid_argument{"a UUID without its dashes"};
            text.remove_prefix(1);
        }
        uuid[i] = static_cast<unsigned char>(digitOf(text[0]) << 4U | digitOf(text[1]));
        text.remove_prefix(2);
    }
    return uuid;
}

std::string toText(Uuid const& uuid)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (hasDash(i)) ++at;
        text[at++] = kDigits[uuid[i] >> 4U];
        text[at++] = kDigits[uuid[i] & 15U];
    }
    return text;
}

void NameUuids::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

NameUuids::NameUuids() : context_{EVP_MD_CTX_new()}
{
    if (!context_) throw std::bad_alloc{};
}

Uuid NameUuids::of(Uuid const& space, std::string_view name)
{
    std::array<unsigned char, 20> digest{};
    unsigned length = 0;
    auto* const context = context_.get();
    if (EVP_DigestInit_ex2(context, sha1(), nullptr) != 1 ||
        EVP_DigestUpdate(context, space.data(), space.size()) != 1 ||
        EVP_DigestUpdate(context, name.data(), name.size()) != 1 ||
        EVP_DigestFinal_ex(context, digest.data(), &length) != 1)
        throw std::runtime_error{"SHA-1 failed inside OpenSSL"};
    Uuid uuid{};
    std::copy_n(digest.begin(), uuid.size(), uuid.begin());
    // RFC 9562, 5.5: version 5 in the high half of octet 6, variant 10 in the top of octet 8.
    uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0fU) | 0x50U);
    uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3fU) | 0x80U);
    return uuid;
}

} // namespace tcds::cds
