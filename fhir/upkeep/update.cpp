#include "fhir/upkeep/update.hpp"

#include "fhir/terms/product_table.hpp"
#include "fhir/terms/words.hpp"
#include "fhir/upkeep/product_parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace tcds::upkeep {

namespace {

constexpr unsigned kLongestChain = 8; // of successors

bool isSubstance(TermType type) { return type == TermType::In || type == TermType::Pin; }

class Updater
{
public:
    Updater(DrugRows old, Release const& release, terms::RouteTable const& forms)
        : old_{std::move(old)}, release_{release}, forms_{forms}, parts_{release_, ours_}
    {
    }

    Update run()
    {
        collectNumbers();
        nameless();
        for (std::size_t i = 0; i < old_.ingredients.size(); ++i) lookAt(i);
        addSalts();
        takeProducts();
        keepOld();
        std::ranges::sort(done_.rows.products, {}, &ProductRow::rxcui);
        std::ranges::sort(done_.retired, {}, [](Retired const& each) {
            return std::pair{!each.ingredient, each.rxcui};
        });
        done_.rows.ingredients = std::move(old_.ingredients);
        return std::move(done_);
    }

private:
    void collectNumbers()
    {
        for (std::size_t i = 0; i < old_.ingredients.size(); ++i)
            if (auto const own = terms::parseRxcui(old_.ingredients[i].rxnorm))
                ours_.emplace(*own, i);
        for (std::size_t i = 0; i < old_.ingredients.size(); ++i)
            for (auto const salt : old_.ingredients[i].precise) ours_.emplace(salt, i);
    }

    /// Numbers for ingredients that had none: RxNorm's own name must be the same.
    void nameless()
    {
        std::unordered_map<std::string, std::size_t> wanted;
        for (std::size_t i = 0; i < old_.ingredients.size(); ++i)
            if (old_.ingredients[i].rxnorm.empty())
                wanted.emplace(terms::foldedName(old_.ingredients[i].name), i);
        if (wanted.empty()) return;
        for (auto const& each : release_.concepts) {
            if (!isSubstance(each.type) || each.obsolete || ours_.contains(each.rxcui)) continue;
            auto const found = wanted.find(terms::foldedName(each.name));
            if (found == wanted.end()) continue;
            auto& row = old_.ingredients[found->second];
            row.rxnorm = std::to_string(each.rxcui);
            ours_.emplace(each.rxcui, found->second);
            done_.numbered.push_back(row.name);
            wanted.erase(found);
        }
        std::ranges::sort(done_.numbered);
    }

    /// What became of a number in the end: each successor that the release knows.
    [[nodiscard]] std::vector<std::uint32_t> successorsOf(std::uint32_t rxcui) const
    {
        std::set<std::uint32_t> found, seen{rxcui};
        std::vector<std::uint32_t> open{rxcui};
        for (unsigned step = 0; step < kLongestChain && !open.empty(); ++step) {
            std::vector<std::uint32_t> next;
            for (auto const number : open) {
                auto const at = release_.successors.find(number);
                if (at == release_.successors.end()) continue;
                for (auto const successor : at->second) {
                    if (!seen.insert(successor).second) continue;
                    auto const* const named = release_.find(successor);
                    if (named != nullptr && !named->obsolete)
                        found.insert(successor);
                    else
                        next.push_back(successor);
                }
            }
            open = std::move(next);
        }
        return {found.begin(), found.end()};
    }

    /// Is the number out of use? A subset says so of numbers that it marks, not of those it lacks.
    [[nodiscard]] bool isRetired(std::uint32_t rxcui) const
    {
        auto const* const named = release_.find(rxcui);
        if (named != nullptr) return named->obsolete;
        return release_.successors.contains(rxcui) ||
               (release_.knowsHistory && !release_.elsewhere.contains(rxcui));
    }

    /// Notes a retired ingredient; its successors lead to it from now on.
    void lookAt(std::size_t place)
    {
        auto& row = old_.ingredients[place];
        auto const own = terms::parseRxcui(row.rxnorm);
        if (!own || !isRetired(*own)) return;
        auto successors = successorsOf(*own);
        for (auto const successor : successors)
            if (isSubstance(release_.find(successor)->type) &&
                ours_.emplace(successor, place).second)
                row.precise.push_back(successor);
        done_.retired.push_back({*own, row.name, true, std::move(successors)});
    }

    void addSalts()
    {
        for (auto const& each : release_.concepts) {
            if (each.type != TermType::Pin || ours_.contains(each.rxcui)) continue;
            for (auto const& base : release_.from(each.rxcui, Relation::FormOf)) {
                auto const found = ours_.find(base.to);
                if (found == ours_.end() || !ours_.emplace(each.rxcui, found->second).second)
                    continue;
                old_.ingredients[found->second].precise.push_back(each.rxcui);
                ++done_.salts;
            }
        }
        for (auto& row : old_.ingredients) std::ranges::sort(row.precise);
    }

    void takeProducts()
    {
        for (auto const& each : release_.concepts) {
            if (!isProduct(each.type)) continue;
            auto const& parts = parts_.of(each.rxcui);
            if (parts.ours.empty()) continue;
            if (release_.forAnimals.contains(each.rxcui)) {
                ++done_.forAnimals;
                continue;
            }
            done_.rows.products.push_back(rowOf(each, parts));
        }
    }

    [[nodiscard]] ProductRow const* oldRow(std::uint32_t rxcui) const
    {
        auto const at = std::ranges::lower_bound(old_.products, rxcui, {}, &ProductRow::rxcui);
        return at != old_.products.end() && at->rxcui == rxcui ? &*at : nullptr;
    }

    [[nodiscard]] std::string namesOf(Parts const& parts) const
    {
        std::set<std::string_view> names;
        for (auto const place : parts.ours) names.insert(old_.ingredients[place].name);
        std::string list;
        for (auto const name : names) list.append(list.empty() ? "" : "|").append(name);
        return list;
    }

    ProductRow rowOf(Concept const& each, Parts const& parts)
    {
        ProductRow row{each.rxcui,
                       std::string{toText(each.type)},
                       namesOf(parts),
                       std::to_string(parts.others.size()),
                       std::string{terms::routeText(routeOf(each, 0))},
                       each.name};
        if (auto const* const before = oldRow(each.rxcui); before != nullptr && row.route.empty())
            row.route = before->route;
        return row;
    }

    [[nodiscard]] Route routeOfWords(std::string_view text) const
    {
        return forms_.findWords(terms::splitWords(text));
    }

    /// Of the dose form; of the group of dose forms; of what a product contains or is called after.
    [[nodiscard]] Route routeOf(Concept const& each, unsigned depth) const
    {
        for (auto const form : {Relation::HasDoseForm, Relation::HasDoseFormGroup})
            for (auto const& edge : release_.from(each.rxcui, form))
                if (auto const* const named = release_.find(edge.to))
                    if (auto const route = routeOfWords(named->name); route != Route::Unknown)
                        return route;
        if (depth == kLongestChain) return Route::Unknown;
        for (auto const way : {Relation::Contains, Relation::TradenameOf, Relation::Isa}) {
            std::set<Route> routes;
            for (auto const& edge : release_.from(each.rxcui, way))
                if (auto const* const named = release_.find(edge.to))
                    routes.insert(routeOf(*named, depth + 1));
            if (routes.size() == 1 && *routes.begin() != Route::Unknown) return *routes.begin();
            if (way == Relation::Contains && !routes.empty()) return Route::Unknown;
        }
        return Route::Unknown;
    }

    /// Rows of numbers that the release does not name, or names without any part.
    void keepOld()
    {
        std::set<std::uint32_t> present;
        for (auto const& row : done_.rows.products) present.insert(row.rxcui);
        for (auto& row : old_.products) {
            auto const retired = isRetired(row.rxcui);
            auto successors = retired ? successorsOf(row.rxcui) : std::vector<std::uint32_t>{};
            if (!present.contains(row.rxcui) && !isOthers(row.rxcui)) {
                if (successors.size() == 1) follow(row, successors.front());
                done_.rows.products.push_back(row);
                ++done_.kept;
            }
            if (retired)
                done_.retired.push_back({row.rxcui, row.name, false, std::move(successors)});
        }
    }

    /// Does the release say that none of our ingredients is in the product, or that it is not for
    /// people? Then the row was wrong.
    [[nodiscard]] bool isOthers(std::uint32_t rxcui)
    {
        if (release_.forAnimals.contains(rxcui)) return true;
        auto const* const named = release_.find(rxcui);
        return named != nullptr && isProduct(named->type) && !parts_.of(rxcui).others.empty();
    }

    void follow(ProductRow& row, std::uint32_t successor)
    {
        auto const* const named = release_.find(successor);
        auto const& parts = parts_.of(successor);
        if (named == nullptr || parts.ours.empty()) return;
        auto const now = rowOf(*named, parts);
        row.ingredients = now.ingredients;
        row.others = now.others;
        if (!now.route.empty()) row.route = now.route;
    }

    DrugRows old_;
    Release const& release_;
    terms::RouteTable const& forms_;
    std::unordered_map<std::uint32_t, std::size_t> ours_; // number -> place of the ingredient
    PartsFinder parts_;
    Update done_;
};

} // namespace

Update update(DrugRows old, Release const& release, terms::RouteTable const& forms)
{
    return Updater{std::move(old), release, forms}.run();
}

std::string retiredText(std::vector<Retired> const& retired)
{
    std::string text = "rxcui\tname\tsuccessors\n";
    for (auto const& each : retired) {
        if (!each.ingredient) continue;
        text.append(std::to_string(each.rxcui)).append(1, '\t').append(each.name).append(1, '\t');
        for (auto const successor : each.successors)
            text.append(text.back() == '\t' ? "" : "|").append(std::to_string(successor));
        text += '\n';
    }
    return text;
}

} // namespace tcds::upkeep
