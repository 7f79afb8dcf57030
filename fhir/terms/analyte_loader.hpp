#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "fhir/terms/analyte.hpp"

#include <vector>

namespace tcds::terms {

/// Reads the analyte file: a map KEY -> entry, in file order. Faults: L01 (keys, types, numbers),
/// L02 (a code of two analytes), L03 (input of a derived analyte), L05 (units), L06 (limits).
std::vector<Analyte> readAnalytes(Tree const& tree, Problems& problems);

} // namespace tcds::terms
