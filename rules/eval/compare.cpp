#include "rules/eval/compare.hpp"

namespace tcds::rules {

namespace {

/// value < limit or value <= limit for a value of which only a bound is known.
Verdict lessThan(Decimal const& value, Comparator comparator, Decimal const& limit, bool orEqual)
{
    switch (comparator) {
    case Comparator::None:
        return value < limit || (orEqual && value == limit) ? Verdict::Yes : Verdict::No;
    case Comparator::Less: // anything below `value`
        return value <= limit ? Verdict::Yes : Verdict::Unknown;
    case Comparator::LessOrEqual:
        return value < limit || (orEqual && value == limit) ? Verdict::Yes : Verdict::Unknown;
    case Comparator::Greater: // anything above `value`
        return value >= limit ? Verdict::No : Verdict::Unknown;
    case Comparator::GreaterOrEqual:
        return value > limit || (!orEqual && value == limit) ? Verdict::No : Verdict::Unknown;
    }
    return Verdict::Unknown;
}

Verdict mirror(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Yes:
        return Verdict::No;
    case Verdict::No:
        return Verdict::Yes;
    case Verdict::Unknown:
        break;
    }
    return Verdict::Unknown;
}

} // namespace

Verdict compare(Compare how, Decimal const& value, Comparator comparator, Decimal const& limit)
{
    switch (how) {
    case Compare::Below:
        return lessThan(value, comparator, limit, false);
    case Compare::AtMost:
        return lessThan(value, comparator, limit, true);
    case Compare::Above:
        return mirror(lessThan(value, comparator, limit, true));
    case Compare::AtLeast:
        return mirror(lessThan(value, comparator, limit, false));
    }
    return Verdict::Unknown;
}

terms::Measure const& alternativeFor(terms::Limit const& limit, Result const& result)
{
    if (!result.codeFactors)
        for (auto const& measure : limit)
            if (measure.ucum == result.ucum) return measure;
    return limit.front();
}

Verdict compare(Compare how, Result const& result, terms::Limit const& limit)
{
    auto const& measure = alternativeFor(limit, result);
    auto const asReported = measure.ucum == result.ucum && !result.codeFactors;
    auto const& value = asReported ? result.reported : result.canonical;
    return compare(how, value, result.comparator, measure.value);
}

} // namespace tcds::rules
