#pragma once

#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

#include <functional>

namespace tcds::fhir {

/// The encounter of the call, or one that is still open (clinical specification B.3).
bool isCurrent(Reading const& reading, Members const& encounter, std::string_view id);

/// Calls f(concept, reference) for each reason of an encounter or order, one of the two set: R4
/// reasonCode and reasonReference, R5 CodeableReferences, DSTU2 reasonCodeableConcept.
void forEachReason(Members const& resource,
                   std::function<void(Value const*, Value const*)> const& f);

/// Reads the reasons as complaints and findings. A reason that leads to a resource of the call is
/// read with that resource; a contained one is read here.
void readReasons(Reading& reading, Place const& place, Recorded const& recorded);

} // namespace tcds::fhir
