#pragma once

#include "fhir/facts/patient_context.hpp"
#include "rules/model/rule_set.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// One of the five services (one id per hook; ids and keys never change within a major version).
struct Service {
    Hook hook;
    std::string_view id, title, description;
    std::array<std::string_view, 7> keys; // advertised prefetch keys, in order; "" = none
};

std::span<Service const> services();
Service const* findService(std::string_view id);

/// One prefetch template of ours, advertised or optional.
struct PrefetchTemplate {
    std::string key;
    std::string query; // "Patient/{{context.patientId}}"
};

/// Template of a key for a hook. The LOINC list of `labs` is generated from the rule set: every
/// code of the analytes that its rules name, in the order of analytes.yaml.
/// @return nothing for a key without a template
std::optional<PrefetchTemplate> prefetchTemplate(std::string_view key, Hook hook,
                                                 rules::RuleSet const& rules);

/// Every key of ours, the optional ones too, in reading order.
std::span<std::string_view const> allKeys();

/// The discovery document (CDS Hooks 2.0.1): {"services":[...]}; the same bytes for the same rule
/// set.
std::string writeDiscovery(rules::RuleSet const& rules);

} // namespace tcds::cds
