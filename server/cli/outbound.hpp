#pragma once

#include "fhir/client/fhir_client.hpp"
#include "server/config/config.hpp"

namespace tcds::cli {

/// Where the service may connect to, and how much it takes from there.
/// @error Config: an entry of fhir.networks that is no network
Result<client::Options> clientOptions(config::Config const& config);

} // namespace tcds::cli
