#include "server/config/client_keys.hpp"

#include "server/config/values.hpp"

#include <algorithm>

namespace tcds::config {

namespace {

using std::string_view;
using namespace std::chrono_literals;

template <std::size_t Count>
bool isOneOf(std::array<string_view, Count> const& words, string_view text)
{
    return std::ranges::find(words, text) != words.end();
}

bool isWord(string_view text) // compared byte by byte with what a token or a call holds
{
    return !text.empty() && text.size() <= 2048 &&
           std::ranges::none_of(text, [](char c) { return c <= ' ' || c == 0x7F; });
}

template <std::string ClientEntry::*Member, bool (*Fits)(string_view)>
bool text(ClientEntry& entry, string_view, string_view value)
{
    if (!Fits(value)) return false;
    entry.*Member = std::string{value};
    return true;
}
template <std::vector<std::string> ClientEntry::*Member, bool (*Fits)(string_view)>
bool item(ClientEntry& entry, string_view, string_view value)
{
    if (!Fits(value)) return false;
    (entry.*Member).emplace_back(value);
    return true;
}
template <bool ClientEntry::*Member>
bool flag(ClientEntry& entry, string_view, string_view value)
{
    return readYesNo(value, entry.*Member);
}

bool isText(string_view) { return true; }
/// A URI has a scheme; http(s) ones are compared as text and so must be plain.
bool isIssuer(string_view value)
{
    auto const colon = value.find(':');
    return isWord(value) && colon != string_view::npos && colon > 0 &&
           (!afterScheme(value) || isPlainUrl(value));
}
bool isAlgorithm(string_view value) // asymmetric ones of CDS Hooks only (JWT-03)
{
    constexpr std::array<string_view, 4> kAlgorithms{"ES384", "RS384", "ES256", "RS256"};
    return isOneOf(kAlgorithms, value);
}
bool isProfile(string_view value) { return isOneOf(kProfileNames, value); }
bool isExtraKey(string_view value) { return isOneOf(kExtraPrefetchNames, value); }

bool auth(ClientEntry& entry, string_view, string_view value)
{
    if (value == "jwt")
        entry.auth = Auth::Jwt;
    else if (value == "mtls")
        entry.auth = Auth::Mtls;
    else if (value == "none")
        entry.auth = Auth::None;
    else
        return false;
    return true;
}

bool certificateName(ClientEntry& entry, string_view, string_view value)
{
    auto name = readCertificateName(value);
    if (!name) return false;
    entry.certificateNames.push_back(std::move(*name));
    return true;
}

bool rate(ClientEntry& entry, string_view name, string_view value)
{
    if (name != "per_second" && name != "burst") return false;
    auto& number = name == "burst" ? entry.rate.burst : entry.rate.perSecond;
    return readNumber<unsigned>(value, 0, kMostCalls, number);
}

bool fhirServer(ClientEntry& entry, string_view, string_view value)
{
    if (!isBaseUrl(value)) return false;
    while (value.ends_with('/')) value.remove_suffix(1);
    entry.fhirServers.emplace_back(value);
    return true;
}

bool deadline(ClientEntry& entry, string_view, string_view value)
{
    std::int64_t count = 0;
    if (!readNumber<std::int64_t>(value, 1, 3'600'000, count)) return false;
    entry.deadline = std::chrono::milliseconds{count};
    return true;
}

/// A key of ours keeps its own meaning, so it cannot be an alias.
bool alias(ClientEntry& entry, string_view theirs, string_view ours)
{
    if (!isOneOf(kPrefetchNames, ours) || isOneOf(kPrefetchNames, theirs)) return false;
    if (theirs.empty() || theirs.size() > 256) return false;
    entry.aliases.push_back({std::string{theirs}, std::string{ours}});
    return true;
}

bool onMissing(ClientEntry& entry, string_view, string_view value)
{
    if (value != "refuse" && value != "empty") return false;
    entry.onMissing = value == "empty" ? OnMissing::Empty : OnMissing::Refuse;
    return true;
}

bool feedback(ClientEntry& entry, string_view, string_view value)
{
    if (value != "strict" && value != "lenient") return false;
    entry.feedback = value == "lenient" ? FeedbackRead::Lenient : FeedbackRead::Strict;
    return true;
}

bool mode(ClientEntry& entry, string_view, string_view value)
{
    if (value != "active" && value != "silent") return false;
    entry.mode = value == "silent" ? ClientMode::Silent : ClientMode::Active;
    return true;
}

bool maxCards(ClientEntry& entry, string_view, string_view value)
{
    return readNumber<std::size_t>(value, 1, 3, entry.maxCards);
}

bool selectionBehavior(ClientEntry& entry, string_view, string_view value)
{
    if (value != "any" && value != "at-most-one") return false;
    entry.atMostOne = value == "at-most-one";
    return true;
}

bool maxLife(ClientEntry& entry, string_view, string_view value)
{
    auto const life = readTime(value, 60min); // control CTL-04
    if (!life || *life < 60s) return false;
    entry.jwtMaxLife = *life;
    return true;
}

bool retryWindow(ClientEntry& entry, string_view, string_view value)
{
    auto const window = readTime(value, 5min);
    if (!window) return false;
    entry.jwtRetryWindow = *window;
    return true;
}

using Shape = ClientKey::Shape;
constexpr string_view kYesNo = "true or false";

constexpr std::array kKeys{
    ClientKey{"name", "", "", "name of the client in records and logs; unique",
              "letters, digits, '.', '_' or '-', at most 64", Shape::One,
              text<&ClientEntry::name, isName>},
    ClientKey{"tenant", "", "tenant", "tenant of its records; part of every pseudonym",
              "the name of `tenant`, or one of `tenants`", Shape::One,
              text<&ClientEntry::tenant, isText>},
    ClientKey{"auth", "jwt", "", "how the client proves who it is; none: not at all, tests only",
              "jwt, mtls or none", Shape::One, auth},
    ClientKey{"issuers", "", "", "values of iss in its tokens, exactly as sent; one client each",
              "a list of URIs such as https://ehr.example.org", Shape::List,
              item<&ClientEntry::issuers, isIssuer>},
    ClientKey{"tenant_claim", "", "",
              "value of tenant in its tokens, exactly as sent; none: any. Tells clients of one "
              "issuer apart",
              "a text without blanks", Shape::One, text<&ClientEntry::tenantClaim, isWord>},
    ClientKey{"jku", "", "", "URLs of its key set, exactly as its tokens name them",
              "a list of http(s) URLs without credentials or fragment", Shape::List,
              item<&ClientEntry::jku, isPlainUrl>},
    ClientKey{"jwks_file", "", "", "file with its public key set; goes before jku",
              "the path of a readable file", Shape::One, text<&ClientEntry::jwksFile, isText>},
    ClientKey{"algorithms", "ES384 RS384", "", "signatures that are accepted",
              "a list of ES384, RS384, ES256 and RS256", Shape::List,
              item<&ClientEntry::algorithms, isAlgorithm>},
    ClientKey{"audiences", "", "", "values of aud that are accepted; none: the URL of the endpoint",
              "a list of texts without blanks", Shape::List, item<&ClientEntry::audiences, isWord>},
    ClientKey{"jwt_max_life", "60m", "", "longest life of a token, exp minus iat",
              "a time from 60s to 60m, such as 15m", Shape::One, maxLife},
    ClientKey{"jwt_retry_window", "0s", "",
              "how long a token may come again with the same body; 0s: never",
              "a time from 0s to 5m, such as 30s", Shape::One, retryWindow},
    ClientKey{"certificate_names", "", "",
              "alternative names of its certificates, with auth: mtls; one client each",
              "a list of DNS names, URIs, e-mail or IP addresses", Shape::List, certificateName},
    ClientKey{"cors_origins", "", "", "origins of its pages, beside those of cors.origins",
              "a list of http(s) origins", Shape::List, item<&ClientEntry::corsOrigins, isOrigin>},
    ClientKey{"rate", "", "rate", "how often it may call",
              "a map of per_second and burst to numbers from 0 to 1000000", Shape::Map, rate},
    ClientKey{"fhir_servers", "", "", "base URLs of FHIR servers that its calls may name",
              "a list of http(s) URLs without credentials or query", Shape::List, fhirServer},
    ClientKey{"fhir_anonymous", "", "fhir.anonymous",
              "read its FHIR servers also when a call brings no token", kYesNo, Shape::One,
              flag<&ClientEntry::fhirAnonymous>},
    ClientKey{"deadline_ms", "", "deadlines.call_ms", "longest answer to one of its calls",
              "milliseconds from 1 to 3600000", Shape::One, deadline},
    ClientKey{"aliases", "", "",
              "prefetch keys as typed into the EHR, and ours that each stands for",
              "a map of keys that are not ours to prefetch keys of ours", Shape::Map, alias},
    ClientKey{"prefetch_profile", "default", "", "queries that the client is asked to prefetch",
              "default, uscore or context", Shape::One,
              text<&ClientEntry::prefetchProfile, isProfile>},
    ClientKey{"extra_prefetch", "", "", "prefetch keys beyond those of the profile",
              "a list of statements, questionnaires, stopped, administrations, dispenses, "
              "serviceRequests, vitals, procedures and appointments",
              Shape::List, item<&ClientEntry::extraPrefetch, isExtraKey>},
    ClientKey{"code_system", "false", "", "write http://loinc.org|CODE instead of CODE in queries",
              kYesNo, Shape::One, flag<&ClientEntry::codeSystem>},
    ClientKey{"on_missing", "refuse", "",
              "when needed data cannot be had: refuse (412), or empty (200 without cards)",
              "refuse or empty", Shape::One, onMissing},
    ClientKey{"lenient_context", "false", "",
              "a context without the Bundle that its hook requires: 200 without cards, not 400",
              kYesNo, Shape::One, flag<&ClientEntry::lenientContext>},
    ClientKey{"feedback", "strict", "",
              "a feedback call with a faulty item: strict (400, nothing stored), or lenient (200, "
              "the usable items stored)",
              "strict or lenient", Shape::One, feedback},
    ClientKey{"mode", "active", "", "silent: evaluated and recorded, answered without cards",
              "active or silent", Shape::One, mode},
    ClientKey{"max_cards", "", "max_cards", "cards in an answer", "a number from 1 to 3",
              Shape::One, maxCards},
    ClientKey{"allow_critical", "", "allow_critical",
              "show the indicator critical; else it is capped at warning", kYesNo, Shape::One,
              flag<&ClientEntry::allowCritical>},
    ClientKey{"accept_unknown_status", "", "accept_unknown_status",
              "use results with status unknown, and say so on the card", kYesNo, Shape::One,
              flag<&ClientEntry::acceptUnknownStatus>},
    ClientKey{"selection_behavior", "", "selection_behavior", "selectionBehavior of cards",
              "any or at-most-one", Shape::One, selectionBehavior},
};

} // namespace

std::span<ClientKey const> clientKeys() { return kKeys; }

ClientKey const* findClientKey(std::string_view name)
{
    auto const at = std::ranges::find(kKeys, name, &ClientKey::name);
    return at == kKeys.end() ? nullptr : &*at;
}

} // namespace tcds::config
