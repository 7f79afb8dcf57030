#include "rules/load/interval.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

using End = Interval::End;

/// The greater of two lower ends; of equal ones the one that leaves its value out.
std::optional<End> higherLow(std::optional<End> const& a, std::optional<End> const& b)
{
    if (!a) return b;
    if (!b) return a;
    if (a->value == b->value) return a->included ? b : a;
    return a->value > b->value ? a : b;
}

std::optional<End> lowerHigh(std::optional<End> const& a, std::optional<End> const& b)
{
    if (!a) return b;
    if (!b) return a;
    if (a->value == b->value) return a->included ? b : a;
    return a->value < b->value ? a : b;
}

struct Limits {
    Decimal least, greatest; // over the populations of a parameter
};

std::optional<Limits> limitsOf(Threshold const& threshold, Rule const* rule)
{
    if (!threshold.limit.empty())
        return Limits{threshold.limit.front().value, threshold.limit.front().value};
    if (threshold.parameter < 0 || rule == nullptr) return std::nullopt;
    std::optional<Limits> limits;
    for (auto const& row : rule->parameters[static_cast<std::size_t>(threshold.parameter)].rows) {
        if (row.limit.empty()) return std::nullopt;
        auto const& value = row.limit.front().value;
        if (!limits) limits = Limits{value, value};
        limits->least = std::min(limits->least, value);
        limits->greatest = std::max(limits->greatest, value);
    }
    return limits;
}

Interval halfLine(Compare how, Decimal const& limit)
{
    Interval interval;
    auto const included = how == Compare::AtMost || how == Compare::AtLeast;
    auto& end = how == Compare::Below || how == Compare::AtMost ? interval.high : interval.low;
    end = End{limit, included};
    return interval;
}

bool isUpper(Compare how) { return how == Compare::Below || how == Compare::AtMost; }

/// Results of both clauses are the newest of the analyte: only `near` looks elsewhere.
bool looksAtNewest(LabTest const& test) { return !test.scope.near.known(); }

/// A result that is in the first window is in the second; both without `after`.
bool windowInside(LabScope const& inner, LabScope const& outer, RuleSet const& set)
{
    if (outer.near.known() || outer.after || inner.near.known()) return false;
    auto const own = set.terms->analyte(inner.analyte).window;
    auto const now = Instant{};
    return now - inner.within.value_or(own) >= now - outer.within.value_or(own);
}

/// The same limit text: alternatives in other units agree as well.
bool sameLimits(LabTest const& a, LabTest const& b)
{
    return std::ranges::equal(a.all, b.all, [](Comparison const& x, Comparison const& y) {
        return x.how == y.how && x.threshold.text == y.threshold.text;
    });
}

bool labImplies(LabTest const& stronger, LabTest const& weaker, Rule const* rule,
                RuleSet const& set)
{
    if (stronger.scope.analyte != weaker.scope.analyte ||
        !windowInside(stronger.scope, weaker.scope, set))
        return false;
    auto const inner = rangeOf(stronger, rule, set).widest;
    auto const outer = rangeOf(weaker, rule, set).surest;
    if (!outer || inner.empty() || !outer->contains(inner)) return false;
    // At one and the same edge the other units decide, and they may be rounded differently.
    auto const touches = [](std::optional<End> const& a, std::optional<End> const& b) {
        return a && b && a->value == b->value;
    };
    return sameLimits(stronger, weaker) ||
           (!touches(inner.low, outer->low) && !touches(inner.high, outer->high));
}

std::vector<Condition> const* partsOfAny(Condition const& condition)
{
    auto const* any = std::get_if<AnyOf>(&condition.test);
    return any == nullptr ? nullptr : &any->of;
}

} // namespace

bool Interval::empty() const
{
    if (!low || !high) return false;
    if (low->value == high->value) return !(low->included && high->included);
    return low->value > high->value;
}

Interval Interval::meet(Interval const& other) const
{
    return {higherLow(low, other.low), lowerHigh(high, other.high)};
}

bool Interval::contains(Interval const& inner) const
{
    auto const both = meet(inner);
    auto const same = [](std::optional<End> const& a, std::optional<End> const& b) {
        return a.has_value() == b.has_value() &&
               (!a || (a->value == b->value && a->included == b->included));
    };
    return same(both.low, inner.low) && same(both.high, inner.high);
}

LabRange rangeOf(LabTest const& test, Rule const* rule, RuleSet const& set)
{
    auto const& analyte = set.terms->analyte(test.scope.analyte);
    LabRange range;
    range.surest = Interval{};
    // No result outside the plausible range is ever compared.
    if (analyte.plausibleLow) range.widest.low = End{analyte.plausibleLow->value, true};
    if (analyte.plausibleHigh) range.widest.high = End{analyte.plausibleHigh->value, true};
    if (test.belowReference || test.aboveReference || test.outside) range.surest.reset();
    for (auto const& comparison : test.all) {
        auto const limits = limitsOf(comparison.threshold, rule);
        if (!limits) {
            range.surest.reset();
            continue;
        }
        auto const upper = isUpper(comparison.how);
        range.widest =
            range.widest.meet(halfLine(comparison.how, upper ? limits->greatest : limits->least));
        if (range.surest)
            range.surest = range.surest->meet(
                halfLine(comparison.how, upper ? limits->least : limits->greatest));
    }
    return range;
}

void flatten(Condition const& condition, std::vector<Condition const*>& into)
{
    if (auto const* all = std::get_if<AllOf>(&condition.test)) {
        for (auto const& part : all->of) flatten(part, into);
        return;
    }
    into.push_back(&condition);
}

bool implies(Condition const& stronger, Condition const& weaker, Rule const* rule,
             RuleSet const& set)
{
    if (auto const* any = partsOfAny(stronger))
        return std::ranges::all_of(
            *any, [&](Condition const& part) { return implies(part, weaker, rule, set); });
    if (auto const* all = std::get_if<AllOf>(&weaker.test))
        return std::ranges::all_of(
            all->of, [&](Condition const& part) { return implies(stronger, part, rule, set); });
    if (auto const* any = partsOfAny(weaker))
        if (std::ranges::any_of(
                *any, [&](Condition const& part) { return implies(stronger, part, rule, set); }))
            return true;
    if (auto const* all = std::get_if<AllOf>(&stronger.test))
        return std::ranges::any_of(
            all->of, [&](Condition const& part) { return implies(part, weaker, rule, set); });
    auto const* strongLab = std::get_if<LabTest>(&stronger.test);
    auto const* weakLab = std::get_if<LabTest>(&weaker.test);
    if (strongLab != nullptr && weakLab != nullptr && labImplies(*strongLab, *weakLab, rule, set))
        return true;
    return stronger.test.index() == weaker.test.index() &&
           describe(stronger, rule, set, false) == describe(weaker, rule, set, false);
}

std::optional<AnalyteId> contradiction(std::vector<Condition const*> const& all, Rule const* rule,
                                       RuleSet const& set)
{
    std::vector<std::pair<AnalyteId, Interval>> ranges;
    for (auto const* condition : all) {
        auto const* lab = std::get_if<LabTest>(&condition->test);
        if (lab == nullptr || !lab->scope.analyte.known()) continue;
        auto const range = rangeOf(*lab, rule, set).widest;
        if (range.empty()) return lab->scope.analyte;
        if (!looksAtNewest(*lab)) continue;
        auto const at =
            std::ranges::find(ranges, lab->scope.analyte, &std::pair<AnalyteId, Interval>::first);
        if (at == ranges.end()) {
            ranges.emplace_back(lab->scope.analyte, range);
            continue;
        }
        at->second = at->second.meet(range);
        if (at->second.empty()) return at->first;
    }
    return std::nullopt;
}

} // namespace tcds::rules
