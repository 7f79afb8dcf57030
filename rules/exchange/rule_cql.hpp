#pragma once

#include "rules/exchange/cql_library.hpp"

namespace tcds::rules::exchange {

/// Defines the complaints that open a gate: "gate open-cramp", and the earliest onset of them.
void defineGate(CqlLibrary& library, Gate const& gate);

/// Defines a rule: its clauses; "ID gate", "ID when", "ID unless", "ID band", "ID level" (0 info,
/// 1 warning, 2 critical), "ID tier" (0 none to 4 safety), "ID fires alone" (before other rules,
/// hook and drafts have their say) and "ID fires".
void defineRule(CqlLibrary& library, Rule const& rule);

} // namespace tcds::rules::exchange
