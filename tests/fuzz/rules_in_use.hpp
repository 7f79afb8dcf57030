#pragma once

#include "fhir/base/clock.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"

namespace tcds::fuzz {

/// The time of every fuzzed call: an input must do the same on every day.
Instant now();

/// The files of rules/; read once a process. Ends it when they cannot be read.
rules::Content& shippedContent();

/// The same, read once more: for whoever keeps it.
rules::Content contentReadAnew();

/// What they compile to.
rules::RuleSet const& shippedRules();

} // namespace tcds::fuzz
