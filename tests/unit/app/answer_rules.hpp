#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcds::app::test {

/// What an answer has to keep to beyond the standard: what the caller has set.
struct AnswerTerms {
    bool atMostOne = false;
    std::string publicUrl; // "" = none
};

/// The rows of docs/conformance.md that the body of an answer breaks, each with its place, such as
/// "CARD-02 /cards/0/summary". Written from the standard alone: it knows nothing of our writer.
/// @param body  of an answer with status 200
std::vector<std::string> brokenRows(std::string_view body, AnswerTerms const& terms = {});

} // namespace tcds::app::test
