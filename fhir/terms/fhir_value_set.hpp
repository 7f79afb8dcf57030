#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "fhir/terms/drug_tables.hpp"
#include "fhir/terms/set_loader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tcds::terms {

/// What a FHIR ValueSet resource does to the value set that it is laid over.
enum class FhirSetMode : std::uint8_t {
    Extend, // its codes come to the members
    Replace // its codes take the place of members and includes; phrases, kind and scope stay
};

/// A FHIR ValueSet resource as read: a plain list of codes.
struct FhirSet {
    std::vector<std::string> names; // of the set it may mean, the surest first
    FhirSetMode mode = FhirSetMode::Extend;
    std::string source; // "FHIR ValueSet URL|VERSION"
    std::string date;
    std::vector<CodeMember> codes; // system canonical
    std::string where;
};

/// Is the file a FHIR resource rather than a value set of ours?
bool isFhirResource(Tree const& tree);

/// Reads a FHIR R4 ValueSet resource whose codes are listed: its `expansion`, or else the concepts
/// of `compose.include` without those of `compose.exclude`.
///
/// The set that it means is, in this order: the file name without `.extend` or `.replace` ("LOOP"
/// for valuesets/LOOP.replace.json), `name`, the last part of `url`. The mode is in the file name;
/// without one it extends.
///
/// Reports L01 and gives nothing: no ValueSet, a modifierExtension or implicitRules (what they mean
/// is not known here), codes defined by filters, by other value sets or as a whole code system
/// without an expansion, an expansion that holds only a part. L04: no codes.
/// Source: hl7.org/fhir/R4/valueset.html
std::optional<FhirSet> readFhirSet(Tree const& tree, Problems& problems);

/// In a drug class an RxNorm (SNOMED CT) number of an ingredient or salt of ours becomes that
/// ingredient; any other number is a member by itself: a product alone. Reports as layOver().
void settleNumbers(AuthoredSet& set, DrugTables const& drugs, Problems& problems);

/// Lays a FHIR set over the authored set that it means; numbers are understood as by
/// settleNumbers(). Members keep the resource as their source.
///
/// Reports: no such set (L03); codes that nothing looks at, and RxNorm numbers that the tables do
/// not hold (warning L34, the first five named).
void layOver(FhirSet const& resource, std::vector<AuthoredSet>& sets, DrugTables const& drugs,
             Problems& problems);

} // namespace tcds::terms
