#pragma once

#include "fhir/base/result.hpp"
#include "server/app/decide.hpp"
#include "server/config/client_entry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::app {

/// Every setting of a tenant and client that can change an answer, as one JSON object: what the
/// digest of a decision record (`settings`) is taken over and what is kept under it, so that the
/// decision can be made again. The same settings give the same bytes.
std::string settingsText(DecideSettings const& settings,
                         std::vector<config::Alias> const& aliases = {});

/// The settings behind such a text. Aliases have done their work before the facts were recorded.
/// @error BadRequest with a JSON Pointer: no text of ours, or one of a version that this program
///        does not know
Result<DecideSettings> readSettingsText(std::string text);

} // namespace tcds::app
