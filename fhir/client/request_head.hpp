#pragma once

#include "fhir/client/access_token.hpp"
#include "fhir/client/url.hpp"

#include <string>
#include <string_view>

namespace tcds::client {

/// The whole GET request as it goes over the wire. Holds the token: wipe it once sent.
///
/// @param token   nullptr or empty: no Authorization header
/// @param accept  media types asked for
std::string requestHead(Url const& url, AccessToken const* token, std::string_view accept,
                        std::string_view requestId);

/// 128 random bits in hexadecimal, for X-Request-Id: says nothing about patient or user.
std::string newRequestId();

} // namespace tcds::client
