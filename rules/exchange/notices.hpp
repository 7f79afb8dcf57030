#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// What the owners of code systems ask to be said wherever their codes go (docs/licences.md); ""
/// when none of the systems has an owner who asks for it.
std::string noticesFor(std::vector<std::string> const& systems);

} // namespace tcds::rules::exchange
