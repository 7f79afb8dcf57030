#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Raw DEFLATE (RFC 1951), quickly rather than small.
std::string deflated(std::string_view bytes);
/// @return nothing for what is not of that form, or for more than `most` bytes
std::optional<std::string> inflated(std::string_view bytes, std::size_t most);

} // namespace tcds::audit
