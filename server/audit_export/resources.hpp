#pragma once

#include "server/audit_export/fhir_json.hpp"
#include "server/audit_export/supplement.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit_export {

enum class As : std::uint8_t { AuditEvent, GuidanceResponse, DetectedIssue, All };
/// "auditevent", "guidanceresponse", "detectedissue", "all"
std::optional<As> parseAs(std::string_view word);

/// The FHIR R4 resources of a record: of a decision those wanted, of an `access` record its
/// AuditEvent, of any other type none.
///
/// Every id follows from the record, so the same record gives the same bytes. Patient, encounter
/// and what a chart held are named by the pseudonyms of the record, as logical references.
///
/// @param line  of the log, without line feed
/// @error BadRequest when the line is not as the service writes lines
Result<std::vector<Resource>> resourcesOf(std::string_view line, As as,
                                          Supplement const& supplement);

/// A Bundle, compact. `transaction`: each entry is put under its own id, so a server that has it
/// already has it once; `collection`: entries alone.
std::string bundle(std::string_view type, std::span<Resource const> resources);

} // namespace tcds::audit_export
