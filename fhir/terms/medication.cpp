#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/terminology_impl.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tcds::terms {
namespace {

/// Order of look-ups (decision D16); a smaller step wins.
enum class Step : std::uint8_t { Product, Ingredient, Atc, Snomed, None };

struct Found {
    Step step = Step::None;
    std::vector<IngredientId> ingredients;
    SetBits sets;
    Route route = Route::Unknown;
};

/// Classes that hold the code itself, as far as the ingredients have not said so already.
SetBits classesByCode(Terminology::Impl const& impl, std::string_view system,
                      std::string_view code, std::vector<IngredientId> const& ingredients)
{
    auto sets = impl.codes.find(system, code, {}).sets;
    sets.keepOnly(impl.ofKind[static_cast<std::size_t>(SetKind::DrugClass)]);
    for (auto const id : ingredients) sets.removeAll(impl.classesOf[id.index()]);
    return sets;
}

Found lookUpRxNorm(Terminology::Impl const& impl, std::string_view code)
{
    Found found;
    if (auto const product = impl.drugs.product(code)) {
        found.ingredients = impl.drugs.ingredientsOf(*product);
        found.route = product->route;
        found.step = Step::Product;
    }
    if (found.ingredients.empty()) {
        if (auto const id = impl.drugs.byRxcui(code); id.known()) {
            found.ingredients = {id};
            found.step = Step::Ingredient;
        }
    }
    found.sets = classesByCode(impl, kRxNorm, code, found.ingredients);
    if (found.ingredients.empty() && found.sets.none()) return {};
    if (found.step == Step::None) found.step = Step::Product; // a number that only a class knows
    return found;
}

/// A full code names ingredients; a prefix held by a class names that class, as far as the
/// ingredients have not said so already.
Found lookUpAtc(Terminology::Impl const& impl, std::string_view code)
{
    std::array<char, 16> buffer;
    if (code.size() > buffer.size()) return {};
    auto const key = normalisedCode(kAtc, code, buffer.data());
    Found found{Step::Atc, impl.drugs.byAtc(key), {}, impl.drugs.routes().findCode(kAtc, key)};
    found.sets = classesByCode(impl, kAtc, key, found.ingredients);
    std::sort(found.ingredients.begin(), found.ingredients.end());
    if (found.ingredients.empty() && found.sets.none()) found.step = Step::None;
    return found;
}

Found lookUpSnomed(Terminology::Impl const& impl, std::string_view code)
{
    Found found;
    if (auto const id = impl.drugs.bySnomed(code); id.known()) found.ingredients = {id};
    found.sets = classesByCode(impl, kSnomed, code, found.ingredients);
    if (!found.ingredients.empty() || !found.sets.none()) found.step = Step::Snomed;
    return found;
}

Found lookUp(Terminology::Impl const& impl, Coding const& coding)
{
    auto const system = canonicalSystem(coding.system);
    if (system == kRxNorm) return lookUpRxNorm(impl, coding.code);
    if (system == kAtc) return lookUpAtc(impl, coding.code);
    if (system == kSnomed) return lookUpSnomed(impl, coding.code);
    return {};
}

MatchedBy matchedBy(Step step)
{
    switch (step) {
    case Step::Product:
    case Step::Ingredient:
        return MatchedBy::RxNorm;
    case Step::Atc:
        return MatchedBy::Atc;
    case Step::Snomed:
        return MatchedBy::Snomed;
    case Step::None:
        return MatchedBy::None;
    }
    return MatchedBy::None;
}

/// Neither names all that the other names: a code for one part of a combination is no conflict.
bool conflict(std::vector<IngredientId> const& a, std::vector<IngredientId> const& b)
{
    return !std::includes(a.begin(), a.end(), b.begin(), b.end()) &&
           !std::includes(b.begin(), b.end(), a.begin(), a.end());
}

} // namespace

MedicationMeaning Terminology::understandMedication(std::span<Coding const> codes,
                                                    std::span<std::string_view const> texts) const
{
    MedicationMeaning meaning;
    Route codeRoute =
        Route::Unknown; // of any coding: an ATC group tells the route of a plain ingredient
    std::vector<Found> all;
    all.reserve(codes.size());
    for (auto const& coding : codes) {
        auto found = lookUp(*impl_, coding);
        if (codeRoute == Route::Unknown)
            codeRoute = found.route != Route::Unknown
                            ? found.route
                            : impl_->drugs.routes().findCode(coding.system, coding.code);
        if (found.step != Step::None) all.push_back(std::move(found));
    }
    auto const best = std::min_element(
        all.begin(), all.end(), [](Found const& a, Found const& b) { return a.step < b.step; });
    if (best != all.end()) {
        for (auto const& found : all)
            meaning.conflicting =
                meaning.conflicting || conflict(best->ingredients, found.ingredients);
        meaning.by = matchedBy(best->step);
        meaning.ingredients = std::move(best->ingredients);
        meaning.sets = best->sets;
        meaning.route = best->route;
    } else {
        for (auto const text : texts) {
            meaning.ingredients = impl_->drugs.names().find(text, impl_->drugs.forms());
            if (meaning.ingredients.empty()) continue;
            meaning.by = MatchedBy::Name;
            break;
        }
    }
    if (meaning.by == MatchedBy::None) return meaning;

    if (meaning.route == Route::Unknown) meaning.route = codeRoute;
    if (meaning.route != Route::Unknown) {
        meaning.routeFrom = RouteOrigin::Product;
        return meaning;
    }
    auto const fromName = [&](std::string_view text) {
        if (meaning.route != Route::Unknown) return;
        meaning.route = impl_->drugs.forms().findWords(splitWords(text));
        if (meaning.route != Route::Unknown) meaning.routeFrom = RouteOrigin::Name;
    };
    for (auto const text : texts) fromName(text);
    for (auto const& coding : codes) fromName(coding.display);
    return meaning;
}

} // namespace tcds::terms
