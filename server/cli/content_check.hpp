#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "rules/load/bundle_file.hpp"
#include "rules/load/content.hpp"

#include <string>

namespace tcds::cli {

/// Version and commit of this program: who looked at a content.
std::string programVersion();

/// Compiles and lints a content and runs all its test cases, as a bundle and a reload need it.
///
/// @param day       YYYY-MM-DD, for reviews that are due
/// @param problems  gets every fault and warning of the files
/// @return what was looked at, to be written into a bundle
/// @error Config: faults of files, which `problems` has; cases that failed, the first one named; no
///        cases at all
Result<rules::BundleChecks> checkContent(rules::Content const& content, std::string const& day,
                                         Problems& problems);

} // namespace tcds::cli
