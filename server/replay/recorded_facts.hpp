#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"
#include "server/replay/record_object.hpp"

namespace tcds::replay {

/// Reads `inputs`, `facts`, `evaluatedAt` and `hook` of a decision record back into what the engine
/// was given. Everything that evaluation, cards and their JSON look at is there again; ids of
/// resources are not, and their pseudonyms stand in for them, in the order that the ids had.
///
/// The patient's birth date is not on record: one is made that gives the recorded age.
///
/// @param zoneMinutes  zone of times without one, of the settings of the decision
/// @param terms        of the rules that decided: names that they do not have are faults
/// @param fault        gets the first member that cannot be read
PatientContext factsOf(RecordObject const& record, int zoneMinutes, terms::Terminology const& terms,
                       Fault& fault);

} // namespace tcds::replay
