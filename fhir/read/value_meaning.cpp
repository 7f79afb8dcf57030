#include "fhir/read/value_meaning.hpp"

#include <utility>

namespace tcds::fhir {

namespace {

/// Annotations such as "{score}" measure nothing.
bool isCount(std::string_view unit)
{
    return unit.empty() || unit == "1" || (unit.front() == '{' && unit.back() == '}');
}

/// Plausible limits are inclusive, in the analyte's canonical unit or one that it converts.
bool isPlausible(terms::Analyte const& analyte, Decimal const& canonical)
{
    auto const limit = [&analyte](std::optional<terms::Measure> const& measure) {
        if (!measure) return std::optional<Decimal>{};
        if (measure->ucum == analyte.unit) return std::optional{measure->value};
        return terms::toCanonical(analyte, measure->value, measure->ucum);
    };
    auto const low = limit(analyte.plausibleLow);
    auto const high = limit(analyte.plausibleHigh);
    return !(low && canonical < *low) && !(high && canonical > *high);
}

} // namespace

ValueMeaning meaningOfValue(terms::Terminology const& terms, AnalyteId analyteId,
                            Decimal const& number, std::string_view ucumCode, std::string_view unit,
                            std::string_view loinc)
{
    ValueMeaning meaning;
    auto const& analyte = terms.analyte(analyteId);
    auto const shown = unit.empty() ? ucumCode : unit;
    if (analyte.unitless && isCount(shown)) {
        meaning.ucum = analyte.unit;
        meaning.canonical = number;
    } else if (shown.empty()) {
        meaning.unusable = Reason::NoUnit;
        return meaning;
    } else {
        auto ucum = terms.ucum(ucumCode, unit);
        meaning.knownUnit = ucum.has_value();
        if (ucum) meaning.canonical = terms::toCanonical(analyte, number, *ucum, loinc);
        if (!meaning.canonical) {
            meaning.unusable = Reason::BadUnit;
            return meaning;
        }
        meaning.ucum = std::move(*ucum);
    }
    for (auto const& code : analyte.codes)
        if (code.code == loinc && terms::unitContradictsCode(code, meaning.ucum))
            meaning.contradictsCode = true;
    if (!isPlausible(analyte, *meaning.canonical)) {
        meaning.unusable = Reason::Implausible;
        meaning.canonical.reset();
    }
    return meaning;
}

CodedAnalyte analyteOfCodes(terms::Terminology const& terms, std::vector<Coding> const& codes)
{
    for (auto const& coding : codes) {
        if (coding.code.empty()) continue;
        if (auto const analyte = terms.meaningOf(coding.system, coding.code).analyte;
            analyte.known())
            return {analyte, coding.code};
    }
    return {};
}

} // namespace tcds::fhir
