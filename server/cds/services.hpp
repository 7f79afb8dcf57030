#pragma once

#include "fhir/facts/patient_context.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cds/prefetch_profile.hpp"

#include <array>
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

/// What a client is asked to send to a service: the keys of the service that its profile has, in
/// order, then the extra ones; each once. Empty in the profile `context`.
std::vector<PrefetchTemplate> prefetchOf(Service const& service, PrefetchChoice const& choice,
                                         rules::RuleSet const& rules);

/// The discovery document (CDS Hooks 2.0.1): {"services":[...]}; the same bytes for the same rule
/// set and choice. A service that asks for nothing has no `prefetch`.
std::string writeDiscovery(rules::RuleSet const& rules, PrefetchChoice const& choice = {});

} // namespace tcds::cds
