#pragma once

#include "rules/load/lint.hpp"

#include <string>
#include <vector>

namespace tcds::cli {

/// Findings as `[{"severity","code","where","what","fix"}]`.
std::string lintJson(std::vector<Diagnostic> const& problems);

/// Findings as SARIF 2.1.0, for the pages and editors that show it. Accepted warnings stand in it
/// as suppressed, with their reason.
/// @param folder  what the places are relative to, as the caller named it
std::string lintSarif(std::vector<Diagnostic> const& problems,
                      std::vector<rules::AcceptedWarning> const& accepted,
                      std::string const& folder);

} // namespace tcds::cli
