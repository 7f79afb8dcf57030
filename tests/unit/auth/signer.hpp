#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::auth::test {

std::string base64url(std::string_view bytes);

/// A key pair made by OpenSSL, which also signs: nothing here shares code with what is tested.
class SigningKey
{
public:
    static SigningKey curve(std::string const& name, std::string kid); // "P-384"
    static SigningKey rsa(unsigned bits, std::string kid);

    /// Public JWK; `more` is appended to its members, like `,"use":"sig"`.
    [[nodiscard]] std::string jwk(std::string_view more = "") const;
    /// The same with another kid, and without one.
    [[nodiscard]] std::string jwkAs(std::string_view kid) const;
    [[nodiscard]] std::string jwkWithoutKid() const;
    [[nodiscard]] std::string publicPem() const;

    /// JOSE signature: r and s side by side for a curve, PKCS #1 for RSA. Not in base64url.
    [[nodiscard]] std::string sign(std::string_view input, char const* hash) const;
    /// What OpenSSL gives for a curve: DER.
    [[nodiscard]] std::string signDer(std::string_view input, char const* hash) const;

    [[nodiscard]] std::string const& kid() const { return kid_; }

private:
    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    SigningKey(EVP_PKEY* key, std::string kid, std::size_t coordinateBytes, std::string curveName);
    [[nodiscard]] std::string number(char const* name, std::size_t bytes) const;
    [[nodiscard]] std::string values() const;

    std::unique_ptr<EVP_PKEY, Free> key_;
    std::string kid_;
    std::size_t coordinateBytes_; // 0: RSA
    std::string curveName_;
};

/// HMAC of the input, as an attacker makes it with a public key for secret.
std::string hmac(std::string_view secret, std::string_view input, char const* hash);

/// Members of an object in order, values as raw JSON; what a test changes of a good token.
class Members
{
public:
    Members(std::initializer_list<std::pair<std::string, std::string>> all) : all_{all} {}

    [[nodiscard]] Members with(std::string_view name, std::string value) const;
    [[nodiscard]] Members without(std::string_view name) const;
    /// Appended even if the name is there already.
    [[nodiscard]] Members again(std::string_view name, std::string value) const;
    [[nodiscard]] std::string json() const;

private:
    std::vector<std::pair<std::string, std::string>> all_;
};

std::string inQuotes(std::string_view text);

/// header "." claims in base64url: what is signed.
std::string signingInput(std::string_view header, std::string_view claims);

} // namespace tcds::auth::test
