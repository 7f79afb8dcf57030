#pragma once

#include "fhir/base/problems.hpp"
#include "rules/model/rule_set.hpp"

namespace tcds::rules {

/// Looks for cycles (L09) of named conditions, of rule references and of suppression, and fills
/// RuleSet::order: a rule comes after the rules that it asks for, else in the order of ids.
///
/// Two rules may ask for each other when one of them asks only for the other's `when`
/// (`part: when`): that other one comes first, and its own question about the second is answered
/// while it is being judged, when its `when` is known already.
void orderRules(RuleSet& set, Problems& problems);

} // namespace tcds::rules
