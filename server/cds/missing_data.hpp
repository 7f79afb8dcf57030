#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/read/chart_reader.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cds/prefetch_profile.hpp"
#include "server/cds/request.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tcds::cds {

/// One thing that a call lacks, and the ways to ask a FHIR server for it.
struct FhirQuery {
    std::string key; // prefetch key that the answer stands for
    /// Steps, narrowest first; a step is one or several reads or searches relative to the base of
    /// the server. A later step is for servers that refuse the form of an earlier one.
    std::vector<std::vector<std::string>> ladder;
    std::size_t wholeSteps = 0; // later ones answer a part of the question only
    bool continues = false;     // asks for the next page of what was sent for the key
};

/// What to ask the FHIR server for, so that the call can be answered (the missing-data ladder):
/// every key of the service and of `choice.extra` that was not sent or not in a usable shape, and
/// the rest of Bundles that name a next page. `null`, an empty Bundle and an OperationOutcome are
/// answers (PFD-04 to PFD-06): they are not asked for again.
///
/// Once every place of a complaint was looked at and there is none, nothing but a lacking Patient
/// is asked for: without a complaint there is no card, and no reason to read more of a chart.
///
/// @param read    what was understood of the call as it came
/// @param choice  extra keys and form of codes of the client; its profile does not matter here
std::vector<FhirQuery> missingQueries(HookRequest const& request, PatientContext const& read,
                                      PrefetchChoice const& choice, rules::RuleSet const& rules,
                                      Instant now);

/// Medications that orders and statements only refer to, where the reference is to nothing that was
/// delivered and has no display text: one read each, at most `most` of them. Their key is
/// "medications".
std::vector<FhirQuery> missingMedications(std::span<fhir::Input const> inputs, std::size_t most);

} // namespace tcds::cds
