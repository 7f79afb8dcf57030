#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::config {

/// How a client proves who it is.
enum class Auth : std::uint8_t {
    Jwt,  // a signed token of CDS Hooks
    Mtls, // the certificate of its connection (protocol row SEC-04)
    None  // nothing: for test systems, refused in production (control CTL-19)
};

/// What a call gets when needed data cannot be had (decision D26).
enum class OnMissing : std::uint8_t {
    Refuse, // 412 with an OperationOutcome
    Empty   // 200 {"cards":[]}
};

/// What a feedback call with a faulty item gets (FB-12, TOL-15).
enum class FeedbackRead : std::uint8_t {
    Strict, // 400, nothing is stored
    Lenient // 200, the usable items are stored
};

/// Whether the cards of a client leave the service.
enum class ClientMode : std::uint8_t {
    Active,
    Silent // evaluated and recorded, answered without cards
};

/// A prefetch key as an analyst typed it, and our key that it stands for (TOL-01).
struct Alias {
    std::string theirs, ours;
    bool operator==(Alias const&) const = default;
};

/// How often a client may call (control CTL-12).
struct Rate {
    unsigned perSecond = 0; // 0: as often as it likes
    unsigned burst = 0;     // calls at once after a rest; 0: those of one second
};

/// One caller that the service knows: how it proves who it is, what it sends, what it is answered.
/// Filled by the loader with every default in place; what stands here was checked:
/// names and certificate names are unique, issuers are so beside their tenant claim, `issuers` and
/// `jku` or `jwksFile`, or both, are there with `auth: jwt`, `certificateNames` with `auth: mtls`,
/// texts that are compared (issuers, jku, audiences) are kept byte by byte.
struct ClientEntry {
    std::string name;   // letters, digits, . _ -
    std::string tenant; // of records and pseudonyms (control CTL-15)

    Auth auth = Auth::Jwt;
    std::vector<std::string> issuers;       // exact values of `iss`
    std::string tenantClaim;                // exact value of `tenant`; "": any or none (TOL-04)
    std::vector<std::string> jku;           // exact URLs that a key set may come from; or
    std::string jwksFile;                   // a pinned key set; readable when the loader looked
    std::vector<std::string> algorithms;    // of ES384, RS384, ES256, RS256
    std::vector<std::string> audiences;     // exact values of `aud`; empty: the URL of the endpoint
    std::chrono::seconds jwtMaxLife{3600};  // longest exp - iat (control CTL-04), 60 s to 60 min
    std::chrono::seconds jwtRetryWindow{0}; // a token may come again with the same body (TOL-16)

    std::vector<std::string> certificateNames; // alternative names of its certificates

    std::vector<std::string> corsOrigins; // of its pages; exact
    Rate rate;

    std::vector<std::string> fhirServers;     // bases, without slash at the end; empty: none
    bool fhirAnonymous = false;               // they are read without an access token too (FHIR-07)
    std::chrono::milliseconds deadline{1500}; // longest answer to one of its calls (TOL-21)
    std::vector<Alias> aliases;               // in file order
    std::string prefetchProfile = "default";  // one of kProfileNames
    std::vector<std::string> extraPrefetch;   // of kExtraPrefetchNames, in file order
    bool codeSystem = false;                  // templates say http://loinc.org|CODE

    OnMissing onMissing = OnMissing::Refuse;
    bool lenientContext = false; // a context without its Bundle: no cards instead of 400 (TOL-12)
    FeedbackRead feedback = FeedbackRead::Strict;
    ClientMode mode = ClientMode::Active;
    std::size_t maxCards = 3; // 1 to 3 (decision D11)
    bool allowCritical = false;
    bool acceptUnknownStatus = false;
    bool atMostOne = false; // selectionBehavior at-most-one (decision D19)
};

// The words of server/cds that an entry may use; a test keeps the two alike.

/// Profiles of prefetch templates.
inline constexpr std::array<std::string_view, 3> kProfileNames{"default", "uscore", "context"};

/// Prefetch keys that are sent only where a client entry asks for them.
inline constexpr std::array<std::string_view, 9> kExtraPrefetchNames{
    "statements",      "questionnaires", "stopped",    "administrations", "dispenses",
    "serviceRequests", "vitals",         "procedures", "appointments"};

/// Prefetch keys that an alias may stand for: the advertised ones, then the extra ones.
inline constexpr std::array<std::string_view, 16> kPrefetchNames{
    "patient",         "conditions",
    "medications",     "labs",
    "encounter",       "encounterDiagnoses",
    "complaints",      "statements",
    "questionnaires",  "stopped",
    "administrations", "dispenses",
    "serviceRequests", "vitals",
    "procedures",      "appointments"};

} // namespace tcds::config
