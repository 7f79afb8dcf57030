#pragma once

#include "rules/exchange/cql_library.hpp"

#include <string>
#include <vector>

namespace tcds::rules::exchange {

/// Names of the two libraries that an export consists of.
inline constexpr std::string_view kFactsLibrary = "TwitchCdsFacts";
inline constexpr std::string_view kRulesLibrary = "TwitchCdsRules";

/// CQL of a rule set, and what it refers to.
struct CqlExport {
    std::string facts, rules;           // text of the libraries, which end in a line feed
    std::vector<std::string> valueSets; // names of the value sets that the rules refer to, sorted
};

/// Writes the logic of every rule as CQL 1.5 over FHIR R4.
/// @param base  canonical URLs begin with it; no slash at its end
CqlExport cqlOf(RuleSet const& rules, std::string_view base);

} // namespace tcds::rules::exchange
