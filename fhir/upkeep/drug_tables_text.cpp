#include "fhir/upkeep/drug_tables_text.hpp"

#include "fhir/terms/product_table.hpp"
#include "fhir/terms/table.hpp"

#include <algorithm>

namespace tcds::upkeep {

namespace {

using terms::Table;

std::string cell(Table::Row const& row, std::size_t column)
{
    return std::string{row.cells[column]};
}

void reportNumber(Table const& table, Table::Row const& row, std::string_view text,
                  Problems& problems)
{
    problems.error("L01", table.where(row.line), '"' + std::string{text} + "\" is no RxNorm number",
                   "write digits only");
}

std::string joined(std::vector<std::uint32_t> const& numbers)
{
    std::string list;
    for (auto const number : numbers)
        list.append(list.empty() ? "" : "|").append(std::to_string(number));
    return list;
}

} // namespace

DrugRows readDrugRows(std::string_view ingredients, std::string_view products, Problems& problems)
{
    DrugRows rows;
    if (auto const table = Table::open(
            ingredients, "terms/ingredients.tsv",
            {"ingredient", "rxnorm", "precise_rxnorm", "atc", "snomed", "match"}, problems))
        table->forEach([&](Table::Row const& row) {
            IngredientRow each{cell(row, 0), cell(row, 1), {},
                               cell(row, 3), cell(row, 4), cell(row, 5)};
            terms::forEachPart(row.cells[2], [&](std::string_view salt) {
                if (auto const number = terms::parseRxcui(salt))
                    each.precise.push_back(*number);
                else
                    reportNumber(*table, row, salt, problems);
            });
            rows.ingredients.push_back(std::move(each));
        });
    if (auto const table =
            Table::open(products, "terms/products.tsv",
                        {"rxcui", "type", "ingredients", "others", "route", "name"}, problems))
        table->forEach([&](Table::Row const& row) {
            if (auto const number = terms::parseRxcui(row.cells[0]))
                rows.products.push_back({*number, cell(row, 1), cell(row, 2), cell(row, 3),
                                         cell(row, 4), cell(row, 5)});
            else
                reportNumber(*table, row, row.cells[0], problems);
        });
    std::ranges::sort(rows.products, {}, &ProductRow::rxcui);
    return rows;
}

std::string productsText(std::vector<ProductRow> const& rows)
{
    std::string text = "rxcui\ttype\tingredients\tothers\troute\tname\n";
    for (auto const& row : rows) {
        text += std::to_string(row.rxcui);
        for (auto const* const each :
             {&row.type, &row.ingredients, &row.others, &row.route, &row.name})
            text.append(1, '\t').append(*each);
        text += '\n';
    }
    return text;
}

std::string ingredientsText(std::vector<IngredientRow> const& rows)
{
    std::string text = "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n";
    for (auto const& row : rows) {
        auto const salts = joined(row.precise);
        text += row.name;
        for (auto const* const each : {&row.rxnorm, &salts, &row.atc, &row.snomed, &row.match})
            text.append(1, '\t').append(*each);
        text += '\n';
    }
    return text;
}

} // namespace tcds::upkeep
