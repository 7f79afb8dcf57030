#include "server/audit/sha256.hpp"

#include <stdexcept>

namespace tcds::audit {

namespace {

struct FreeAlgorithm {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};

} // namespace

EVP_MD const* sha256Algorithm()
{
    static std::unique_ptr<EVP_MD, FreeAlgorithm> const algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    if (!algorithm) throw std::runtime_error{"OpenSSL offers no SHA-256"};
    return algorithm.get();
}

Sha256::Sha256() : context_{EVP_MD_CTX_new()}
{
    if (!context_) throw std::bad_alloc{};
}

HexDigest Sha256::of(std::string_view first, std::string_view second)
{
    return hexOf(bytesOf(first, second));
}

Digest Sha256::bytesOf(std::string_view first, std::string_view second, std::string_view third)
{
    Digest bytes{};
    unsigned length = 0;
    auto* const context = context_.get();
    if (EVP_DigestInit_ex2(context, sha256Algorithm(), nullptr) != 1 ||
        EVP_DigestUpdate(context, first.data(), first.size()) != 1 ||
        EVP_DigestUpdate(context, second.data(), second.size()) != 1 ||
        EVP_DigestUpdate(context, third.data(), third.size()) != 1 ||
        EVP_DigestFinal_ex(context, bytes.data(), &length) != 1)
        throw std::runtime_error{"SHA-256 failed inside OpenSSL"};
    return bytes;
}

} // namespace tcds::audit
