#pragma once

#include "server/audit/decision.hpp"
#include "server/audit/members.hpp"

// The parts of a decision record that are lists of their own.

namespace tcds::audit {

/// `facts`: every fact handed to the engine, by id (integration specification, table 4.2a). Members
/// without a value are left out, lists are sorted, times are as sent.
void writeFacts(Members& json, PatientContext const& context, terms::Terminology const& terms,
                ServerPseudonyms& pseudonyms);

/// `rules` (candidates by rule id, decision D40) and `idle`, the number of the others.
void writeRules(Members& json, rules::Evaluation const& evaluation);

/// `cards`: each with the digest of its masked form and, above level `digest`, that form itself
/// (decision D39).
void writeCards(Members& json, DecisionRecord const& record);

/// `sealed`; nothing for nullptr.
void writeSealed(Members& json, Sealed const* sealed);

} // namespace tcds::audit
