#pragma once

#include "server/audit_export/decision.hpp"
#include "server/audit_export/supplement.hpp"

#include <vector>

namespace tcds::audit_export {

/// A DetectedIssue for each card of a decision; its id is the card's uuid. Severity is the level of
/// the card's finding, not what was shown: info low, warning moderate, critical high. Each rule of
/// the card is an `evidence` with the facts that it used; the medicines among them are
/// `implicated`; the last feedback on the card is its `mitigation`.
std::vector<Resource> detectedIssues(Decision const& decision, Supplement const& supplement);

} // namespace tcds::audit_export
