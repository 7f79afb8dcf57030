#pragma once

#include <string_view>

namespace tcds {

inline constexpr std::string_view kVersion = TCDS_VERSION; // of the project, set by the build
inline constexpr std::string_view kCommit =
    TCDS_COMMIT; // short commit, "unknown" outside a checkout

} // namespace tcds
