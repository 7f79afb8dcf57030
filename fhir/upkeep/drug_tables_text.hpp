#pragma once

#include "fhir/base/problems.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::upkeep {

/// A row of terms/products.tsv.
struct ProductRow {
    std::uint32_t rxcui = 0;
    std::string type;        // "SCD"; "" where no source states one
    std::string ingredients; // names, parted by bars
    std::string others;      // further active parts
    std::string route;
    std::string name;
    bool operator==(ProductRow const&) const = default;
};

/// A row of terms/ingredients.tsv.
struct IngredientRow {
    std::string name;
    std::string rxnorm;                 // "" where no number is known
    std::vector<std::uint32_t> precise; // numbers of salts and esters
    std::string atc, snomed, match;
};

/// The two tables that an import changes, as rows.
struct DrugRows {
    std::vector<ProductRow> products;       // by number
    std::vector<IngredientRow> ingredients; // in the order of the file
};

/// Faults: L01 where a column is missing or a number is none.
DrugRows readDrugRows(std::string_view ingredients, std::string_view products, Problems& problems);

/// The tables as files: header line, one row a line, products by number. Rows that came from a file
/// and were not changed are written as they stood there.
std::string productsText(std::vector<ProductRow> const& rows);
std::string ingredientsText(std::vector<IngredientRow> const& rows);

} // namespace tcds::upkeep
