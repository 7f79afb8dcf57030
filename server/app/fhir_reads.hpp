#pragma once

#include "fhir/client/fhir_client.hpp"
#include "fhir/read/chart_reader.hpp"
#include "server/audit/decision.hpp"
#include "server/cds/missing_data.hpp"
#include "server/cds/request.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace tcds::app {

/// Which FHIR servers the calls of a client may have read, and for what.
struct FhirTerms {
    std::vector<std::string> bases;           // as configured; empty: none
    bool anonymous = false;                   // also without an access token (FHIR-07)
    cds::PrefetchChoice wanted;               // extra keys, form of codes
    std::chrono::milliseconds deadline{1500}; // of the whole call (TOL-21)
    bool ofEntry = false;                     // of a client entry, whose keys faults name
};

/// The base of the FHIR server that may be read for a call.
/// @error Forbidden; `what` says why not, for a person who sets the service up: no server named,
///        not listed, no token, a token that has expired or belongs to another patient (REQ-09)
Result<std::string> readableServer(cds::HookRequest const& request, FhirTerms const& terms);

/// Whether a query reads a medication that an order only refers to, rather than a source.
bool isMedicationRead(cds::FhirQuery const& query);

/// A document as the FHIR server sent it.
struct FetchedText {
    std::string key; // prefetch key
    std::string text;
};

/// What was fetched for one call. Owns the documents that inputs point into.
class FhirReads
{
public:
    /// @param keepsTexts  the answers are wanted as they came, besides
    explicit FhirReads(bool keepsTexts = false) : keepsTexts_{keepsTexts} {}

    /// The questions in the client's words. Their answers go to `take` before the next `ask`.
    std::vector<client::Query> ask(std::vector<cds::FhirQuery> queries);

    /// Makes the answers inputs of the call: each page one input, each failure one that says why.
    void take(std::vector<client::Answer> answers, cds::HookRequest& request);

    /// One for each question that was answered for a key of ours, for the record.
    [[nodiscard]] std::span<audit::FetchedInput const> fetched() const { return fetched_; }
    /// Every document, in the order received; empty unless they are kept.
    [[nodiscard]] std::span<FetchedText const> texts() const { return texts_; }
    /// The questions whose answers have not been taken yet.
    [[nodiscard]] std::span<cds::FhirQuery const> asked() const { return asked_; }

private:
    void takeOne(cds::FhirQuery const& asked, client::Answer& answer, cds::HookRequest& request);

    std::vector<cds::FhirQuery> asked_;
    std::vector<client::Answer> answers_; // their documents stay where they are when this grows
    std::vector<audit::FetchedInput> fetched_;
    std::vector<FetchedText> texts_;
    bool keepsTexts_;
};

} // namespace tcds::app
