#pragma once

#include "fhir/terms/terminology.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tcds::rules::exchange {

/// Under which conditions the members of a drug class count.
struct ClassScope {
    terms::RouteMask routes;
    std::optional<Duration> lookBack; // of single doses
    bool operator==(ClassScope const&) const = default;
};

/// The members of a drug class that share a scope.
struct ScopeGroup {
    std::string name; // of the value set: "K_LOWERING", or "K_LOWERING.2" of one among several
    ClassScope scope;
    std::vector<IngredientId> ingredients; // ascending
};

/// A class whose members all have its own scope is one group under its own name; else each scope
/// has a group, in the order of the first member.
std::vector<ScopeGroup> scopeGroupsOf(terms::ValueSet const& set);

/// Codes of a set and of those that it includes, without repeats, in file order; sets that are not
/// in force (decision D17) add none.
std::vector<terms::CodeMember> codesOf(terms::Terminology const& terms, SetId id);

/// RxNorm code, else the name in a system of our own.
struct IngredientCode {
    std::string system, code, display;
};
IngredientCode codeOf(terms::Ingredient const& ingredient);

} // namespace tcds::rules::exchange
