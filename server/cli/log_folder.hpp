#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/cli/arguments.hpp"

#include <optional>
#include <string>

namespace tcds::cli {

/// The folder of the log that was named, else the one of the configuration; problems of that go to
/// stderr.
std::optional<std::string> directoryOf(VerifyArguments const& arguments);

/// The keys of the pseudonyms in a log: those of the configuration, for the tenant whose folder it
/// is. Makes none.
/// @error Config when they cannot be read
Result<audit::Pseudonyms> pseudonymsOf(VerifyArguments const& arguments,
                                       std::string const& directory);
/// The same from a key file that was named.
Result<audit::Pseudonyms> pseudonymsIn(std::string const& keyFile, std::string const& tenant);

} // namespace tcds::cli
