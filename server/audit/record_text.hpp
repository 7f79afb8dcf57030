#pragma once

#include "fhir/base/json.hpp"

#include <string>
#include <string_view>

// The pages of records for people; toText(line) of reader.hpp chooses among them.

namespace tcds::audit {

/// Bounds for reading a record: it is our own, those of requests do not apply to it.
json::Limits boundsOfRecords();

/// The page of a `decision` record.
std::string decisionText(json::Value const& record);

/// A fact as one line: "lab: 19123-9 (loinc.org), 1.1 mg/dL, final, taken 2026-03-01T06:40:00Z".
/// Every member of it is there.
/// @param fact  an element of `facts` of a decision record
std::string factText(json::Value const& fact);

/// "a, b, c" of an array of strings; "" when absent.
std::string listed(json::Value const& object, std::string_view name);

} // namespace tcds::audit
