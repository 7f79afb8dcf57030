#include "server/auth/key_set.hpp"

#include "fhir/base/base64.hpp"
#include "fhir/base/json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <variant>

namespace tcds::auth {

namespace {

using json::Value;

// A set of 32 keys with certificate chains stays far below; deeper or wider is no key set.
constexpr json::Limits kLimits{.bytes = kMaxKeySetBytes,
                               .depth = 8,
                               .members = 64,
                               .values = 4'000,
                               .keyBytes = 256,
                               .stringBytes = 16U * 1024U,
                               .longStringBytes = 16U * 1024U};

/// Members that only a private key has (RFC 7518, 6.2.2 and 6.3.2; RFC 8037 for OKP).
constexpr std::array<std::string_view, 7> kPrivateMembers{"d", "p", "q", "dp", "dq", "qi", "oth"};

struct Skipped {
    std::string why;
};

/// A key, a reason to leave it out, or a fault that ends the reading.
using Read = std::variant<KeyParts, Skipped, Error>;

Error fault(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::Config, std::move(where), std::move(what), std::move(fix)};
}

bool has(Value const& object, std::string_view name)
{
    return object.FindMember(Value{rapidjson::StringRef(name.data(), name.size())}) !=
           object.MemberEnd();
}

/// Reads one JWK; `where` is its place.
class KeyReader
{
public:
    KeyReader(Value const& jwk, std::string where) : jwk_{jwk}, where_{std::move(where)} {}

    Read read() const
    {
        if (!jwk_.IsObject()) return fault(where_, "not an object", "list JWKs, see RFC 7517");
        if (auto secret = secretFault()) return *secret;
        if (auto why = otherPurpose()) return Skipped{*why};
        if (textOf("kty") == "EC") return curveKey();
        return rsaKey();
    }

private:
    [[nodiscard]] std::string_view textOf(std::string_view name) const
    {
        return json::textOf(jwk_, name);
    }
    [[nodiscard]] std::string at(std::string_view name) const
    {
        return json::pointer(where_, name);
    }

    [[nodiscard]] std::optional<Error> secretFault() const
    {
        if (textOf("kty") == "oct" || has(jwk_, "k"))
            return fault(at("kty"), "a symmetric key: whoever can verify with it can sign with it",
                         "take it out, exchange it everywhere, and list public EC or RSA keys");
        for (auto const member : kPrivateMembers)
            if (has(jwk_, member))
                return fault(at(member), "a private key",
                             "take it out, exchange it, and list the public part alone");
        return std::nullopt;
    }

    /// Why the key is none for the tokens of CDS clients, without being wrong.
    [[nodiscard]] std::optional<std::string> otherPurpose() const
    {
        auto const type = textOf("kty");
        if (type != "EC" && type != "RSA") return "kty is neither EC nor RSA";
        if (type == "EC" && !curve()) return "crv is neither P-256 nor P-384";
        if (has(jwk_, "use") && textOf("use") != "sig") return "use is not sig";
        if (has(jwk_, "key_ops") && !mayVerify()) return "key_ops lacks verify";
        if (has(jwk_, "alg") && !algorithmOf(textOf("alg")))
            return "alg is none of ES384, RS384, ES256, RS256";
        auto const kid = textOf("kid");
        if (kid.empty()) return "no kid, so no token can name it";
        if (kid.size() > kMaxKidBytes) return "kid is longer than 256 bytes";
        return std::nullopt;
    }

    [[nodiscard]] std::optional<KeyType> curve() const
    {
        if (textOf("crv") == "P-256") return KeyType::P256;
        if (textOf("crv") == "P-384") return KeyType::P384;
        return std::nullopt;
    }

    [[nodiscard]] bool mayVerify() const
    {
        return std::ranges::any_of(json::items(jwk_, "key_ops"), [](Value const& operation) {
            return json::text(&operation) == "verify";
        });
    }

    [[nodiscard]] Read curveKey() const
    {
        auto const type = *curve();
        auto const size = std::size_t{type == KeyType::P256 ? 32U : 48U};
        for (auto const* name : {"x", "y"}) {
            auto const coordinate = fromBase64Url(textOf(name));
            if (!coordinate || coordinate->size() != size)
                return fault(at(name), "not a coordinate of " + std::to_string(size) + " bytes",
                             "write it in base64url without padding, leading zeros included "
                             "(RFC 7518, 6.2.1.2)");
        }
        return parts(type, "x", "y");
    }

    [[nodiscard]] Read rsaKey() const
    {
        auto const modulus = fromBase64Url(textOf("n"));
        if (!modulus || modulus->empty())
            return fault(at("n"), "not base64url", "write it without padding (RFC 7518, 6.3.1.1)");
        auto const bits = bitsOf(*modulus);
        if (bits < kLeastRsaBits || bits > kMostRsaBits)
            return fault(at("n"), "an RSA key of " + std::to_string(bits) + " bits",
                         "use one of 2048 to 8192 bits");
        auto const exponent = fromBase64Url(textOf("e"));
        // With an exponent of 1 every number is its own signature; OpenSSL takes at most 64 bits
        // with a long modulus.
        if (!exponent || bitsOf(*exponent) < 2 || bitsOf(*exponent) > 64 ||
            (static_cast<unsigned char>(exponent->back()) & 1U) == 0)
            return fault(at("e"), "not an odd exponent from 3 to 64 bits",
                         "make the key anew; AQAB (65537) is usual");
        return parts(KeyType::Rsa, "n", "e");
    }

    [[nodiscard]] Read parts(KeyType type, std::string_view first, std::string_view second) const
    {
        auto const only = algorithmOf(textOf("alg"));
        auto const curveAlgorithm = only == Algorithm::Es256 || only == Algorithm::Es384;
        auto const fits = !only || (type == KeyType::P256   ? only == Algorithm::Es256
                                    : type == KeyType::P384 ? only == Algorithm::Es384
                                                            : !curveAlgorithm);
        if (!fits)
            return fault(at("alg"), "an algorithm that a key of this type cannot have",
                         "ES256 goes with P-256, ES384 with P-384, RS256 and RS384 with RSA");
        return KeyParts{std::string{textOf("kid")}, type, only, std::string{textOf(first)},
                        std::string{textOf(second)}};
    }

    static std::size_t bitsOf(std::string_view number)
    {
        auto const first = number.find_first_not_of('\0');
        if (first == std::string_view::npos) return 0;
        return (number.size() - first - 1) * 8 +
               static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(number[first])));
    }

    Value const& jwk_;
    std::string where_;
};

/// The list of keys, or what keeps it from being one.
Result<Value const*> keysOf(Value const& root, std::string const& origin)
{
    if (!root.IsObject() || !has(root, "keys") || !root["keys"].IsArray())
        return fault(origin, "no key set", R"(write {"keys": [...]}, see RFC 7517, 5)");
    auto const count = root["keys"].Size();
    if (count > kMaxKeys)
        return Error{Error::Kind::TooLarge, origin + " /keys",
                     std::to_string(count) + " keys are too many", "list at most 32"};
    return &root["keys"];
}

} // namespace

Result<KeySet> KeySet::parse(std::string text, std::string_view origin)
{
    auto const name = std::string{origin};
    auto const document = json::Document::parse(std::move(text), kLimits);
    if (!document) {
        auto error = document.error();
        if (error.kind != Error::Kind::TooLarge) error.kind = Error::Kind::Config;
        error.where = name + " " + error.where;
        return error;
    }
    auto const list = keysOf(document->root(), name);
    if (!list) return list.error();

    KeySet set;
    for (rapidjson::SizeType i = 0; i < (*list)->Size(); ++i) {
        auto const where = json::pointer(name + " /keys", std::size_t{i});
        auto read = KeyReader{(**list)[i], where}.read();
        if (auto const* const error = std::get_if<Error>(&read)) return *error;
        if (auto const* const skipped = std::get_if<Skipped>(&read)) {
            set.leftOut_.push_back(where + ": left out: " + skipped->why);
            continue;
        }
        auto& parts = std::get<KeyParts>(read);
        if (set.find(parts.kid))
            return fault(where + "/kid", "the kid of an earlier key",
                         "give each key a kid of its own");
        auto key = Key::make(std::move(parts));
        if (!key)
            return fault(where, "no key: the point is not on its curve",
                         "export the public key anew");
        set.keys_.push_back(std::make_shared<Key const>(std::move(*key)));
    }
    if (set.keys_.empty())
        return fault(name + " /keys", "no key that could verify a token",
                     "list a public key with kid: EC P-384 or P-256, or RSA");
    return set;
}

std::shared_ptr<Key const> KeySet::find(std::string_view kid) const
{
    auto const found =
        std::ranges::find_if(keys_, [kid](auto const& key) { return key->kid() == kid; });
    return found == keys_.end() ? nullptr : *found;
}

} // namespace tcds::auth
