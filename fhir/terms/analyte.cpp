#include "fhir/terms/analyte.hpp"

#include "fhir/terms/unit_grammar.hpp"

#include <algorithm>

namespace tcds::terms {
namespace {

/// @param base  the analyte's canonical unit or one with a factor to it
std::optional<Decimal> byFactors(std::vector<UnitFactor> const& units, Decimal const& value,
                                 std::string_view ucum)
{
    auto const apply = [](UnitFactor const& unit, Decimal const& amount) {
        return (amount + unit.offset) * unit.factor;
    };
    for (auto const& unit : units)
        if (unit.ucum == ucum) return apply(unit, value);

    auto const from = parseUnit(ucum);
    if (!from) return std::nullopt;
    for (auto const& unit : units) {
        auto const to = parseUnit(unit.ucum);
        if (!to) continue;
        if (auto const converted = convertUnit(value, *from, *to)) return apply(unit, *converted);
    }
    return std::nullopt;
}

/// @param part  in lower case; begins with a mark, which has no case
bool contains(std::string_view text, std::string_view part)
{
    auto const same = [](char a, char lower) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == lower;
    };
    for (auto at = text.find(part.front()); at != std::string_view::npos;
         at = text.find(part.front(), at + 1))
        if (std::ranges::equal(text.substr(at, part.size()), part, same)) return true;
    return false;
}

} // namespace

std::optional<Decimal> toCanonical(Analyte const& analyte, Decimal const& value,
                                   std::string_view ucum, std::string_view loinc)
{
    if (ucum.empty()) return analyte.unitless ? std::optional{value} : std::nullopt;
    if (!loinc.empty()) {
        auto const code =
            std::find_if(analyte.codes.begin(), analyte.codes.end(),
                         [&](AnalyteCode const& known) { return known.code == loinc; });
        if (code != analyte.codes.end() && !code->units.empty())
            if (auto const converted = byFactors(code->units, value, ucum)) return converted;
    }
    if (ucum == analyte.unit) return value;
    // A listed factor before the grammar: mm[Hg] and kPa are joined as the clinical specification
    // says.
    for (auto const& unit : analyte.units)
        if (unit.ucum == ucum) return (value + unit.offset) * unit.factor;
    if (auto const converted = byFactors({{analyte.unit, Decimal{1, 0}, Decimal{}}}, value, ucum))
        return converted;
    return byFactors(analyte.units, value, ucum);
}

bool unitContradictsCode(AnalyteCode const& code, std::string_view ucum)
{
    // Long names write the property in brackets, short names end in it: "Calcium SerPl-sCnc".
    bool const moles = contains(code.display, "[moles/") || contains(code.display, "-scnc");
    bool const mass = contains(code.display, "[mass/") || contains(code.display, "-mcnc");
    if (moles == mass) return false;
    // Amounts are written with "mol" or "eq" and with nothing else: most units need no parsing.
    bool const amount = ucum.find("mol") != std::string_view::npos;
    if (moles ? amount : !amount && ucum.find("eq") == std::string_view::npos) return false;
    auto const unit = parseUnit(ucum);
    if (!unit) return false;
    if (moles) return unit->power(Dimension::Mass) > 0;
    return unit->power(Dimension::Amount) > 0 || unit->power(Dimension::Equivalents) > 0;
}

} // namespace tcds::terms
