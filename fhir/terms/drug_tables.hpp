#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/terms/drug_names.hpp"
#include "fhir/terms/product_table.hpp"
#include "fhir/terms/set_loader.hpp"
#include "fhir/terms/terminology.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tcds::terms {

/// Ingredients, products, names and the codes that lead to them.
class DrugTables
{
public:
    void load(TerminologySources const& sources, Problems& problems);

    /// Id of an ingredient that a class file names; a new one with a number is added.
    /// Faults: L03 when it is in no table and has no number, or has another number there.
    std::optional<IngredientId> resolve(AuthoredIngredient const& authored, Problems& problems);

    [[nodiscard]] std::vector<Ingredient> const& ingredients() const { return ingredients_; }
    [[nodiscard]] IngredientId named(std::string_view name) const;
    [[nodiscard]] IngredientId byRxcui(std::string_view rxcui) const; // ingredient or salt of it
    [[nodiscard]] std::vector<IngredientId> byAtc(std::string_view code) const;
    [[nodiscard]] IngredientId bySnomed(std::string_view code) const;
    [[nodiscard]] std::optional<Product> product(std::string_view rxcui) const
    {
        return products_.find(rxcui);
    }
    [[nodiscard]] std::vector<Product> allProducts() const { return products_.all(); }
    /// By ingredient: has it an ATC code of its own?
    [[nodiscard]] std::vector<bool> withAtc() const;
    /// Of a product; names that the tables do not hold are left out.
    [[nodiscard]] std::vector<IngredientId> ingredientsOf(Product const& product) const;

    [[nodiscard]] DrugNames const& names() const { return names_; }
    [[nodiscard]] RouteTable const& routes() const { return routes_; }
    [[nodiscard]] RouteTable const& forms() const { return forms_; }

private:
    void loadIngredients(std::string_view text, Problems& problems);
    void loadNames(std::string_view text, Problems& problems);
    IngredientId add(std::string_view name, std::string_view rxnorm);

    std::vector<Ingredient> ingredients_;
    TextMap<IngredientId> byName_;
    std::unordered_map<std::uint32_t, IngredientId> byRxcui_;
    TextMap<std::vector<IngredientId>> byAtc_;
    TextMap<IngredientId> bySnomed_;
    DrugNames names_;
    ProductTable products_;
    RouteTable routes_, forms_;
};

} // namespace tcds::terms
