#pragma once

#include "server/audit_export/decision.hpp"
#include "server/audit_export/fhir_json.hpp"
#include "server/audit_export/supplement.hpp"

namespace tcds::audit_export {

/// The GuidanceResponse of a decision; its id is the decision's. The module is the rule set as
/// `rules export` names it, BASE/Library/TwitchCdsManifest|VERSION; `result` is a contained
/// RequestGroup with one action a card, which cites the evidence of its rule and points to the
/// card's DetectedIssue; each data element
/// that was asked for and not there is a `dataRequirement`, each source that failed an issue of a
/// contained OperationOutcome.
Resource guidanceResponse(Decision const& decision, Supplement const& supplement);

} // namespace tcds::audit_export
