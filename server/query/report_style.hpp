#pragma once

namespace tcds::query {

/// The style sheet of the report page: light, dark and printed; a phone's column and wider.
extern char const* const kReportStyle;

} // namespace tcds::query
