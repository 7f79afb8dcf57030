#pragma once

#include "rules/eval/evaluation.hpp"

#include <functional>

namespace tcds::rules {

/// Tells whether a population (the named condition "pregnancy", "under-1") is true of the patient.
using IsPopulation = std::function<Verdict(NamedIndex population)>;

enum class Side : std::uint8_t { Low, High };

/// The limit against which a result is judged, lower or upper.
struct ReferenceLimit {
    bool known = false;
    Decimal value;           // in `ucum`
    std::string_view ucum;   // the result's own unit, or the canonical one
    bool asReported = false; // compare Result::reported, else Result::canonical
    LimitUsed used;
};

/// Rule language section 4, "Latest result" 5 and clinical specification C.0.2: the laboratory's
/// own limit of that result (type normal or untyped, rows for age, sex and pregnancy honoured) if
/// it lies inside the analyte's guard (no guard: within 25 % of the default), else the default of
/// the first population that is true. A row marked as shown only never uses the laboratory's limit.
ReferenceLimit referenceLimit(Chart const& chart, Result const& result, Side side,
                              IsPopulation const& isPopulation);

/// Below the lower (Side::Low) or above the upper limit.
Verdict beyond(Result const& result, ReferenceLimit const& limit, Side side);

} // namespace tcds::rules
