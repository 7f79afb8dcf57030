#include "rules/eval/reference.hpp"

#include "rules/eval/compare.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// True of rows for everybody, and of those whose population is certainly that of the patient.
bool isFor(NamedIndex population, IsPopulation const& isPopulation)
{
    return !population.known() || isPopulation(population) == Verdict::Yes;
}

/// The first row whose population is true; unknown ones are passed over, the last is for everybody.
terms::LimitRow const* rowFor(terms::Analyte const& analyte, RowPopulations const& populations,
                              IsPopulation const& isPopulation)
{
    for (std::size_t i = 0; i < analyte.limits.size(); ++i)
        if (isFor(populations.limits[i], isPopulation)) return &analyte.limits[i];
    return nullptr;
}

/// Guards for a population that the laboratory's row is itself written for do not apply to it.
terms::GuardRow const* guardFor(Chart const& chart, terms::Analyte const& analyte,
                                ReferenceRange const& range, IsPopulation const& isPopulation)
{
    auto const& rules = chart.rules();
    auto const& populations = rules.populations[analyte.id.index()];
    for (std::size_t i = 0; i < analyte.guards.size(); ++i) {
        auto const population = populations.guards[i];
        if (range.pregnancy && population.known() && population == rules.known.pregnant) continue;
        if (isFor(population, isPopulation)) return &analyte.guards[i];
    }
    return nullptr;
}

enum class Fit : std::uint8_t { No, General, Special };

/// A row for an age or a sex fits only a patient of whom that is known.
Fit fits(ReferenceRange const& range, Chart const& chart, IsPopulation const& isPopulation)
{
    auto const& patient = chart.context().patient;
    auto special = false;
    if (range.sex != Sex::Unknown) {
        if (range.sex != patient.sex) return Fit::No;
        special = true;
    }
    if (range.ageFromDays || range.ageToDays) {
        if (!patient.birth) return Fit::No;
        auto const days = completedDays(*patient.birth, chart.now());
        if (range.ageFromDays && days < *range.ageFromDays) return Fit::No;
        if (range.ageToDays && days > *range.ageToDays) return Fit::No;
        special = true;
    }
    if (range.pregnancy) {
        auto const pregnant = chart.rules().known.pregnant;
        if (!pregnant.known() || isPopulation(pregnant) != Verdict::Yes) return Fit::No;
        special = true;
    }
    return special ? Fit::Special : Fit::General;
}

ReferenceRange const* laboratoryRange(Chart const& chart, Result const& result, Side side,
                                      IsPopulation const& isPopulation)
{
    ReferenceRange const* general = nullptr;
    for (auto const& range : result.ranges) {
        auto const& limit = side == Side::Low ? range.low : range.high;
        if (!limit || (!range.type.empty() && range.type != "normal")) continue;
        switch (fits(range, chart, isPopulation)) {
        case Fit::Special:
            return &range;
        case Fit::General:
            if (general == nullptr) general = &range;
            break;
        case Fit::No:
            break;
        }
    }
    return general;
}

struct LaboratoryLimit {
    std::string_view ucum;
    std::optional<Decimal> canonical;
};

LaboratoryLimit understand(Chart const& chart, terms::Analyte const& analyte, Result const& result,
                           Quantity const& limit)
{
    // A range without a unit is in the unit of the value.
    auto const ucum = limit.unit.empty() || limit.unit == result.shownUnit
                          ? std::optional{std::string{result.ucum}}
                          : chart.terms().ucum({}, limit.unit);
    if (!ucum) return {};
    if (*ucum == result.ucum) {
        // A code with factors of its own (urea against urea nitrogen): the range is of the same
        // quantity as the value, so their ratio holds.
        if (result.codeFactors && !result.reported.isZero())
            return {result.ucum, limit.value * result.canonical / result.reported};
        return {result.ucum, terms::toCanonical(analyte, limit.value, *ucum)};
    }
    return {analyte.unit, terms::toCanonical(analyte, limit.value, *ucum)};
}

bool inside(Decimal const& value, Decimal const& from, Decimal const& to)
{
    return value >= from && value <= to;
}

constexpr Decimal kThreeQuarters{75, 2};
constexpr Decimal kFiveQuarters{125, 2};

/// A laboratory limit is believed inside the guard, or within 25 % of the default without one.
bool plausible(terms::GuardRow const* guard, std::optional<Decimal> const& standard,
               Decimal const& limit, Side side)
{
    auto const& from = guard == nullptr    ? std::optional<terms::Measure>{}
                       : side == Side::Low ? guard->lowFrom
                                           : guard->highFrom;
    auto const& to = guard == nullptr    ? std::optional<terms::Measure>{}
                     : side == Side::Low ? guard->lowTo
                                         : guard->highTo;
    if (from && to) return inside(limit, from->value, to->value);
    if (!standard) return true; // no default to compare with: "lab" in the table of analytes
    return inside(limit, *standard * kThreeQuarters, *standard * kFiveQuarters);
}

std::optional<Decimal> canonicalOf(terms::Limit const& limit) { return limit.front().value; }

} // namespace

ReferenceLimit referenceLimit(Chart const& chart, Result const& result, Side side,
                              IsPopulation const& isPopulation)
{
    auto const& analyte = chart.terms().analyte(result.analyte);
    auto const* row = rowFor(analyte, chart.rules().populations[analyte.id.index()], isPopulation);
    auto const* standard = row == nullptr      ? nullptr
                           : side == Side::Low ? (row->low ? &*row->low : nullptr)
                                               : (row->high ? &*row->high : nullptr);
    auto const standardCanonical = standard ? canonicalOf(*standard) : std::nullopt;

    ReferenceLimit limit;
    auto const* range = row != nullptr && row->labRangeShownOnly
                            ? nullptr
                            : laboratoryRange(chart, result, side, isPopulation);
    if (range != nullptr) {
        auto const& quantity = side == Side::Low ? *range->low : *range->high;
        auto const understood = understand(chart, analyte, result, quantity);
        auto const* guard = guardFor(chart, analyte, *range, isPopulation);
        if (understood.canonical &&
            plausible(guard, standardCanonical, *understood.canonical, side)) {
            limit.known = true;
            limit.asReported = understood.ucum == result.ucum;
            limit.value = limit.asReported ? quantity.value : *understood.canonical;
            limit.ucum = understood.ucum;
            limit.used.laboratory = &quantity;
            limit.used.canonical = understood.canonical;
            return limit;
        }
    }
    if (standard == nullptr) return limit;
    auto const& measure = alternativeFor(*standard, result);
    limit.known = true;
    limit.value = measure.value;
    limit.ucum = measure.ucum;
    limit.asReported = measure.ucum == result.ucum && !result.codeFactors;
    limit.used.standard = &measure;
    limit.used.population = row->population;
    limit.used.canonical = standardCanonical;
    return limit;
}

Verdict beyond(Result const& result, ReferenceLimit const& limit, Side side)
{
    auto const& value = limit.asReported ? result.reported : result.canonical;
    return compare(side == Side::Low ? Compare::Below : Compare::Above, value, result.comparator,
                   limit.value);
}

} // namespace tcds::rules
