#pragma once

#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

#include <string_view>

namespace tcds::fhir {

/// Reads an observation or component as a sign or complaint: a code with a value that does not deny
/// it (or with no value at all), a coded value, a text. A value "no" or "absent", a flag NEG and a
/// dataAbsentReason state nothing (clinical specification B.3).
/// @param holder   the observation, or one of its components
/// @param pointer  of the component, "" for the observation
/// @return true when anything about a sign was understood, stated or denied
bool addSign(Reading& reading, Place const& place, Members const& holder, Recorded recorded,
             std::string_view pointer);

/// True when a code of the concept is that of a sign or complaint.
bool namesSign(Reading const& reading, Value const* code);

} // namespace tcds::fhir
