#pragma once

#include "fhir/read/chart_reader.hpp"
#include "server/app/fhir_reads.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/audit/seal.hpp"
#include "server/cds/feedback.hpp"
#include "server/config/config.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a record keeps of texts as they came: digests of prefetch values, and all of them, sealed.

namespace tcds::app {

/// Digests of the prefetch values of a call (decision D49).
/// @param body    the request as it came
/// @param inputs  of the call, in any state of reading
std::vector<audit::ReceivedInput> receivedInputs(std::string_view body,
                                                 std::span<fhir::Input const> inputs,
                                                 config::InputDigest kind,
                                                 audit::ServerPseudonyms& pseudonyms);

/// What came for a decision and what left.
struct CallTexts {
    std::string body; // of the request
    bool hasToken = false;
    std::span<FetchedText const> fetched;
    std::string_view answer;
};

/// Seals the texts of a call; asterisks stand for its access token (control CTL-06). What is too
/// large is left out and named.
audit::Sealed sealCall(audit::SealKey const& key, std::string_view tenant,
                       std::string_view decisionId, CallTexts texts);

/// Seals what a person wrote in feedback.
/// @return nothing when there is nothing of that kind
std::optional<audit::Sealed> sealFeedback(audit::SealKey const& key, std::string_view tenant,
                                          cds::Feedback const& item, Instant receivedAt);

} // namespace tcds::app
