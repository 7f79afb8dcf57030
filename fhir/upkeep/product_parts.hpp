#pragma once

#include "fhir/upkeep/release.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>

namespace tcds::upkeep {

/// The active parts of a product.
struct Parts {
    std::set<std::size_t> ours;     // places in the ingredient table
    std::set<std::uint32_t> others; // numbers of ingredients that no class needs
    [[nodiscard]] bool empty() const { return ours.empty() && others.empty(); }
};

/// Finds the active parts of concepts by walking the relations of a release: a pack contains
/// products, a product consists of components, a component has ingredients; a branded one is the
/// tradename of another.
class PartsFinder
{
public:
    /// @param ours  RxNorm number (ingredient, salt) -> place in the ingredient table
    PartsFinder(Release const& release, std::unordered_map<std::uint32_t, std::size_t> const& ours)
        : release_{release}, ours_{ours}
    {
    }

    Parts const& of(std::uint32_t rxcui) { return find(rxcui, 0); }

private:
    Parts const& find(std::uint32_t rxcui, unsigned depth);
    [[nodiscard]] Parts leaf(std::uint32_t rxcui, TermType type) const;
    /// A salt that has a row of its own takes the place of what it is a salt of.
    [[nodiscard]] Parts ingredientsOf(std::uint32_t rxcui) const;
    Parts through(std::uint32_t rxcui, Relation relation, unsigned depth);

    Release const& release_;
    std::unordered_map<std::uint32_t, std::size_t> const& ours_;
    std::unordered_map<std::uint32_t, Parts> known_;
};

} // namespace tcds::upkeep
