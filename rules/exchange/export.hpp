#pragma once

#include "rules/exchange/exported_file.hpp"
#include "rules/model/rule_set.hpp"

#include <string>
#include <vector>

namespace tcds::rules::exchange {

struct ExportOptions {
    std::string base =
        "http://twitch-cds.example.org/fhir"; // of canonical URLs, no slash at its end
};

/// Everything that leaves with an export: FHIR R4 resources as JSON (PlanDefinition, Library,
/// ValueSet, ActivityDefinition), one Bundle that puts them all, and the CQL of both libraries.
/// The same rule set gives the same bytes.
/// @return by path
std::vector<ExportedFile> exportFiles(RuleSet const& rules, ExportOptions const& options);

} // namespace tcds::rules::exchange
