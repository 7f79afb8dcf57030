#pragma once

#include "rules/model/rule_set.hpp"
#include "server/cds/prefetch_profile.hpp"
#include "server/config/client_entry.hpp"

#include <string>
#include <vector>

namespace tcds::cli {

/// What one EHR is asked to send, and how its analysts call it.
struct PrefetchWanted {
    cds::PrefetchChoice choice;
    std::vector<config::Alias> aliases; // a key is shown under the first name typed for it
    std::string fhirServer;             // base URL for curl; "" = left to the reader
};
PrefetchWanted prefetchOf(config::ClientEntry const& client);

/// What is typed into an EHR that does not read discovery, as JSON: {"SERVICE-ID":{"KEY":"QUERY"}},
/// indented; `{}` for a service that asks for nothing. Ends with a line feed.
std::string prefetchJson(PrefetchWanted const& wanted, rules::RuleSet const& rules);

/// The same for people: what each key is needed for and what is lost without it, then the queries,
/// then the two groups of which one key has to come (decision D26).
std::string prefetchTable(PrefetchWanted const& wanted, rules::RuleSet const& rules);

/// A shell script that runs each query once, as the EHR would, against the FHIR server in $FHIR
/// with the access token in $TOKEN and the ids in $PATIENT and $ENCOUNTER.
std::string prefetchCurl(PrefetchWanted const& wanted, rules::RuleSet const& rules);

} // namespace tcds::cli
