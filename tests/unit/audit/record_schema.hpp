#pragma once

#include <string>
#include <string_view>

namespace tcds::audit::test {

/// Holds a line against the published schema of records.
/// @return "" when it fits, else the place and the keyword that it breaks
std::string schemaFault(std::string_view line);

/// A line of this type, with head and tail of a real log.
std::string lineOf(std::string_view type, std::string_view members);

} // namespace tcds::audit::test
