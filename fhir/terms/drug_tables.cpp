#include "fhir/terms/drug_tables.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/table.hpp"

#include <algorithm>
#include <array>

namespace tcds::terms {

void DrugTables::load(TerminologySources const& sources, Problems& problems)
{
    if (!sources.ingredients.empty()) loadIngredients(sources.ingredients, problems);
    if (!sources.names.empty()) loadNames(sources.names, problems);
    products_.load(sources.products, problems);
    if (!sources.routes.empty())
        routes_.load(sources.routes, "terms/routes.tsv", "code_or_word", true, problems);
    if (!sources.doseForms.empty())
        forms_.load(sources.doseForms, "terms/dose_forms.tsv", "word", false, problems);
}

IngredientId DrugTables::add(std::string_view name, std::string_view rxnorm)
{
    IngredientId const id{static_cast<std::uint16_t>(ingredients_.size())};
    ingredients_.push_back({id, std::string{name}, std::string{rxnorm}});
    byName_.emplace(name, id);
    if (auto const number = parseRxcui(rxnorm)) byRxcui_.emplace(*number, id);
    return id;
}

void DrugTables::loadIngredients(std::string_view text, Problems& problems)
{
    auto const table =
        Table::open(text, "terms/ingredients.tsv",
                    {"ingredient", "rxnorm", "precise_rxnorm", "atc", "snomed", "match"}, problems);
    if (!table) return;
    table->forEach([&](Table::Row const& row) {
        auto const [name, rxnorm, precise, atc, snomed, match] = std::array{
            row.cells[0], row.cells[1], row.cells[2], row.cells[3], row.cells[4], row.cells[5]};
        if (byName_.contains(name)) {
            problems.error("L02", table->where(row.line),
                           "ingredient " + quoted(name) + " stands here twice", "keep one row");
            return;
        }
        if (!rxnorm.empty() && !parseRxcui(rxnorm))
            problems.error("L01", table->where(row.line), quoted(rxnorm) + " is no RxNorm number",
                           "write digits only, or leave it empty");
        if (auto const number = parseRxcui(rxnorm); number && byRxcui_.contains(*number))
            problems.error("L02", table->where(row.line),
                           "RxNorm number " + std::string{rxnorm} + " belongs to two ingredients",
                           "check both numbers");
        auto const id = add(name, rxnorm);
        forEachPart(precise, [&](std::string_view salt) {
            if (auto const number = parseRxcui(salt)) byRxcui_.emplace(*number, id);
        });
        forEachPart(atc, [&](std::string_view code) { byAtc_[std::string{code}].push_back(id); });
        forEachPart(snomed, [&](std::string_view code) { bySnomed_.emplace(code, id); });
        names_.add(name, {id}, match == "exact");
    });
}

void DrugTables::loadNames(std::string_view text, Problems& problems)
{
    auto const table =
        Table::open(text, "terms/names.tsv", {"name", "ingredients", "match"}, problems);
    if (!table) return;
    table->forEach([&](Table::Row const& row) {
        std::vector<IngredientId> ids;
        forEachPart(row.cells[1], [&](std::string_view ingredient) {
            auto const id = named(ingredient);
            if (id.known())
                ids.push_back(id);
            else
                problems.error("L03", table->where(row.line),
                               "ingredient " + quoted(ingredient) + " does not exist",
                               "add it to terms/ingredients.tsv, or mend its spelling");
        });
        if (ids.empty()) return;
        if (row.cells[2] != "word" && row.cells[2] != "exact")
            problems.error("L01", table->where(row.line),
                           quoted(row.cells[2]) + " is no way to match", "write word or exact");
        if (!names_.add(row.cells[0], std::move(ids), row.cells[2] == "exact"))
            problems.error("L02", table->where(row.line),
                           "name " + quoted(row.cells[0]) + " has two meanings",
                           "keep one row, with all ingredients parted by bars");
    });
}

IngredientId DrugTables::named(std::string_view name) const
{
    auto const found = byName_.find(name);
    return found == byName_.end() ? IngredientId{} : found->second;
}

std::optional<IngredientId> DrugTables::resolve(AuthoredIngredient const& authored,
                                                Problems& problems)
{
    if (authored.name.empty()) return std::nullopt;
    if (!authored.rxnorm.empty() && !parseRxcui(authored.rxnorm)) {
        problems.error("L01", authored.where, quoted(authored.rxnorm) + " is no RxNorm number",
                       "write digits only");
        return std::nullopt;
    }
    if (auto const known = named(authored.name); known.known()) {
        auto const& number = ingredients_[known.index()].rxnorm;
        if (!authored.rxnorm.empty() && number != authored.rxnorm)
            problems.error("L03", authored.where,
                           "RxNorm number " + std::string{authored.rxnorm} + " of " +
                               std::string{authored.name} +
                               (number.empty() ? " is not in terms/ingredients.tsv"
                                               : " is " + number + " in terms/ingredients.tsv"),
                           "check which of the two is right");
        return known;
    }
    if (authored.rxnorm.empty()) {
        std::vector<std::string_view> known;
        for (auto const& each : ingredients_) known.emplace_back(each.name);
        problems.error("L03", authored.where,
                       "ingredient " + quoted(authored.name) + " does not exist",
                       didYouMean(authored.name, known, "add a row to terms/ingredients.tsv"));
        return std::nullopt;
    }
    if (byRxcui_.contains(*parseRxcui(authored.rxnorm))) {
        auto const& other = ingredients_[byRxcui(authored.rxnorm).index()];
        problems.error("L03", authored.where,
                       "RxNorm number " + std::string{authored.rxnorm} + " is that of " +
                           quoted(other.name),
                       "use that name, or mend the number");
        return std::nullopt;
    }
    auto const id = add(authored.name, authored.rxnorm);
    names_.add(authored.name, {id}, false);
    return id;
}

IngredientId DrugTables::byRxcui(std::string_view rxcui) const
{
    auto const number = parseRxcui(rxcui);
    if (!number) return {};
    auto const found = byRxcui_.find(*number);
    return found == byRxcui_.end() ? IngredientId{} : found->second;
}

std::vector<IngredientId> DrugTables::byAtc(std::string_view code) const
{
    auto const found = byAtc_.find(code);
    return found == byAtc_.end() ? std::vector<IngredientId>{} : found->second;
}

std::vector<bool> DrugTables::withAtc() const
{
    std::vector<bool> with(ingredients_.size());
    for (auto const& [code, coded] : byAtc_)
        for (auto const id : coded) with[id.index()] = true;
    return with;
}

IngredientId DrugTables::bySnomed(std::string_view code) const
{
    auto const found = bySnomed_.find(code);
    return found == bySnomed_.end() ? IngredientId{} : found->second;
}

std::vector<IngredientId> DrugTables::ingredientsOf(Product const& product) const
{
    std::vector<IngredientId> ids;
    forEachPart(product.ingredients, [&](std::string_view name) {
        if (auto const id = named(name); id.known()) ids.push_back(id);
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace tcds::terms
