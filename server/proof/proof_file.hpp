#pragma once

#include "fhir/base/result.hpp"
#include "server/proof/note_key.hpp"
#include "server/proof/prove.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof {

/// One JSON object; what each member is, and how it is checked by hand: docs/audit-proof.md.
std::string toJson(InclusionProof const& proof);
std::string toJson(ConsistencyProof const& proof);

/// What checking a proof came to.
struct ProofCheck {
    std::string fault;               // "" = it holds
    std::vector<std::string> proven; // sentences, if it holds
    std::string caution;             // what it does not prove; "" = nothing to say
};

/// Checks a proof without the log.
///
/// @param text  what toJson wrote
/// @param keys  whose signatures count; empty: signatures are not checked, and `caution` says so
/// @error BadRequest, `where` a JSON Pointer, when it is no proof
Result<ProofCheck> checkProof(std::string_view text, TrustedNoteKeys& keys);

} // namespace tcds::proof
