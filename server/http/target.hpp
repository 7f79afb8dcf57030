#pragma once

#include "fhir/base/result.hpp"

#include <string>
#include <string_view>

namespace tcds::http {

/// Splits a request target (RFC 9112 section 3.2) and decodes its path once.
///
/// Origin form and absolute form are read alike (the authority of the latter is dropped); `*` is
/// for OPTIONS only. `path` keeps doubled slashes: what they mean is the router's business.
///
/// @param path   set to the decoded path, printable ASCII, beginning with `/` (or `*`)
/// @param query  set to what follows `?`, undecoded
/// @error BadRequest for another form, a broken escape, an encoded slash, `.` and `..` segments, a
///        fragment, and any byte outside printable ASCII after decoding (NUL among them)
[[nodiscard]] Result<void> readTarget(std::string_view method, std::string_view target,
                                      std::string& path, std::string& query);

} // namespace tcds::http
