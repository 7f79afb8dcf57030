#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "server/config/config.hpp"

#include <optional>

namespace tcds::config {

/// Reads the list `clients` into `loaded.config.clients` and `loaded.clients`; every fault of every
/// entry is reported where it stands.
///
/// An entry needs a `name`; with `auth: jwt` it needs `issuers` and `jku` or
/// `jwks_file`, with `auth: mtls` `certificate_names` and the setting tls.client_ca_file, with
/// `auth: none` none of what speaks of tokens or certificates, and only one entry may be so, for
/// nothing tells two of them apart. Names, issuers and certificate names are unique over all
/// entries. In production
/// (decision D6, control CTL-19) refused are: `auth: none`, `jku` and `fhir_servers` without https,
/// issuers and key sets of the public CDS Hooks sandbox, whose private key is published.
///
/// @param mode    nothing when it is faulty itself: then nothing is refused for its sake
/// @param loaded  its settings give the defaults of members that name one
void readClients(Node const& list, std::optional<Mode> mode, Loaded& loaded, Problems& problems);

} // namespace tcds::config
