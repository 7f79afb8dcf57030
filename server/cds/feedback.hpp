#pragma once

#include "fhir/base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// System of our own override reasons (decision D44).
inline constexpr std::string_view kOverrideSystem = "urn:twitch-cds:override-reason";

/// One item of a feedback call, validated.
struct Feedback {
    std::string card;
    bool accepted = false;
    std::vector<std::string> acceptedSuggestions;
    std::string reasonSystem, reasonCode; // override reason, "" when none
    // What a person wrote. It goes nowhere (FB-09) but, where a tenant keeps everything, sealed
    // into its record.
    std::string comment;       // userComment, "" = none
    std::string reasonDisplay; // of the reason as sent
    // From our own extension of an item, "" = not said: references, Type/id.
    std::string user, location;
    std::string outcomeTimestamp; // as sent
};

/// Reads the body of a feedback call. All items are validated before any is used (FB-12).
/// @error BadRequest with the JSON Pointer of the first faulty member
Result<std::vector<Feedback>> readFeedback(std::string body, json::Limits const& limits = {});

/// The items of a body that can be used, whatever is wrong with others (client entry
/// `feedback: lenient`, TOL-15).
struct UsableFeedback {
    std::vector<Feedback> items;
    std::size_t faulty = 0;
    std::optional<Error> firstFault; // of the first faulty item
};
/// @error BadRequest when the body is no JSON object with a list of items
Result<UsableFeedback> readUsableFeedback(std::string body, json::Limits const& limits = {});

} // namespace tcds::cds
