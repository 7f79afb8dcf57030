#include "fhir/terms/unit_table.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/table.hpp"
#include "fhir/terms/unit_grammar.hpp"

#include <algorithm>

namespace tcds::terms {
namespace {

std::string loosened(std::string_view spelling)
{
    auto loose = lowerAscii(spelling);
    loose.erase(std::remove(loose.begin(), loose.end(), ' '), loose.end());
    return loose;
}

} // namespace

void UnitTable::load(std::string_view text, Problems& problems)
{
    auto const table = Table::open(text, "terms/units.tsv", {"unit", "ucum"}, problems);
    if (!table) return;
    table->forEach([&](Table::Row const& row) {
        auto const [unit, ucum] = std::pair{row.cells[0], row.cells[1]};
        if (!parseUnit(ucum)) {
            problems.error("L05", table->where(row.line), quoted(ucum) + " is no UCUM unit",
                           "write the UCUM code of " + std::string{unit});
            return;
        }
        auto const [place, added] = exact_.emplace(unit, ucum);
        if (!added && place->second != ucum)
            problems.error("L02", table->where(row.line),
                           "unit " + quoted(unit) + " stands here twice",
                           "keep one of the two rows");
        auto const [loosePlace, looseAdded] = loose_.emplace(loosened(unit), ucum);
        if (!looseAdded && loosePlace->second != ucum) loosePlace->second.clear();
    });
}

std::optional<std::string> UnitTable::read(std::string_view spelling) const
{
    if (spelling.empty()) return std::nullopt;
    if (auto const found = exact_.find(spelling); found != exact_.end()) return found->second;
    if (auto parts = parseUnit(spelling)) return std::move(parts->text);
    if (auto const found = loose_.find(loosened(spelling));
        found != loose_.end() && !found->second.empty())
        return found->second;
    return std::nullopt;
}

std::optional<std::string> UnitTable::ucum(std::string_view code, std::string_view text) const
{
    if (auto unit = read(trimmed(code))) return unit;
    return read(trimmed(text));
}

} // namespace tcds::terms
