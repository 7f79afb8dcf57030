#pragma once

#include "server/query/record_summary.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::query {

/// Which records are wanted: those for which everything that is asked holds. Empty: not asked.
struct Question {
    std::string from, to; // dates or instants, inclusive
    std::string type;     // decision, feedback, reject, ...
    std::string client, user, service, hook;
    std::string decision;                 // id; also finds what names it
    std::string card;                     // uuid; finds its decision and the feedback on it
    std::vector<std::string> patientKeys; // pseudonyms, any of them; feedback on their cards too
    bool ofPatient = false;               // patientKeys are asked for, though there may be none
    std::string rule;                     // a candidate of a decision
    std::string outcome;                  // of that rule, or of any; "" with a rule: fired; "any"
    std::string answer;                   // accepted, overridden: last feedback on a card, of that
                                          // rule where one is asked for
    std::size_t limit = 0;                // the newest n; 0 = all
};

/// What was said last of a card.
struct CardAnswer {
    std::string answer; // accepted, overridden; "" = nothing
    std::string reason; // one of kOverrideColumns when it was overridden
};

/// A record that was found, read from its file.
struct Found {
    RecordSummary const& record;
    std::span<CardAnswer const> answers; // one for each card of a decision
    std::string_view line;               // as it is stored
    std::string_view file;               // its name
    bool altered = false; // its bytes do not give the hash that it states: see `audit verify`
};

/// How many records fit, and how many of them were handed out.
struct FoundCount {
    std::uint64_t matching = 0, shown = 0;
    std::uint64_t altered = 0; // of those handed out
};

using TakeFound = std::function<void(Found const&)>;

} // namespace tcds::query
