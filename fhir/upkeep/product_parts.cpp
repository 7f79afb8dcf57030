#include "fhir/upkeep/product_parts.hpp"

#include <array>

namespace tcds::upkeep {

namespace {

// The way with the most exact answer first. A deeper walk than pack -> product -> component ->
// ingredient, with a tradename on each level, is a ring in the data.
constexpr std::array kWays{Relation::Contains,    Relation::ConsistsOf,     Relation::HasIngredient,
                           Relation::TradenameOf, Relation::HasIngredients, Relation::HasPart,
                           Relation::Isa,         Relation::HasBoss};
constexpr unsigned kDeepest = 12;

} // namespace

Parts const& PartsFinder::find(std::uint32_t rxcui, unsigned depth)
{
    static Parts const none;
    if (auto const at = known_.find(rxcui); at != known_.end()) return at->second;
    auto const* const concept_ = release_.find(rxcui);
    if (concept_ == nullptr || depth > kDeepest) return none;
    known_.emplace(rxcui, Parts{}); // a ring ends here
    Parts parts;
    if (concept_->type == TermType::In || concept_->type == TermType::Pin) {
        parts = leaf(rxcui, concept_->type);
    } else {
        for (auto const way : kWays) {
            parts = way == Relation::HasIngredient ? ingredientsOf(rxcui)
                                                   : through(rxcui, way, depth + 1);
            if (!parts.empty()) break;
        }
    }
    return known_[rxcui] = std::move(parts);
}

Parts PartsFinder::leaf(std::uint32_t rxcui, TermType type) const
{
    Parts parts;
    if (auto const own = ours_.find(rxcui); own != ours_.end()) {
        parts.ours.insert(own->second);
    } else if (type == TermType::In) {
        parts.others.insert(rxcui);
    } else {
        for (auto const& base : release_.from(rxcui, Relation::FormOf)) {
            auto const of = leaf(base.to, TermType::In);
            parts.ours.insert(of.ours.begin(), of.ours.end());
            parts.others.insert(of.others.begin(), of.others.end());
        }
    }
    return parts;
}

Parts PartsFinder::ingredientsOf(std::uint32_t rxcui) const
{
    std::set<std::uint32_t> numbers;
    auto const isIngredient = [&](std::uint32_t number) {
        auto const* const found = release_.find(number);
        return found != nullptr && (found->type == TermType::In || found->type == TermType::Pin);
    };
    for (auto const& edge : release_.from(rxcui, Relation::HasIngredient))
        if (isIngredient(edge.to)) numbers.insert(edge.to); // else a brand name
    for (auto const& edge : release_.from(rxcui, Relation::HasPreciseIngredient)) {
        bool const own = ours_.contains(edge.to);
        bool const told = [&] {
            for (auto const& base : release_.from(edge.to, Relation::FormOf))
                if (numbers.contains(base.to)) return true;
            return false;
        }();
        if (!isIngredient(edge.to) || (told && !own)) continue;
        if (own)
            for (auto const& base : release_.from(edge.to, Relation::FormOf))
                numbers.erase(base.to);
        numbers.insert(edge.to);
    }
    Parts parts;
    for (auto const number : numbers) {
        auto const part = leaf(number, release_.find(number)->type);
        parts.ours.insert(part.ours.begin(), part.ours.end());
        parts.others.insert(part.others.begin(), part.others.end());
    }
    return parts;
}

Parts PartsFinder::through(std::uint32_t rxcui, Relation relation, unsigned depth)
{
    Parts parts;
    for (auto const& edge : release_.from(rxcui, relation)) {
        Parts const part = find(edge.to, depth);
        parts.ours.insert(part.ours.begin(), part.ours.end());
        parts.others.insert(part.others.begin(), part.others.end());
    }
    return parts;
}

} // namespace tcds::upkeep
