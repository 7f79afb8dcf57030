#pragma once

#include "fhir/base/json.hpp"
#include "server/doctor/finding.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tcds::doctor {

/// Reads the CapabilityStatement of a FHIR server: is it FHIR R4, does it speak JSON, and does it
/// state the resources and search parameters that our queries use. What it does not state is a
/// note, for many statements are shorter than the truth; trying the query decides. OR lists are
/// not part of a CapabilityStatement.
///
/// @param root     the answer to GET metadata; any JSON
/// @param queries  ours, relative to the base: "Condition?patient=x&category=y", "Patient/x"
/// @return whether it is the statement of a server that this service can read
bool judgeCapability(std::string_view where, json::Value const& root,
                     std::span<std::string const> queries, Findings& findings);

} // namespace tcds::doctor
