#pragma once

#include "rules/eval/evaluation.hpp"

namespace tcds::rules {

/// What stands against fired rules once all are known (rule language section 7, step 3), in this
/// order: a stronger rule that names them (`suppresses`), the hook (decision D23), a draft order
/// that treats the finding (`treated_by`, order hooks only). Red flags are never suppressed.
void suppress(Evaluation& evaluation);

} // namespace tcds::rules
