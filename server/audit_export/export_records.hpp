#pragma once

#include "fhir/base/result.hpp"
#include "server/audit_export/resources.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace tcds::audit_export {

/// Which records of a log are exported: those of one decision, or those of a time.
struct Selection {
    std::string directory;
    std::string decisionId; // "" = by time
    std::string from, to;   // dates or instants, inclusive; "" = open
};

struct Exported {
    std::uint64_t records = 0, resources = 0;
    std::uint64_t faulty = 0;        // records that are not as the service writes them: left out
    std::optional<Error> firstFault; // `where` names the record
};

/// Takes the resources of one record, in the order of the log.
/// @error whatever keeps it from taking more; nothing more is given to it then
using Take = std::function<Result<void>(std::span<Resource const>)>;

/// Writes records as FHIR resources, one record after another: memory does not grow with the log,
/// but for the feedback (see FeedbackBook), which is gathered from the whole log behind `from`.
///
/// With a decision come its feedback and, as AuditEvents, who looked at it through the service.
///
/// @param rules  titles and citations of the rules that decided
/// @param base   of canonical URLs
/// @error as audit::forEachRecord and FeedbackBook::take; of `take`
Result<Exported> exportRecords(Selection const& selection, As as, RuleLibrary& rules,
                               std::string_view base, Take const& take);

/// The feedback on the cards of a decision, from a log; none where nobody answered.
/// @param lastDay  files of later days are not opened, "2026-03-10"; "" = every file is
Result<FeedbackBook> feedbackOn(std::string_view decisionLine, std::string const& directory,
                                std::string const& lastDay);

} // namespace tcds::audit_export
