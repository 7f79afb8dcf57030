#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/client/access_token.hpp"
#include "fhir/client/fhir_client.hpp"
#include "fhir/client/outside.hpp"
#include "rules/model/rule_set.hpp"
#include "server/config/config.hpp"
#include "server/doctor/finding.hpp"
#include "server/doctor/prefetch_trial.hpp"

#include <chrono>
#include <string>

namespace tcds::doctor {

/// What a visit is made with.
struct Visit {
    client::Options outbound; // networks, CA file and bounds, as `serve` has them
    client::Outside outside;
    std::string fhirServer;    // only this base; "": every one of the entry
    Chart chart;               // no patient: no query is tried
    client::AccessToken token; // may be empty; sent to `fhirServer`, or the only base, alone
    std::chrono::milliseconds patience{10'000}; // for one server, or one round of queries
};

/// Looks at what all entries share: the certificates that FHIR servers are trusted by
/// (fhir.ca_file), and the service's own (tls.*): key, dates, and the host of public_url.
Report examineService(config::Config const& config, Clock const& clock);

/// Looks at one client entry as an integrator would: what it says, its key sets, each of its FHIR
/// servers: the way to it, its certificate, its clock, its CapabilityStatement and every prefetch
/// query. Blocks. Writes nothing but what it returns.
/// @throws std::runtime_error as FhirClient
Report examine(config::Config const& config, config::ClientEntry const& entry, Visit const& visit,
               rules::RuleSet const& rules, Clock const& clock);

} // namespace tcds::doctor
