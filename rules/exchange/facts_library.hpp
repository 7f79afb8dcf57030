#pragma once

#include <string_view>

namespace tcds::rules::exchange {

/// The part of the exported logic that is the same for every rule set, as CQL from the first
/// definition on (the head with name, version and parameters comes from whoever writes the
/// library): how the facts of a patient are read from FHIR R4 resources, and the comparisons, dates
/// and three-valued connectives that the generated definitions use.
std::string_view factsLibrary();

} // namespace tcds::rules::exchange
