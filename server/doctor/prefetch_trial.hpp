#pragma once

#include "fhir/client/fhir_client.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cds/prefetch_profile.hpp"
#include "server/doctor/finding.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::doctor {

/// The chart that the queries are tried on.
struct Chart {
    std::string patient;   // id of a test patient
    std::string encounter; // "": what needs a visit is not tried
};

/// One prefetch key and the ways to ask for it, the advertised one first.
struct Ladder {
    std::string key;
    std::vector<std::vector<std::string>> steps; // requests relative to the base
    bool advertised = false;                     // the first step is what the EHR is asked for
    std::size_t wholeSteps = 0;                  // later ones answer a part of the question only
};

/// Every key that a client is asked for, with the missing-data ladder behind its template.
std::vector<Ladder> laddersOf(cds::PrefetchChoice const& choice, Chart const& chart,
                              rules::RuleSet const& rules, Instant now);

/// One step that was tried.
struct Attempt {
    std::size_t step = 0;
    client::Answer answer;
};

/// Tries a ladder as the service does: the next step where the server refuses the form of one. All
/// keys at once.
/// @param token  may be empty; copied for each round, the copies are wiped
/// @return attempts by ladder, in the order of `ladders`
std::vector<std::vector<Attempt>> tryLadders(client::FhirClient& client, std::string const& base,
                                             client::AccessToken const& token,
                                             std::vector<Ladder> const& ladders,
                                             std::chrono::milliseconds patience);

/// How the calls of the client may ask.
struct Terms {
    bool withToken = false;
    std::chrono::milliseconds deadline{0}; // of a call of this client
};

/// One finding a key: status, count, time, which step worked, and what is lost where none did.
void judgeTrial(std::string_view where, std::vector<Ladder> const& ladders,
                std::vector<std::vector<Attempt>> const& attempts, Chart const& chart,
                Terms const& terms, Findings& findings);

} // namespace tcds::doctor
