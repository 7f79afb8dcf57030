#pragma once

#include "fhir/facts/identifiers.hpp"
#include "fhir/terms/routes.hpp"
#include "fhir/terms/words.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// Names of ingredients, brands and synonyms, and how they are found in a text: longest whole-word
/// match, never a likeness of spelling.
class DrugNames
{
public:
    /// @param exact  counts only as the whole text (brands that are plain words)
    /// @return false when the name is there already with other ingredients
    bool add(std::string_view name, std::vector<IngredientId> ingredients, bool exact);

    /// All ingredients that the text names, sorted, unique. A salt word behind a drug is part of
    /// it: "losartan potassium" is losartan alone.
    /// @param forms  words of dose forms, which do not count as words of a name
    [[nodiscard]] std::vector<IngredientId> find(std::string_view text,
                                                 RouteTable const& forms) const;

    /// Known names, for suggestions; views live as long as this.
    [[nodiscard]] std::vector<std::string_view> all() const;

private:
    struct Entry {
        std::vector<IngredientId> ingredients;
        bool exact = false;
        bool salts = false; // made of salt words alone: "potassium chloride"
    };
    /// What names begin with a word.
    struct First {
        std::size_t longest = 0; // words of the longest of them
        bool exact = false;      // some of them count only as the whole text
    };
    class Search;

    TextMap<Entry> entries_;
    TextMap<First> first_; // by the first word of a name
};

} // namespace tcds::terms
