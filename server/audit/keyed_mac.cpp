#include "server/audit/keyed_mac.hpp"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace tcds::audit {

namespace {

struct FreeAlgorithm {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};

MacContext keyedContext(std::span<unsigned char const> key)
{
    std::unique_ptr<EVP_MAC, FreeAlgorithm> const hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    MacContext context{hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr};
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0), OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_init(context.get(), key.data(), key.size(), parameters.data()) != 1)
        throw std::runtime_error{"OpenSSL offers no HMAC-SHA-256"};
    return context;
}

} // namespace

void FreeMacContext::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

KeyedMac::KeyedMac(std::span<unsigned char const> key) : keyed_{keyedContext(key)} {}

MacContext KeyedMac::take() const
{
    {
        std::lock_guard const lock{mutex_};
        if (!idle_.empty()) {
            auto context = std::move(idle_.back());
            idle_.pop_back();
            return context;
        }
    }
    MacContext context{EVP_MAC_CTX_dup(keyed_.get())};
    if (!context) throw std::bad_alloc{};
    return context;
}

void KeyedMac::giveBack(MacContext context) const
{
    std::lock_guard const lock{mutex_};
    idle_.push_back(std::move(context)); // at most one a thread
}

Mac KeyedMac::of(MacContext const& context, std::initializer_list<std::string_view> parts)
{
    auto good = EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1;
    for (auto const part : parts)
        good = good &&
               EVP_MAC_update(context.get(), reinterpret_cast<unsigned char const*>(part.data()),
                              part.size()) == 1;
    Mac mac{};
    std::size_t length = 0;
    good = good && EVP_MAC_final(context.get(), mac.data(), &length, mac.size()) == 1;
    if (!good) throw std::runtime_error{"HMAC-SHA-256 failed inside OpenSSL"};
    return mac;
}

Mac KeyedMac::of(std::initializer_list<std::string_view> parts) const
{
    auto context = take();
    auto const mac = of(context, parts);
    giveBack(std::move(context));
    return mac;
}

std::string keyIdOf(Mac const& mark, std::string_view prefix)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string id{prefix};
    for (std::size_t i = 0; i < 3; ++i) {
        id += kDigits[mark[i] >> 4U];
        id += kDigits[mark[i] & 15U];
    }
    return id;
}

} // namespace tcds::audit
