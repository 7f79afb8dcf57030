#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "fhir/terms/phrases.hpp"
#include "fhir/terms/value_set.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::terms {

/// An ingredient as a class file names it; the tables give it its id.
struct AuthoredIngredient {
    std::string_view name, rxnorm, source;
    std::string where;
};

/// Another set taken in, with a scope of its own where the file gives one.
struct AuthoredInclude {
    std::string_view set;
    std::optional<RouteMask> routes;
    std::optional<Duration> lookBack;
    std::string where;
};

/// One value set file as authored; names are not yet resolved. Views live as long as the tree.
struct AuthoredSet {
    ValueSet set; // without id, expanded ingredients and includes
    bool routesGiven = false;
    std::vector<AuthoredIngredient> ingredients;
    std::vector<AuthoredInclude> includes;
    SetPhrases phrases;
    std::vector<std::pair<PhraseRole, Phrase>> cues;
    std::string where;
};

/// Reads one value set file. Faults: L01 (keys, types, phrases), L02 (file name), L04 (empty).
/// @return nothing when the file has no usable id
std::optional<AuthoredSet> readValueSet(Tree const& tree, Problems& problems);

} // namespace tcds::terms
