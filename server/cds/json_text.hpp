#pragma once

#include <string>
#include <string_view>

namespace tcds::cds {

/// Appends a text as it stands between the quotes of a JSON string (RFC 8259, section 7). Nothing
/// but quotes, backslashes and controls is escaped: texts are UTF-8 already.
void appendEscaped(std::string& json, std::string_view text);

} // namespace tcds::cds
