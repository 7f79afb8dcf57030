#pragma once

#include "server/audit_export/decision.hpp"

namespace tcds::audit_export {

/// `dataRequirement`: each element of `missing` that names a resource type of R4, in its order.
void dataRequirements(audit::Members& json, Decision const& decision);

} // namespace tcds::audit_export
