#pragma once

#include "server/config/config.hpp"
#include "server/doctor/finding.hpp"

#include <string>
#include <string_view>

namespace tcds::doctor {

/// "clients.NAME.member", or the setting that stands for it where there are no entries.
std::string keyOf(config::ClientEntry const& entry, std::string_view member);

/// Looks at what an entry says without asking anybody: whether any token can be meant for this
/// service (JWT-05), aliases, mode, and what is left out.
void judgeEntry(config::Config const& config, config::ClientEntry const& entry, Findings& findings);

/// What a service without entries does for everybody (decision D6), as an entry without a name.
config::ClientEntry entryOfEverybody(config::Config const& config);

} // namespace tcds::doctor
