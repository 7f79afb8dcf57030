#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// The values of `prefetch` as they stand in the text of a request that readHookRequest has read,
/// in the order sent; a digest of what was received is made of them. Parsing in place destroys that
/// text, so this one is a copy.
///
/// @return none when there is no such object
std::vector<std::string_view> rawPrefetch(std::string_view body);

/// Puts asterisks in place of the access token of fhirAuthorization, for as many bytes, wherever
/// the text says it (control CTL-06).
/// @param body  as above; the rest of it stays
void blankAccessToken(std::string& body);

} // namespace tcds::cds
