#include "fhir/upkeep/class_changes.hpp"

#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/routes.hpp"
#include "fhir/terms/table.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace tcds::upkeep {

namespace {

using Names = std::set<std::string>;

struct ProductState {
    std::string name;
    Route route = Route::Unknown;
    Names classes;
};
using Products = std::map<std::uint32_t, ProductState>;

bool inForce(terms::ValueSet const& set) { return !set.draft && set.kind != terms::SetKind::Cues; }

/// The classes of a product: those of its ingredients under its route, and those that name its
/// number.
Names classesOf(TermsState const& from, ProductRow const& row, Route route)
{
    Names classes;
    auto const counts = [&](terms::RouteMask const& routes) {
        return route == Route::Unknown || routes.has(route);
    };
    std::array const coding{Coding{std::string{terms::kRxNorm}, std::to_string(row.rxcui), {}}};
    from.terms.understandMedication(coding, {}).sets.forEach([&](SetId id) {
        auto const& set = from.terms.set(id);
        if (counts(set.routes)) classes.insert(set.name);
    });
    for (auto const ingredient : ingredientsOf(from, row))
        from.terms.classesOf(ingredient).forEach([&](SetId id) {
            auto const& set = from.terms.set(id);
            for (auto const& member : set.ingredients)
                if (member.ingredient == ingredient && counts(member.routes))
                    classes.insert(set.name);
        });
    return classes;
}

/// Products by number, with the names of the classes that hold them.
Products productsOf(TermsState const& from)
{
    Products products;
    for (auto const& row : from.products) {
        auto const route = terms::parseRoute(row.route).value_or(Route::Unknown);
        products.emplace(row.rxcui, ProductState{row.name, route, classesOf(from, row, route)});
    }
    return products;
}

std::string_view routeName(Route route)
{
    return route == Route::Unknown ? std::string_view{"no route"} : terms::routeText(route);
}

/// Ingredients with their numbers, and codes: what a set holds, as people read it.
Names membersOf(terms::Terminology const& terms, terms::ValueSet const& set)
{
    Names members;
    for (auto const& member : set.ingredients) {
        auto const& ingredient = terms.ingredient(member.ingredient);
        members.insert(ingredient.name + " (" +
                       (ingredient.rxnorm.empty() ? "by name" : ingredient.rxnorm) + ')');
    }
    for (auto const& code : set.codes)
        members.insert(std::string{terms::systemTitle(code.system)} + ' ' + code.code);
    return members;
}

std::vector<std::string> onlyIn(Names const& these, Names const& those)
{
    std::vector<std::string> found;
    std::ranges::set_difference(these, those, std::back_inserter(found));
    return found;
}

class Comparison
{
public:
    Comparison(TermsState const& before, TermsState const& after) : before_{before}, after_{after}
    {
    }

    std::vector<ClassChange> run()
    {
        compareSets();
        compareProducts();
        std::vector<ClassChange> differing;
        for (auto& [name, change] : changes_)
            if (!change.empty()) differing.push_back(std::move(change));
        return differing;
    }

private:
    static terms::ValueSet const* setOf(terms::Terminology const& terms, std::string_view name)
    {
        auto const id = terms.setNamed(name);
        return id.known() && inForce(terms.set(id)) ? &terms.set(id) : nullptr;
    }

    void compareSets()
    {
        for (auto const* const state : {&before_, &after_})
            for (auto const& set : state->terms.sets())
                if (inForce(set)) changes_[set.name];
        for (auto& [name, change] : changes_) {
            auto const* const old = setOf(before_.terms, name);
            auto const* const now = setOf(after_.terms, name);
            change.name = name;
            change.title = now != nullptr ? now->title : old->title;
            change.added = old == nullptr;
            change.removed = now == nullptr;
            auto const had = old != nullptr ? membersOf(before_.terms, *old) : Names{};
            auto const has = now != nullptr ? membersOf(after_.terms, *now) : Names{};
            change.membersGained = onlyIn(has, had);
            change.membersLost = onlyIn(had, has);
        }
    }

    void compareProducts()
    {
        auto const old = productsOf(before_);
        auto const now = productsOf(after_);
        static ProductState const none;
        for (auto const& [rxcui, state] : now) {
            auto const at = old.find(rxcui);
            note(rxcui, at == old.end() ? none : at->second, state);
        }
        for (auto const& [rxcui, state] : old)
            if (!now.contains(rxcui)) note(rxcui, state, none);
    }

    void note(std::uint32_t rxcui, ProductState const& old, ProductState const& now)
    {
        auto const in = onlyIn(now.classes, old.classes);
        auto const out = onlyIn(old.classes, now.classes);
        auto const& name = now.name.empty() ? old.name : now.name;
        for (auto const& each : in)
            (out.empty() ? changes_[each].gained : changes_[each].movedIn)
                .push_back({rxcui, name, out});
        for (auto const& each : out)
            (in.empty() ? changes_[each].lost : changes_[each].movedOut)
                .push_back({rxcui, name, in});
        if (old.route == now.route || old.name.empty() || now.name.empty()) return;
        for (auto const& each : now.classes)
            if (old.classes.contains(each))
                changes_[each].rerouted.push_back(
                    {rxcui,
                     name,
                     {std::string{routeName(old.route)}, std::string{routeName(now.route)}}});
    }

    TermsState const& before_;
    TermsState const& after_;
    std::map<std::string, ClassChange> changes_;
};

} // namespace

bool ClassChange::empty() const
{
    return !added && !removed && membersGained.empty() && membersLost.empty() && gained.empty() &&
           lost.empty() && movedIn.empty() && movedOut.empty() && rerouted.empty();
}

std::vector<IngredientId> ingredientsOf(TermsState const& state, ProductRow const& product)
{
    std::vector<IngredientId> ids;
    terms::forEachPart(product.ingredients, [&](std::string_view name) {
        if (auto const id = state.terms.ingredientNamed(name); id.known()) ids.push_back(id);
    });
    std::ranges::sort(ids);
    return ids;
}

std::vector<ClassChange> classChanges(TermsState const& before, TermsState const& after)
{
    return Comparison{before, after}.run();
}

} // namespace tcds::upkeep
