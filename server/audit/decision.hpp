#pragma once

#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"
#include "server/audit/level.hpp"
#include "server/audit/pseudonyms.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

/// A card as it was sent, in both forms.
struct CardSent {
    std::string_view uuid;
    std::string_view masked; // compact JSON with references masked (decision D39)
};

/// One source that the service fetched itself.
struct FetchedInput {
    std::string key;
    std::string query;             // relative, with the ids of patient and visit masked
    std::string requestId, sha256; // of what was received
    int http = 0;                  // last status, 0 for none
    std::size_t milliseconds = 0;
};

/// A prefetch value as it came (audit.input_digest); one of the two.
struct ReceivedInput {
    std::string key;
    std::string sha256;
    std::string hmac; // with the key of the pseudonyms
};

/// What a record holds in encrypted form (level `full`); all empty otherwise.
struct Sealed {
    std::string key; // id of the key
    std::string jwe;
    std::vector<std::string> leftOut; // parts that were too large
    bool tokenBlanked = false;        // asterisks stand for the access token of the request
};

/// Everything that a `decision` record says (integration specification 4.2).
struct DecisionRecord {
    Level level = Level::Facts;
    std::string_view decisionId, hookInstance, hook, service;
    std::string_view client;                   // name; "" = nobody known
    std::string_view issuer, keyId;            // of the token, "" without one
    std::string_view tokenDigest;              // of its jti: 32 hexadecimal digits
    std::string_view retryOf;                  // id of the call that this one repeats, "" = none
    std::string_view trigger;                  // vendor hint
    std::string_view traceId;                  // W3C, "" = none
    std::string_view user;                     // Type/id, or a pseudonym
    bool userHidden = false;                   // it is a pseudonym
    bool forPatients = false;                  // the user is a patient or relative: no cards
    std::string_view patientKey, encounterKey; // pseudonyms; encounterKey "" = none named
    std::string_view fhirServer;
    std::size_t requestBytes = 0;
    std::string_view requestSha256;
    std::string_view engineVersion, engineCommit;
    std::string_view settingsDigest;
    std::string_view mode; // active | silent | sandbox
    PatientContext const* context = nullptr;
    rules::Evaluation const* evaluation = nullptr;
    std::span<FetchedInput const> fetched;
    std::span<ReceivedInput const> received; // digests of prefetch values, in the order sent
    std::span<rules::Card const> cards;
    std::span<CardSent const> sent; // one for each card
    int status = 200;
    std::size_t responseBytes = 0;
    std::string_view responseSha256;
    bool degraded = false;
    // `authenticate` is 0 for calls without a token.
    std::chrono::microseconds total{}, authenticate{}, parse{}, fetch{}, evaluate{};
    Sealed const* sealed = nullptr; // nullptr below level `full`
};

/// The members of the record as JSON without braces, for Log::append("decision", ..). No resource
/// id but the user's, no name, no text outside of `sealed`: references are pseudonyms, cards are
/// masked. `redacted` says what was left out or replaced.
///
/// @param pseudonyms  of record.fhirServer
std::string writeDecision(DecisionRecord const& record, ServerPseudonyms& pseudonyms);

/// One feedback item (validated) for Log::append("feedback", ..).
struct FeedbackRecord {
    std::string_view client; // name; "" = nobody known
    std::string_view service, card, outcome, reasonSystem, reasonCode, outcomeTimestamp, user;
    std::string_view reasonDisplay;     // from our own list, "" otherwise
    std::string_view decisionId;        // of the card, "" where it is not known
    std::span<std::string const> rules; // of the card, the leading one first
    bool reasonText = false;            // a comment was sent; its text stands in `sealed` at most
    std::span<std::string const> acceptedSuggestions;
    Instant receivedAt;
    std::string_view location;      // pseudonym of where it was given, "" = not said
    Sealed const* sealed = nullptr; // nullptr below level `full`, and without texts
};
std::string writeFeedback(FeedbackRecord const& record);

/// A call that was refused before evaluation, for Log::append("reject", ..).
struct RejectRecord {
    int http = 0;
    std::string_view reason; // "json", "context-invalid", "missing-data", "body-size", ..
    std::string_view where;  // JSON Pointer or byte; never patient data
    std::string_view client; // name, where a token led to one
    std::string_view service, remote;
    std::size_t requestBytes = 0;
    std::string_view requestSha256;
};
std::string writeReject(RejectRecord const& record);

/// The content that answers calls from now on, or one that was refused, for Log::append("config",
/// ..).
struct ConfigRecord {
    struct Pack {
        std::string_view id, version, approval; // approval: none | required
    };
    bool refused = false;
    std::string_view via;   // start | signal | admin
    std::string_view actor; // name of who asked, "" where nobody says it
    // The content in use; of a refused one nothing is known for certain.
    std::string_view id, version, sha256, signer;
    std::span<Pack const> packs;
    std::string_view stored; // SHA-256 of its file in the pack store
    // The taking over of an unapproved pack (decision D54); all empty where none was needed.
    std::string_view acknowledgedPack, acknowledgedVersion, acknowledgedBy, acknowledgedOn;
    std::string_view before;     // SHA-256 of the content that was in use, "" at start
    std::string_view where, why; // of the refusal
};
std::string writeConfig(ConfigRecord const& record);

/// The settings from now on, for Log::append("config", ..).
struct SettingsRecord {
    struct Value {
        std::string_view key, value, from; // from: mode | file | environment | flag
    };
    struct Client {
        std::string_view name, digest; // name "" = anybody who calls
    };
    std::string_view via;            // start
    std::string_view mode;           // production | sandbox | dev
    std::span<Value const> values;   // that somebody set; no secret is a setting
    std::span<Client const> clients; // with the digest that `settings` of their decisions has
};
std::string writeSettings(SettingsRecord const& record);

/// The keys of the pseudonyms from now on, or some that were refused, for Log::append("config",
/// ..). Ids alone.
struct KeyRecord {
    bool refused = false;
    std::string_view via;        // start | signal | admin | period
    std::string_view actor;      // name of who asked, "" where nobody says it
    KeyIds keys;                 // in force and kept; of a refusal, those that stay
    std::string_view before;     // id of the key that was in force, "" at start
    std::string_view where, why; // of the refusal
};
std::string writeKeys(KeyRecord const& record);

} // namespace tcds::audit
