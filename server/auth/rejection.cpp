#include "server/auth/rejection.hpp"

#include <algorithm>
#include <utility>

namespace tcds::auth {

namespace {

constexpr std::size_t kMostShown = 100;

Error::Kind kindOf(Reason reason)
{
    auto const ours = reason == Reason::ReplayFull || reason == Reason::KeysUnavailable;
    return ours ? Error::Kind::Unavailable : Error::Kind::Unauthenticated;
}

bool isPlain(char character)
{
    constexpr std::string_view kMarks = "-._~:/@+=";
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           kMarks.find(character) != std::string_view::npos;
}

/// Part of a token begins with the base64url of `{"`.
bool looksLikeToken(std::string_view word) { return word.find("eyJ") != std::string_view::npos; }

} // namespace

std::string_view toText(Reason reason)
{
    switch (reason) {
    case Reason::Missing:
        return "jwt-missing";
    case Reason::Form:
        return "jwt-form";
    case Reason::Header:
        return "jwt-header";
    case Reason::Algorithm:
        return "jwt-alg";
    case Reason::Issuer:
        return "jwt-iss";
    case Reason::JkuUnlisted:
        return "jku-unlisted";
    case Reason::Claims:
        return "jwt-claims";
    case Reason::Audience:
        return "jwt-aud";
    case Reason::Expired:
        return "jwt-exp";
    case Reason::IssuedAt:
        return "jwt-iat";
    case Reason::NotBefore:
        return "jwt-nbf";
    case Reason::Life:
        return "jwt-life";
    case Reason::UnknownKey:
        return "jwt-kid";
    case Reason::Signature:
        return "jwt-sig";
    case Reason::Replay:
        return "replay";
    case Reason::ReplayFull:
        return "replay-full";
    case Reason::KeysUnavailable:
        return "keys-unavailable";
    }
    return "";
}

Rejection reject(Reason reason, std::string where, std::string what, std::string fix)
{
    return {reason, {}, {kindOf(reason), std::move(where), std::move(what), std::move(fix)}};
}

std::string toText(Rejection const& rejection) { return toText(rejection.error); }

std::string shown(std::string_view word)
{
    if (word.size() <= kMostShown && std::ranges::all_of(word, isPlain) && !looksLikeToken(word))
        return "\"" + std::string{word} + "\"";
    return "a text of " + std::to_string(word.size()) + " bytes";
}

void throw_exception_from_error(Rejection const& rejection, boost::source_location const& at)
{
    tcds::throw_exception_from_error(rejection.error, at);
}

} // namespace tcds::auth
