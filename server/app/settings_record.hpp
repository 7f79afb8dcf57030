#pragma once

#include "server/app/callers.hpp"
#include "server/app/tenants.hpp"
#include "server/config/config.hpp"

namespace tcds::app {

/// Writes to the log of each tenant with which settings the service starts: those that somebody
/// set, and the digest that its decisions will carry, for each of its clients.
/// @return as Tenants::keepInEach
[[nodiscard]] bool recordSettings(config::Loaded const& loaded, Callers const& callers,
                                  Tenants const& tenants);

} // namespace tcds::app
