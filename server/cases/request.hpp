#pragma once

#include "fhir/base/problems.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cases/case_file.hpp"

#include <string>

namespace tcds::cases {

/// The hook request that an EHR would send for the facts of a case: every prefetch key of ours is
/// there, also the optional ones, an empty Bundle where nothing is; a failed key holds an
/// OperationOutcome, an absent one is left out. Earlier visits, which no query of ours returns,
/// come with a key of their own, `encounters`.
///
/// Faults of facts go to `problems` (L01); the request is then not usable.
std::string writeRequest(Case const& test, rules::RuleSet const& rules, Problems& problems);

} // namespace tcds::cases
