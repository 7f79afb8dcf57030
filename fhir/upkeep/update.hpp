#pragma once

#include "fhir/terms/routes.hpp"
#include "fhir/upkeep/drug_tables_text.hpp"
#include "fhir/upkeep/release.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tcds::upkeep {

/// An RxNorm number of ours that RxNorm no longer uses.
struct Retired {
    std::uint32_t rxcui = 0;
    std::string name;        // as in our tables
    bool ingredient = false; // else a product
    std::vector<std::uint32_t> successors;
    bool operator==(Retired const&) const = default;
};

/// terms/retired.tsv: the ingredients among them, for `rules lint` (L34).
std::string retiredText(std::vector<Retired> const& retired);

/// The tables after an import, and what was noticed on the way.
struct Update {
    DrugRows rows;
    std::vector<std::string> numbered; // ingredients that had no number and have one now
    std::size_t salts = 0;             // new numbers of salts and esters
    std::size_t kept = 0;              // old products that the release does not name
    std::size_t forAnimals = 0;        // products with our ingredients that are not for people
    std::vector<Retired> retired;      // ingredients first, each by number
};

/// Lays a release over the tables.
///
/// Every product of the release that holds an ingredient of ours gets a row: type, parts and name
/// are RxNorm's, the route is read from its dose form (a pack: the route of what it contains, if
/// that is one). A row that the release does not name stays, because old orders carry the number;
/// where the release says what became of the number, the row gets the parts and the route of its
/// successor. Ingredients without a number get that of the ingredient or salt that RxNorm calls
/// by the same name; all get the numbers of their salts and of their successors.
///
/// @param forms  the words of dose forms (terms/dose_forms.tsv)
Update update(DrugRows old, Release const& release, terms::RouteTable const& forms);

} // namespace tcds::upkeep
