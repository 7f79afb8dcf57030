#pragma once

#include "fhir/base/json.hpp"

#include <string>
#include <string_view>

namespace tcds::audit {

/// A fact as one line: "lab: 19123-9 (loinc.org), 1.1 mg/dL, final, taken 2026-03-01T06:40:00Z".
/// @param fact  an element of `facts` of a decision record
std::string factText(json::Value const& fact);

/// "a, b, c" of an array of strings; "" when absent.
std::string listed(json::Value const& object, std::string_view name);

} // namespace tcds::audit
