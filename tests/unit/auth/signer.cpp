#include "signer.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tcds::auth::test {

namespace {

unsigned char const* bytesOf(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct FreeAny {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIO* stream) const { BIO_free(stream); }
};

void need(bool fine, char const* what)
{
    if (!fine) throw std::runtime_error{what};
}

} // namespace

std::string base64url(std::string_view bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto const size =
        EVP_EncodeBlock(bytesOf(text), bytesOf(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(std::min(text.find('='), text.size()));
    return text;
}

SigningKey::SigningKey(EVP_PKEY* key, std::string kid, std::size_t coordinateBytes,
                       std::string curveName)
    : key_{key}, kid_{std::move(kid)}, coordinateBytes_{coordinateBytes}, curveName_{
                                                                              std::move(curveName)}
{
    need(key != nullptr, "no key pair");
}

SigningKey SigningKey::curve(std::string const& name, std::string kid)
{
    auto const bytes = name == "P-256" ? 32U : name == "P-384" ? 48U : 66U;
    return {EVP_EC_gen(name.c_str()), std::move(kid), bytes, name};
}

SigningKey SigningKey::rsa(unsigned bits, std::string kid)
{
    return {EVP_RSA_gen(bits), std::move(kid), 0, ""};
}

std::string SigningKey::number(char const* name, std::size_t bytes) const
{
    BIGNUM* raw = nullptr;
    need(EVP_PKEY_get_bn_param(key_.get(), name, &raw) == 1, "no such number");
    std::unique_ptr<BIGNUM, FreeAny> const value{raw};
    std::string text(bytes ? bytes : static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    need(BN_bn2binpad(raw, bytesOf(text), static_cast<int>(text.size())) >= 0, "too long");
    return base64url(text);
}

std::string SigningKey::values() const
{
    if (coordinateBytes_ == 0)
        return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
               number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"";
    return R"("kty":"EC","crv":")" + curveName_ + R"(","x":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_X, coordinateBytes_) + R"(","y":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y, coordinateBytes_) + "\"";
}

std::string SigningKey::jwk(std::string_view more) const
{
    return "{" + values() + ",\"kid\":" + inQuotes(kid_) + std::string{more} + "}";
}

std::string SigningKey::jwkAs(std::string_view kid) const
{
    return "{" + values() + ",\"kid\":" + inQuotes(kid) + "}";
}

std::string SigningKey::jwkWithoutKid() const { return "{" + values() + "}"; }

std::string SigningKey::publicPem() const
{
    std::unique_ptr<BIO, FreeAny> const stream{BIO_new(BIO_s_mem())};
    need(PEM_write_bio_PUBKEY(stream.get(), key_.get()) == 1, "no PEM");
    char* text = nullptr;
    auto const size = BIO_get_mem_data(stream.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string SigningKey::signDer(std::string_view input, char const* hash) const
{
    std::unique_ptr<EVP_MD_CTX, FreeAny> const context{EVP_MD_CTX_new()};
    need(EVP_DigestSignInit_ex(context.get(), nullptr, hash, nullptr, nullptr, key_.get(),
                               nullptr) == 1,
         "cannot sign");
    std::size_t size = 0;
    need(EVP_DigestSign(context.get(), nullptr, &size, bytesOf(input), input.size()) == 1, "size");
    std::string signature(size, '\0');
    need(EVP_DigestSign(context.get(), bytesOf(signature), &size, bytesOf(input), input.size()) ==
             1,
         "signing failed");
    signature.resize(size);
    return signature;
}

std::string SigningKey::sign(std::string_view input, char const* hash) const
{
    auto const der = signDer(input, hash);
    if (coordinateBytes_ == 0) return der; // PKCS #1, not DER at all
    auto const* at = bytesOf(der);
    std::unique_ptr<ECDSA_SIG, FreeAny> const signature{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
    std::string raw(2 * coordinateBytes_, '\0');
    auto const width = static_cast<int>(coordinateBytes_);
    need(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytesOf(raw), width) == width, "r");
    need(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytesOf(raw) + width, width) == width,
         "s");
    return raw;
}

std::string hmac(std::string_view secret, std::string_view input, char const* hash)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    need(HMAC(EVP_get_digestbyname(hash), secret.data(), static_cast<int>(secret.size()),
              bytesOf(input), input.size(), digest.data(), &size) != nullptr,
         "no HMAC");
    return {reinterpret_cast<char const*>(digest.data()), size};
}

Members Members::with(std::string_view name, std::string value) const
{
    auto copy = *this;
    for (auto& [known, old] : copy.all_) {
        if (known != name) continue;
        old = std::move(value);
        return copy;
    }
    copy.all_.emplace_back(name, std::move(value));
    return copy;
}

Members Members::without(std::string_view name) const
{
    auto copy = *this;
    std::erase_if(copy.all_, [name](auto const& member) { return member.first == name; });
    return copy;
}

Members Members::again(std::string_view name, std::string value) const
{
    auto copy = *this;
    copy.all_.emplace_back(name, std::move(value));
    return copy;
}

std::string Members::json() const
{
    std::string text;
    for (auto const& [name, value] : all_)
        text.append(text.empty() ? "{" : ",").append(inQuotes(name)).append(":").append(value);
    return text.empty() ? "{}" : text + "}";
}

std::string inQuotes(std::string_view text) { return "\"" + std::string{text} + "\""; }

std::string signingInput(std::string_view header, std::string_view claims)
{
    return base64url(header) + "." + base64url(claims);
}

} // namespace tcds::auth::test
