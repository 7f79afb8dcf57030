#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "rules/load/bundle_file.hpp"
#include "server/cases/run.hpp"
#include "server/cli/rule_source.hpp"

#include <string>
#include <vector>

namespace tcds::cli {

/// Version and commit of this program: who looked at a content.
std::string programVersion();

/// The cases of a hospital run on the rules as its overlay makes them, those of other packs on the
/// rules as these packs have them.
cases::RunReport runCases(std::vector<cases::CaseFile> const& files, PreparedRules const& rules,
                          cases::RunOptions const& options = {});

/// Lints a content and runs all its test cases, as a bundle and a reload need it.
///
/// @param ready     compiled without a day: a rule that takes effect later is tested before
/// @param day       YYYY-MM-DD, for reviews that are due
/// @param problems  gets every fault and warning of the files
/// @return what was looked at, to be written into a bundle
/// @error Config: faults of files, which `problems` has; cases that failed, the first one named; no
///        cases at all
Result<rules::BundleChecks> checkContent(PreparedRules const& ready, std::string const& day,
                                         Problems& problems);

} // namespace tcds::cli
