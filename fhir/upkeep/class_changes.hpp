#pragma once

#include "fhir/terms/terminology.hpp"
#include "fhir/upkeep/drug_tables_text.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tcds::upkeep {

/// A product that came to a class or left it.
struct ProductChange {
    std::uint32_t rxcui = 0;
    std::string name;
    std::vector<std::string> classes; // moved: where it came from, or went to; else empty
    bool operator==(ProductChange const&) const = default;
};

/// What differs in one drug class, or in the codes of another value set.
struct ClassChange {
    std::string name;                                    // "LOOP"
    std::string title;                                   // "Loop diuretics"
    bool added = false, removed = false;                 // the set as a whole
    std::vector<std::string> membersGained, membersLost; // "torsemide (38413)", "ICD-10-CM R25.3"
    std::vector<ProductChange> gained, lost; // new or gone, or in more or fewer classes than before
    std::vector<ProductChange> movedIn, movedOut;
    std::vector<ProductChange>
        rerouted; // still a member; `classes` holds the old and the new route

    [[nodiscard]] bool empty() const;
    bool operator==(ClassChange const&) const = default;
};

/// A terminology and the rows of the product table that it was made of.
struct TermsState {
    terms::Terminology const& terms;
    std::vector<ProductRow> const& products;
};

/// A product as classes see it: ingredients in the order of ids.
std::vector<IngredientId> ingredientsOf(TermsState const& state, ProductRow const& product);

/// Compares what belongs to each value set in force, in the order of names. A product belongs to a
/// drug class when one of its ingredients or its own number does under the product's route; a route
/// that is not known counts as one that does.
/// @return the sets that differ
std::vector<ClassChange> classChanges(TermsState const& before, TermsState const& after);

} // namespace tcds::upkeep
