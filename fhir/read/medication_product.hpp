#pragma once

#include "fhir/read/reading.hpp"

#include <optional>
#include <vector>

namespace tcds::fhir {

/// What a medication is, wherever the resource says it.
struct Product {
    std::vector<Coding> codes;
    terms::MedicationMeaning meaning;
    Route formRoute = Route::Unknown; // of Medication.form
    bool enteredInError = false;      // the Medication resource is

    [[nodiscard]] bool known() const
    {
        return !meaning.ingredients.empty() || !meaning.sets.none();
    }
};

/// medication[x] of an order, statement, dispense or administration: a concept, a contained,
/// delivered or absolute Medication, its ingredients (three deep, cycles end), the display of a
/// reference last. R5 `medication.concept` and `medication.reference` are read as well.
Product productOf(Reading& reading, Place const& place);

/// Adds what the product is to the use. An unknown product, or one entered in error, becomes a gap.
/// @return false when it did
bool addProduct(Reading& reading, Place const& place, Product product, MedicationUse& use);

} // namespace tcds::fhir
