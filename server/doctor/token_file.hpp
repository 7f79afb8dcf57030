#pragma once

#include "fhir/base/result.hpp"
#include "fhir/client/access_token.hpp"

#include <string>

namespace tcds::doctor {

/// Reads an access token from a file that only its owner can read (control CTL-14): one line, the
/// token alone. What was read is wiped but for the token.
///
/// @error Config, `where` = the path: no regular file, open to others, empty, too long, or with
///        characters that no header may have. Nothing of the content is told.
Result<client::AccessToken> readTokenFile(std::string const& path);

} // namespace tcds::doctor
