#include "server/auth/claims.hpp"

#include "server/auth/token.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace tcds::auth {

namespace {

using namespace std::chrono_literals;

Rejection badClaim(std::string_view name, std::string what, std::string fix)
{
    return reject(Reason::Claims, json::pointer("token claims ", name), std::move(what),
                  std::move(fix));
}

/// A NumericDate (RFC 7519, 2): seconds since 1970, fractions allowed, up to the year 9999. Doubles
/// hold whole seconds of that range exactly.
std::optional<Instant> instantOf(json::Value const* claim)
{
    constexpr double kEnd = 253'402'300'800.0;
    auto const text = json::number(claim);
    if (!text) return std::nullopt;
    double seconds = -1;
    auto const [stop, failure] =
        std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (failure != std::errc{} || stop != text->data() + text->size()) return std::nullopt;
    if (!(seconds >= 0) || seconds >= kEnd) return std::nullopt;
    return Instant{std::chrono::milliseconds{std::llround(std::floor(seconds * 1000))}};
}

/// Empty: missing, or not a text or a list of texts.
std::vector<std::string> audiencesOf(json::Value const* claim)
{
    if (!claim) return {};
    if (auto const one = json::text(claim)) return {std::string{*one}};
    if (!claim->IsArray() || claim->Size() > kMaxAudiences) return {};
    std::vector<std::string> all;
    for (auto const& element : claim->GetArray()) {
        auto const one = json::text(&element);
        if (!one) return {};
        all.emplace_back(*one);
    }
    return all;
}

bool isFor(Claims const& claims, TrustEntry const& entry, std::string_view endpoint)
{
    return std::ranges::any_of(claims.audiences, [&](std::string const& audience) {
        if (audience.empty()) return false;
        if (entry.audiences.empty()) return audience == endpoint;
        return std::ranges::find(entry.audiences, audience) != entry.audiences.end();
    });
}

Rejection wrongAudience(Claims const& claims, std::string_view endpoint)
{
    auto what = claims.audiences.size() == 1
                    ? shown(claims.audiences.front()) + " is no audience of this endpoint"
                    : "none of " + std::to_string(claims.audiences.size()) +
                          " audiences is one of this endpoint";
    auto fix = endpoint.empty() ? std::string{"set public_url, or list the client's audiences"}
                                : "compare with " + shown(endpoint) +
                                      ", byte by byte; or list what the client "
                                      "sends under audiences";
    return reject(Reason::Audience, "token claims /aud", std::move(what), std::move(fix));
}

std::string secondsOf(std::chrono::milliseconds time)
{
    return std::to_string(std::chrono::floor<std::chrono::seconds>(time).count()) + " s";
}

std::optional<Rejection> timeFault(Claims const& claims, TrustEntry const& entry, Instant now)
{
    constexpr std::string_view kClocks = "compare the clocks of client and service";
    if (now >= claims.expires + kSkew)
        return reject(Reason::Expired, "token claims /exp",
                      "over since " + secondsOf(now - claims.expires),
                      "send a fresh token with each call; " + std::string{kClocks});
    if (now < claims.issued - kSkew)
        return reject(Reason::IssuedAt, "token claims /iat",
                      secondsOf(claims.issued - now) + " ahead", std::string{kClocks});
    if (claims.notBefore && now < *claims.notBefore - kSkew)
        return reject(Reason::NotBefore, "token claims /nbf",
                      "begins in " + secondsOf(*claims.notBefore - now), std::string{kClocks});
    auto const life = claims.expires - claims.issued;
    if (life <= 0s || life > entry.lifeCap)
        return reject(Reason::Life, "token claims /exp",
                      "a life of " + secondsOf(life) + "; the cap of this client is " +
                          secondsOf(entry.lifeCap),
                      "let tokens live for minutes, or raise the cap (60 min at most)");
    return std::nullopt;
}

} // namespace

boost::system::result<Claims, Rejection> readClaims(json::Value const& claims)
{
    Claims read;
    read.audiences = audiencesOf(member(claims, "aud"));
    if (read.audiences.empty())
        return badClaim("aud", "missing, or not a text or a list of at most 16",
                        "send the URL that is called");
    for (auto const& [name, target] : {std::pair{"exp", &read.expires}, {"iat", &read.issued}}) {
        auto const time = instantOf(member(claims, name));
        if (!time) return badClaim(name, "missing, or no time", "send seconds since 1970");
        *target = *time;
    }
    if (auto const* const claim = member(claims, "nbf")) {
        read.notBefore = instantOf(claim);
        if (!read.notBefore) return badClaim("nbf", "no time", "send seconds since 1970");
    }
    auto const jti = json::text(member(claims, "jti"));
    if (!jti || jti->empty() || jti->size() > kMaxJtiBytes)
        return badClaim("jti", "missing, empty, or longer than 256 bytes",
                        "send a new random text with each token");
    read.jti = *jti;
    return read;
}

std::optional<Rejection> faultOf(Claims const& claims, TrustEntry const& entry,
                                 std::string_view endpoint, Instant now)
{
    if (!isFor(claims, entry, endpoint)) return wrongAudience(claims, endpoint);
    return timeFault(claims, entry, now);
}

} // namespace tcds::auth
