#pragma once

#include "fhir/read/reading.hpp"

#include <string_view>
#include <vector>

namespace tcds::fhir {

/// Observation.referenceRange, rows in the order as sent. A row has a low or a high limit; the unit
/// is the UCUM code where one was sent, else the text, else the unit of the result.
std::vector<ReferenceRange> rangesOf(Value const* ranges, std::string_view unitOfResult);

} // namespace tcds::fhir
