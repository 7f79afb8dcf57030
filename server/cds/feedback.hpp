#pragma once

#include "fhir/base/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tcds::cds {

/// One item of a feedback call, validated.
struct Feedback {
    std::string card;
    bool accepted = false;
    std::vector<std::string> acceptedSuggestions;
    std::string reasonSystem, reasonCode; // override reason, "" when none
    bool hasComment = false;              // userComment was sent; its text goes nowhere (FB-09)
    std::string outcomeTimestamp;         // as sent
};

/// Reads the body of a feedback call. All items are validated before any is used (FB-12).
/// @error BadRequest with the JSON Pointer of the first faulty member
Result<std::vector<Feedback>> readFeedback(std::string body, json::Limits const& limits = {});

} // namespace tcds::cds
