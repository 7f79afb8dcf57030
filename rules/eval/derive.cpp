#include "rules/eval/derive.hpp"

#include <algorithm>
#include <chrono>

namespace tcds::rules {

namespace {

auto distance(Instant a, Instant b) { return a > b ? a - b : b - a; }

/// The usable result nearest in time, at most `within` away; of two equally near the later one.
Result const* nearest(std::span<Result const> results, Instant at, Duration const& within)
{
    Result const* best = nullptr;
    for (auto const& result : results) {
        if (!result.usable || result.at < at - within || at < result.at - within) continue;
        auto const closer =
            best == nullptr || distance(result.at, at) < distance(best->at, at) ||
            (distance(result.at, at) == distance(best->at, at) && result.at > best->at);
        if (closer) best = &result;
    }
    return best;
}

Result copyOf(terms::Analyte const& analyte, Result const& from)
{
    auto result = from;
    result.analyte = analyte.id;
    result.ranges = {}; // the laboratory's range is that of the measured quantity
    return result;
}

void setComputed(Result& result, terms::Analyte const& analyte, Decimal const& value,
                 std::string_view ucum, int decimals)
{
    result.reported = value;
    result.ucum = ucum;
    result.codeFactors = false;
    result.canonical = terms::toCanonical(analyte, value, ucum).value_or(value);
    result.shownValue = value.rounded(decimals);
    result.shownUnit = ucum;
}

// --- Albumin-adjusted calcium ------------------------------------------------------------------

constexpr Decimal kFullAlbumin{40, 0};   // g/L
constexpr Decimal kLowAlbumin{20, 0};    // g/L
constexpr Decimal kPerGramLitre{2, 2};   // mmol/L calcium for each g/L of albumin
constexpr Decimal kFullAlbuminDl{40, 1}; // 4.0 g/dL
constexpr Decimal kPerGramDl{8, 1};      // mg/dL calcium for each g/dL of albumin

bool laboratoryAdjusted(Result const& calcium, std::span<Result const> reported,
                        Duration const& within)
{
    return std::ranges::any_of(
        reported, [&](Result const& own) { return own.usable && own.at >= calcium.at - within; });
}

Result adjustedCalcium(terms::Analyte const& analyte, Result const& calcium, Result const* albumin)
{
    auto result = copyOf(analyte, calcium);
    if (!calcium.usable) return result;
    if (albumin == nullptr || albumin->comparator != Comparator::None) {
        result.notes.add(Note::NoAlbumin);
        return result;
    }
    result.facts[1] = albumin->facts[0];
    result.notes.addAll(albumin->notes);
    if (albumin->canonical > kFullAlbumin) return result;
    if (albumin->canonical < kLowAlbumin) result.notes.add(Note::LowAlbumin);

    auto const decimals = calcium.shownValue.decimals();
    if (calcium.ucum == "mg/dL" && albumin->ucum == "g/dL") {
        auto const adjusted = calcium.reported + kPerGramDl * (kFullAlbuminDl - albumin->reported);
        setComputed(result, analyte, adjusted, "mg/dL", std::max(decimals, 1));
    } else if (calcium.ucum == "mg/dL") {
        // Albumin in g/L: the same formula, g/dL being a tenth.
        auto const adjusted =
            calcium.reported + kPerGramDl * (kFullAlbuminDl - albumin->canonical * Decimal{1, 1});
        setComputed(result, analyte, adjusted, "mg/dL", std::max(decimals, 1));
    } else {
        auto const adjusted =
            calcium.canonical + kPerGramLitre * (kFullAlbumin - albumin->canonical);
        setComputed(result, analyte, adjusted, analyte.unit, std::max(decimals, 2));
    }
    return result;
}

// --- Ratios ------------------------------------------------------------------------------------

/// Sent in this unit, and meaning by it what the analyte means.
bool reportedIn(Result const& result, std::string_view unit)
{
    return result.ucum == unit && !result.codeFactors;
}

Result ratio(terms::Analyte const& analyte, terms::Terminology const& terms,
             Result const& numerator, Result const& denominator)
{
    auto result = copyOf(analyte, numerator);
    result.facts[1] = denominator.facts[0];
    result.notes.addAll(denominator.notes);
    auto const exact =
        numerator.comparator == Comparator::None && denominator.comparator == Comparator::None;
    if (!numerator.usable || !exact || denominator.canonical.isZero()) {
        result.usable = false;
        result.unusable = numerator.usable ? Reason::Straddles : numerator.unusable;
        return result;
    }
    constexpr int kRatioDecimals = 1;
    for (auto const& system : analyte.systems) {
        auto const asReported = reportedIn(numerator, system.numeratorUnit) &&
                                reportedIn(denominator, system.denominatorUnit);
        if (!asReported || denominator.reported.isZero()) continue;
        setComputed(result, analyte, numerator.reported / denominator.reported * system.factor,
                    system.unit, kRatioDecimals);
        return result;
    }
    // Mixed systems: both inputs in canonical units, with the system written for those.
    for (auto const& system : analyte.systems) {
        auto const canonical = terms.analyte(numerator.analyte).unit == system.numeratorUnit &&
                               terms.analyte(denominator.analyte).unit == system.denominatorUnit;
        if (!canonical) continue;
        setComputed(result, analyte, numerator.canonical / denominator.canonical * system.factor,
                    system.unit, kRatioDecimals);
        return result;
    }
    result.usable = false;
    result.unusable = Reason::BadUnit;
    return result;
}

} // namespace

std::vector<Result> derive(terms::Analyte const& analyte, terms::Terminology const& terms,
                           std::span<Result const> numerators, std::span<Result const> denominators,
                           std::span<Result const> reported)
{
    std::vector<Result> derived;
    auto const within = analyte.ofWithin.value_or(Duration{24, Duration::Unit::Hour});
    for (auto const& numerator : numerators) {
        auto const* partner = nearest(denominators, numerator.at, within);
        if (analyte.derived == terms::DerivedKind::AlbuminAdjustedCalcium) {
            if (!laboratoryAdjusted(numerator, reported, within))
                derived.push_back(adjustedCalcium(analyte, numerator, partner));
        } else if (partner != nullptr) {
            derived.push_back(ratio(analyte, terms, numerator, *partner));
        }
    }
    return derived;
}

} // namespace tcds::rules
