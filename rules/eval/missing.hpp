#pragma once

#include "rules/eval/evaluation.hpp"

#include <vector>

namespace tcds::rules {

/// `missing` of the record (decision D52): each analyte that a rule of the hook names without a
/// usable result in the longest window that asks for it; each source that such a rule needs and
/// that failed or was not asked; what candidates lacked of medications and patient. Sorted, unique.
std::vector<Subject> missingOf(Evaluation const& evaluation);

} // namespace tcds::rules
