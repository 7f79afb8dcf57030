#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What one node remembers between calls: which cards it returned and how they were answered
// (decisions D18, D35). Identifiers are keyed pseudonyms when they come in here; rules, clusters
// and levels are words of the rule set. No value of a result, no name and no text is kept.

namespace tcds::state {

/// What a card was about: one cluster, the rule that led and how serious it was.
struct Part {
    std::string cluster, rule, level; // words of the rule set, without blanks
    std::string key;                  // keyed repeat key (decision D18)
    std::string seen;                 // what was known then, a word of the caller's making
    bool operator==(Part const&) const = default;
};

/// A reason to hold cards back, for one patient.
struct Hold {
    std::string patient, encounter; // pseudonyms; encounter "" = none named
    Part part;
    std::string what; // "returned", "accepted", "overridden" or the code of an override reason
    std::string hook; // of the call
    Instant at;       // returned or answered
    Instant until;
    bool thisEncounter = false;   // ends with the encounter
    bool untilNewResult = false;  // ends with a new result
    bool untilDataChange = false; // ends when what the rule looked at changes
};

/// A card that was returned, so that feedback about it finds its decision.
struct ShownCard {
    std::string card;               // uuid
    std::string decision;           // id of the decision record
    std::string client;             // name of the entry that called, "" without one
    std::string patient, encounter; // pseudonyms
    std::string level;              // of the card, not capped
    std::string hook;               // of the call
    std::vector<std::string> rules; // ids, the leading one first
    std::vector<Part> parts;        // empty: a card that no feedback holds back
    Instant at;
};

/// What the answer to one card holds back.
struct Answer {
    std::string card; // uuid
    std::vector<Hold> holds;
};

struct Options {
    std::string file;                        // made when absent, 0600
    std::chrono::hours retention{24 * 400};  // nothing is kept longer
    std::chrono::hours cardsKept{24 * 90};   // how late feedback may be
    std::size_t maxRows = 500'000;           // of each table; the oldest rows make room
    std::chrono::milliseconds busyWait{100}; // for another process that writes
};

/// The state of one node in an SQLite file. From any thread; several processes may have the file
/// open. Everything takes the time as a parameter.
///
/// What fails at run time is an error value (kind Unavailable): the service answers without state.
class Store
{
public:
    /// Opens or makes the file and proves that it can be written.
    /// @error Config: not writable, no file of this service, damaged, made by a newer version
    static Result<std::unique_ptr<Store>> open(Options options);

    Store(Store const&) = delete;
    Store& operator=(Store const&) = delete;
    ~Store();

    /// What may hold back cards of a patient now, newest first, at most 256.
    Result<std::vector<Hold>> holdsOf(std::string_view patient, Instant now);
    /// Remembers the cards of an answer and what they hold back, all or nothing. The same key
    /// again replaces what was remembered.
    Result<void> returned(std::span<ShownCard const> cards, std::span<Hold const> holds,
                          Instant now);
    /// The card of that uuid, if this client got it and it is not forgotten.
    Result<std::optional<ShownCard>> card(std::string_view uuid, std::string_view client,
                                          Instant now);
    /// Remembers what answers to cards hold back, all or nothing; a later answer to the same card
    /// (by `at`) replaces an earlier one, the same answer again changes nothing.
    Result<void> answered(std::span<Answer const> answers, Instant now);

private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::state
