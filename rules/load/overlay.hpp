#pragma once

#include "rules/load/content.hpp"

namespace tcds::rules {

/// Lays a hospital's own files over a rule set: its pack, its value sets, its cases and its
/// overlay, which is not applied yet. The digest of the result covers the files of both; nobody has
/// signed it.
///
/// Reports a value set whose name is taken or does not begin with LOCAL_, and a second pack `local`
/// (L02).
/// @param own  from loadHospital()
Content layOver(Content base, Content own, Digest const& digest, Problems& problems);

/// Makes the rules that the overlay asks for: each changed rule gets the overlay's limits, status,
/// level step, texts and reasons, a version that ends in `+local.` and eight digits of the digest
/// of what changed it, and a member `overlay` that says who changed what and why. Extended value
/// sets get their members; the rules that use them are marked too. Pieces keep the place where they
/// were authored, so that later faults (a limit outside what the rule allows, L06) name
/// overlay.yaml.
///
/// Reports: rules, limits and value sets that do not exist (L03), what an overlay may not do (L01,
/// L12), a rule that has changed since the overlay was written (warning L36). What is reported is
/// left as it was.
/// @return the content without its overlay; unchanged when it had none
Content applyOverlay(Content content, Digest const& digest, Problems& problems);

} // namespace tcds::rules
