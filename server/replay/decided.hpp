#pragma once

#include "fhir/base/json.hpp"
#include "fhir/base/result.hpp"
#include "rules/cards/card.hpp"
#include "server/app/decide.hpp"
#include "server/replay/record_object.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::replay {

/// What a record says of one rule.
struct RuleSaid {
    std::string id, version, outcome, why, what, level, tier, band;
    std::vector<std::string> facts;
    bool operator==(RuleSaid const&) const = default;
};

/// What a record says of one card.
struct CardSaid {
    std::string uuid, rule, level, indicator; // rule "": the card says what could not be read
    std::vector<std::string> rules;
    std::string sha256; // of the masked card
    std::string card;   // the masked card, compact JSON
    bool operator==(CardSaid const&) const = default;
};

/// What was decided: everything of a record that follows from facts, rules and settings.
struct Decided {
    std::vector<RuleSaid> rules; // the candidates, by id (decision D40)
    int idle = 0;
    std::vector<std::string> missing;
    std::vector<CardSaid> cards; // as they were sent, first first
    bool operator==(Decided const&) const = default;

    /// nullptr for a rule that is no candidate.
    [[nodiscard]] RuleSaid const* find(std::string_view rule) const;
};

/// A decision record, read as far as deciding again needs it.
struct RecordedDecision {
    explicit RecordedDecision(json::Document&& read) : document{std::move(read)} {}

    json::Document document;
    std::string id, service, mode, phi, evaluatedAt;
    std::string engineVersion, engineCommit;
    std::string packId, packVersion, packDigest, packDay; // packDay "": not on record
    std::string settings;                                 // digest
    bool forPatients = false;
    Decided decided;
};

/// Reads a line of the log.
/// @error BadRequest with a JSON Pointer: no decision record, or one that is broken
Result<RecordedDecision> readDecision(std::string line);

/// What the record of a decision would say.
Decided decidedBy(app::Decision const& decision);

} // namespace tcds::replay
