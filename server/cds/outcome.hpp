#pragma once

#include "fhir/base/result.hpp"

#include <string>
#include <string_view>

namespace tcds::cds {

inline constexpr std::string_view kFhirJson = "application/fhir+json";

/// An OperationOutcome that says what is wrong, where, and how to mend it. No patient data.
std::string writeOutcome(Error const& error);

} // namespace tcds::cds
