#pragma once

#include "fhir/read/reading.hpp"

#include <optional>

namespace tcds::fhir {

/// What members of a panel or report take over from it when they do not say it themselves.
struct Panel {
    std::optional<TimeSpan> taken, issued;
    int depth = 0;
};

/// Reads an Observation that a panel or report names: contained in it, or a resource of the call
/// that was not read yet. Others are left alone.
void readMember(Reading& reading, Value const& reference, Place const& from, Panel const& panel);

} // namespace tcds::fhir
