#pragma once

#include "fhir/base/result.hpp"
#include "fhir/client/url.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::client {

/// Reads the base URL of a FHIR server: readUrl, no query, without the slash at its end.
/// @error as readUrl
Result<Url> readBaseUrl(std::string_view text);

/// Whether both are the base of the same server: equal byte by byte but for the case of scheme and
/// host, a stated default port and one slash at the end (control CTL-01). False when either is no
/// base URL at all.
bool sameServer(std::string_view fhirServer, std::string_view listed);

/// The base of a client entry that `fhirServer` of a hook call names, as the entry lists it;
/// nothing when it names none. Only what comes from here may be given to FhirClient::fetch.
std::optional<std::string> allowedBase(std::string_view fhirServer,
                                       std::span<std::string const> allowList);

/// Base and relative request ("Observation?patient=p1", "Patient/p1", "metadata") as one URL.
/// @error BadRequest: the request is empty, begins with "/", names a scheme, or fails as in readUrl
Result<Url> join(Url const& base, std::string_view request);

/// The URL of the next page: absolute, or relative to the page that holds the link (RFC 3986, 5.2).
///
/// @param link  query and path are kept byte for byte
/// @error Forbidden: it leads to another origin, or not below the base; BadRequest: it is no URL
Result<Url> follow(Url const& base, Url const& page, std::string_view link);

} // namespace tcds::client
