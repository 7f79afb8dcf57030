#pragma once

#include "server/audit_export/decision.hpp"
#include "server/audit_export/fhir_json.hpp"

#include <string_view>
#include <vector>

namespace tcds::audit_export {

/// The AuditEvents of a decision: the call itself, then one for each source that the service read
/// from the EHR's FHIR server, in the order of `inputs`.
///
/// A read that succeeded follows IHE Basic Audit Log Patterns 1.1.4, `PatientQuery` or
/// `PatientRead`; one that failed has the same members and claims no profile, for these are of
/// successes. As there, the client of a query is the source role and the server the destination,
/// and the other way round for a read. The query is masked as in the record. Nothing of the access
/// token is recorded (control CTL-06), so no profile of tokens is claimed.
///
/// The call is no FHIR interaction, so no profile is of it: DICOM "Query", the hook as subtype.
std::vector<Resource> auditEvents(Decision const& decision);

/// The AuditEvent of an `access` record: DICOM "Audit Log Used".
/// @param line  of the log
/// @error BadRequest as Decision::read
Result<Resource> accessEvent(std::string_view line);

} // namespace tcds::audit_export
