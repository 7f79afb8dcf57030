#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "fhir/terms/phrases.hpp"
#include "fhir/terms/value_set.hpp"

#include <deque>
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
    std::deque<std::string> texts; // what views look into that are of no tree
};

/// Reads one value set file. Faults: L01 (keys, types, phrases), L02 (file name), of any kind
/// but L04: a FHIR ValueSet may fill it yet, see refuseEmpty().
/// @return nothing when the file has no usable id
std::optional<AuthoredSet> readValueSet(Tree const& tree, Problems& problems);

/// Reports a set that holds nothing (L04).
void refuseEmpty(AuthoredSet const& authored, Problems& problems);

} // namespace tcds::terms
