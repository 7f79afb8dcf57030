#pragma once

#include "fhir/read/reading.hpp"

#include <string_view>

namespace tcds::fhir {

/// True when a text says that the sample was haemolysed: "haemoly..." or "hemoly..." that is not
/// negated in its own part of the sentence, and is no haemolytic anaemia.
bool saysHaemolysed(std::string_view text);
/// True when a text says that the sample was old or separated late (potassium leaks out of cells).
bool saysDelayedSeparation(std::string_view text);

/// What interpretation, notes and specimen say about the sample.
NoteSet sampleNotes(Reading& reading, Place const& place);
/// True when the specimen is urine or another fluid that no serum code may speak of.
bool isForeignSpecimen(Reading& reading, Place const& place);

/// An Observation that is a haemolysis index: positive by value, flag or its own upper limit.
/// @return true when the observation is an index, whatever it says
bool readHaemolysisIndex(Reading& reading, Place const& place,
                         std::optional<TimeSpan> const& taken);

} // namespace tcds::fhir
