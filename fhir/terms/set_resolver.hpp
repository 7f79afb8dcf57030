#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/terms/drug_tables.hpp"
#include "fhir/terms/set_loader.hpp"
#include "fhir/terms/words.hpp"

#include <vector>

namespace tcds::terms {

/// Value sets with their names resolved.
struct ResolvedSets {
    std::vector<ValueSet> sets;
    TextMap<SetId> byName;
    /// By set: itself and every set in force that includes it, directly or through others. A set
    /// that is not in force reaches none.
    std::vector<SetBits> reaches;
};

/// Gives ids, resolves ingredients and includes (each included set keeps its own route scope and
/// look-back unless the entry gives others).
/// Faults: L02 (id twice), L03 (set or ingredient missing), L04 (class without RxNorm member), L09
/// (cycle of includes); more than 512 sets.
ResolvedSets resolveSets(std::vector<AuthoredSet> const& authored, DrugTables& drugs,
                         Problems& problems);

} // namespace tcds::terms
