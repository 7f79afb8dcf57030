#include "server/auth/token.hpp"

#include "fhir/base/base64.hpp"
#include "server/auth/key_set.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcds::auth {

namespace {

template <class T>
using Checked = boost::system::result<T, Rejection>;

constexpr std::string_view kField = "Authorization";
constexpr std::string_view kHeader = "token header";

// A header has a dozen members, claims rarely more; SMART puts small objects into them.
constexpr json::Limits kLimits{.bytes = kMaxTokenBytes,
                               .depth = 8,
                               .members = 64,
                               .values = 500,
                               .keyBytes = 256,
                               .stringBytes = kMaxTokenBytes,
                               .longStringBytes = kMaxTokenBytes};

bool sameIgnoringCase(std::string_view left, std::string_view right)
{
    auto const lower = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

Rejection badForm(std::string where, std::string what)
{
    return reject(Reason::Form, std::move(where), std::move(what),
                  "send one compact JWS: three base64url parts without padding (RFC 7515, 3.1)");
}

/// The token behind `Bearer `, scheme without case (RFC 9110, 11.1).
Checked<std::string_view> bearerToken(std::string_view authorization)
{
    constexpr std::string_view kScheme = "Bearer ";
    if (!sameIgnoringCase(authorization.substr(0, kScheme.size()), kScheme))
        return reject(Reason::Missing, std::string{kField},
                      authorization.empty() ? "no such field" : "another scheme than Bearer",
                      "send Authorization: Bearer and the token");
    auto const token = authorization.substr(kScheme.size());
    if (token.size() > kMaxTokenBytes)
        return badForm(std::string{kField}, "a token of " + std::to_string(token.size()) +
                                                " bytes; at most 8192 are read");
    return token;
}

/// Header, payload and signature, still in base64url.
Checked<std::array<std::string_view, 3>> partsOf(std::string_view token)
{
    auto const dots = std::ranges::count(token, '.');
    if (dots != 2) return badForm("token", std::to_string(dots + 1) + " parts instead of 3");
    auto const first = token.find('.');
    auto const second = token.rfind('.');
    return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1),
                      token.substr(second + 1)};
}

/// A part that has to be a JSON object.
Checked<json::Document> readObject(std::string_view part, std::string const& where)
{
    auto bytes = fromBase64Url(part);
    if (!bytes) return badForm(where, "not base64url, or with padding");
    auto document = json::Document::parse(std::move(*bytes), kLimits);
    if (!document) {
        // The parser may name a member in its message, and with it what the token says.
        auto const& error = document.error();
        return badForm(where + ", " + error.where, "not JSON within our limits");
    }
    if (!document->root().IsObject()) return badForm(where, "not a JSON object");
    return std::move(*document);
}

/// What is asked of the header besides algorithm and key; the rejection if it is not so.
std::optional<Rejection> faultOf(json::Value const& header)
{
    auto const at = [](std::string_view name) { return json::pointer("token header ", name); };
    auto const type = json::text(member(header, "typ"));
    if (!type || !sameIgnoringCase(*type, "JWT"))
        return reject(Reason::Header, at("typ"), "missing, or not JWT", "send typ: JWT");
    for (auto const* const name : {"crit", "b64"})
        if (member(header, name))
            return reject(Reason::Header, at(name), "an extension that is not known here",
                          "leave it out");
    auto const kid = json::text(member(header, "kid"));
    if (!kid || kid->empty() || kid->size() > kMaxKidBytes)
        return reject(Reason::Header, at("kid"), "missing, empty or longer than 256 bytes",
                      "send the kid of the signing key as it stands in the key set");
    if (auto const* const jku = member(header, "jku"); jku && !json::text(jku))
        return reject(Reason::JkuUnlisted, at("jku"), "not a text", "send the URL of the key set");
    return std::nullopt;
}

} // namespace

json::Value const* member(json::Value const& object, std::string_view name)
{
    auto const found =
        object.FindMember(json::Value{rapidjson::StringRef(name.data(), name.size())});
    return found == object.MemberEnd() ? nullptr : &found->value;
}

boost::system::result<Token, Rejection> readToken(std::string_view authorization)
{
    auto const compact = bearerToken(authorization);
    if (!compact) return compact.error();
    auto const parts = partsOf(*compact);
    if (!parts) return parts.error();
    auto const& [headerPart, claimsPart, signaturePart] = *parts;
    if (signaturePart.empty() || !fromBase64Url(signaturePart))
        return badForm("token signature", "empty, not base64url, or with padding");

    auto const header = readObject(headerPart, std::string{kHeader});
    if (!header) return header.error();
    auto const name = json::text(member(header->root(), "alg"));
    auto const algorithm = algorithmOf(name.value_or(""));
    if (!algorithm)
        return reject(Reason::Algorithm, "token header /alg",
                      name ? shown(*name) + " is never accepted" : "missing, or not a text",
                      "sign with ES384 or RS384");
    if (auto fault = faultOf(header->root())) return *fault;

    auto claims = readObject(claimsPart, "token claims");
    if (!claims) return claims.error();
    auto const jku = json::text(member(header->root(), "jku"));
    return Token{*compact, *algorithm, std::string{json::textOf(header->root(), "kid")},
                 jku ? std::optional{std::string{*jku}} : std::nullopt, std::move(*claims)};
}

} // namespace tcds::auth
