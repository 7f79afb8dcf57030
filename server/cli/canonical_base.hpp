#pragma once

#include <string>

namespace tcds::cli {

/// Whether canonical URLs can begin with it; what is wrong goes to stderr.
bool isCanonicalBase(std::string const& base);

} // namespace tcds::cli
