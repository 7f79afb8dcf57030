#pragma once

#include "server/doctor/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::doctor {

/// Looks at the key set of a client: which keys can verify its tokens, which are left out and why.
///
/// @param where       config key with the file or URL
/// @param text        the key set as read
/// @param algorithms  that the entry takes: "ES384"
void judgeKeySet(std::string_view where, std::string text,
                 std::vector<std::string> const& algorithms, Findings& findings);

} // namespace tcds::doctor
