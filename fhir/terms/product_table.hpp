#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/facts/facts.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// A row of the product table.
struct Product {
    std::string_view ingredients; // names, parted by bars
    Route route = Route::Unknown;
    std::string_view name;
    bool hasOthers = false; // further active parts that no class needs
};

/// RxNorm products, sorted by number. The text lives in the binary: one scan makes an index of
/// (number, offset), rows are taken apart when they are asked for.
class ProductTable
{
public:
    /// @param text  rules/terms/products.tsv, columns rxcui, type, ingredients, others, route,
    /// name;
    ///              must outlive the table
    void load(std::string_view text, Problems& problems);

    [[nodiscard]] std::optional<Product> find(std::string_view rxcui) const;
    /// The rows, by number.
    [[nodiscard]] std::vector<Product> all() const;
    [[nodiscard]] std::size_t size() const { return index_.size(); }

private:
    struct Entry {
        std::uint32_t rxcui;
        std::uint32_t offset; // of the line
    };
    [[nodiscard]] Product rowAt(std::uint32_t offset) const;

    std::string_view text_;
    std::vector<Entry> index_;
};

/// An RxNorm number; nothing for other text.
std::optional<std::uint32_t> parseRxcui(std::string_view text);

} // namespace tcds::terms
