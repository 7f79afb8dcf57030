#pragma once

#include "fhir/base/json.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cds/services.hpp"

#include <string>
#include <string_view>

namespace tcds::cds {

/// Builds the hook request that an EHR would send for a plain patient Bundle: our own prefetch
/// templates, the optional ones too, are applied to it - reads by id, searches by patient,
/// category, code, status, intent, encounter, _sort and _count. Medications that a request refers
/// to are included, as servers hold them too. References by `urn:uuid:` to the fullUrl of an entry
/// (transactions, such as Synthea writes) become `Type/id`.
///
/// @param bundle     a Bundle with exactly one Patient (the first one counts)
/// @param complaint  code (ICD-10-CM such as R25.3, SNOMED CT number) or text that is added as a
///                   Condition of `now`; "" adds none
/// @return the request as JSON
/// @error BadRequest when it is no Bundle or holds no Patient, or when encounter-start is asked for
///        and there is no Encounter
Result<std::string> requestFromBundle(json::Value const& bundle, Service const& service,
                                      rules::RuleSet const& rules, std::string_view complaint,
                                      Instant now);

} // namespace tcds::cds
