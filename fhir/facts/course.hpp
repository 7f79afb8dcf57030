#pragma once

#include "fhir/facts/facts.hpp"

#include <span>
#include <vector>

namespace tcds
{

/// Joins the uses of each ingredient into courses (clinical specification C.0.1): uses whose gap is
/// at most 30 days are one course; drafts, planned, not-taken, cancelled and future uses are left
/// out. A use without a start date joins the ingredient's newest course and marks `startUnknown`.
/// A rise or change needs two daily doses in the same unit that can be compared.
/// @return by ingredient, then by start
std::vector<Course> coursesOf(std::span<MedicationUse const> uses, Instant asOf);

} // namespace tcds
