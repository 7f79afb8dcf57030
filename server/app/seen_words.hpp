#pragma once

#include "rules/cards/news.hpp"
#include "server/audit/pseudonyms.hpp"

#include <string>
#include <string_view>

namespace tcds::app {

/// What was known about a cluster, as one word for the state: analytes with the time of their
/// newest result, keyed pseudonyms of medicines, ids of red flags. No value and no name.
///
/// @param patient  pseudonym; the same medicine has another pseudonym with another patient
std::string wordOf(rules::Seen const& seen, std::string_view patient,
                   audit::ServerPseudonyms& pseudonyms);

/// Reads such a word back. Of the medicines those are named that are present now; others cannot be
/// read back and need not be.
rules::Seen seenIn(std::string_view word, rules::Seen const& now, std::string_view patient,
                   audit::ServerPseudonyms& pseudonyms);

} // namespace tcds::app
