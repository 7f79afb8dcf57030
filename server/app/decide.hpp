#pragma once

#include "rules/cards/card.hpp"
#include "server/cds/cards.hpp"
#include "server/cds/request.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tcds::app {

/// What a tenant or a command sets about decisions; part of the record as a digest.
struct DecideSettings {
    rules::CardPolicy policy;
    bool acceptUnknownStatus = false;
    int zoneMinutes = 0;
    std::size_t maxEntries = 5000;
    std::string publicUrl;
};

struct Timing {
    std::chrono::microseconds parse{}, read{}, evaluate{}, compose{};
};

/// One decision: what was understood, what was found, what is said. `context` is referred to by the
/// evaluation and stays where it is.
struct Decision {
    std::string id; // UUIDv7
    std::unique_ptr<PatientContext> context;
    std::unique_ptr<rules::Evaluation> evaluation;
    std::vector<rules::Card> cards;
    std::vector<cds::WrittenCard> written;
    std::string body;      // {"cards":[..]}
    bool degraded = false; // some source of ours failed or was cut short
    Timing timing;
};

/// Makes the keyed repeat key of a card (decision D32) from parts that the record holds.
using RepeatKey = std::function<std::string(rules::Card const&, rules::Evaluation const&)>;

/// What of an earlier answer holds back cards of this one (decision D18): `recent` facts.
using RecentFacts = std::function<std::vector<Recent>(rules::Evaluation const&)>;

struct DecideOptions {
    Instant now;
    std::string decisionId;
    rules::EvaluateOptions evaluate;
    RepeatKey repeatKey;    // may be empty
    std::string whyNotRead; // the FHIR server was not asked for what is lacking; "" = it was
    RecentFacts recent;     // may be empty; asked once the evaluation is done
};

/// Step 7 of the walk of a request: the facts of the call as it stands.
/// @error BadRequest for a foreign Patient, TooLarge for too many entries
Result<PatientContext> readContext(cds::HookRequest const& request, rules::RuleSet const& rules,
                                   DecideSettings const& settings, Instant now);

/// Steps 8 to 10: evaluation, cards, JSON. Synchronous and pure: the same facts, rule set,
/// settings, clock and id give the same bytes.
/// @error MissingData when needed data could not be had (decision D26)
Result<Decision> decide(PatientContext&& context, cds::HookRequest const& request,
                        rules::RuleSet const& rules, DecideSettings const& settings,
                        DecideOptions const& options);
/// Steps 7 to 10.
/// @error as readContext and the above
Result<Decision> decide(cds::HookRequest const& request, rules::RuleSet const& rules,
                        DecideSettings const& settings, DecideOptions const& options);

} // namespace tcds::app
