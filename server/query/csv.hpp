#pragma once

#include <string>
#include <string_view>

namespace tcds::query {

/// A field of RFC 4180. What a spreadsheet would take for a formula is preceded by an apostrophe:
/// clients and users have any name.
std::string csvField(std::string_view text);

} // namespace tcds::query
