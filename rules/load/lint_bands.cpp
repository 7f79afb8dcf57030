#include "rules/load/interval.hpp"
#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::string whereOfBand(Band const& band, Rule const& rule)
{
    return band.where.empty() ? rule.file : band.where;
}

std::string quoted(std::string const& id) { return '"' + id + '"'; }

/// L07: an earlier band is true whenever this one is, or together with `when` it never is.
void lintReach(Rule const& rule, RuleSet const& set, Problems& problems)
{
    for (std::size_t i = 0; i < rule.bands.size(); ++i) {
        auto const& band = rule.bands[i];
        auto const hides = [&](Band const& earlier) {
            return !earlier.when || (band.when && implies(*band.when, *earlier.when, &rule, set)) ||
                   implies(rule.when, *earlier.when, &rule, set);
        };
        auto const end = rule.bands.begin() + static_cast<std::ptrdiff_t>(i);
        auto const earlier = std::find_if(rule.bands.begin(), end, hides);
        if (earlier != end) {
            problems.error("L07", whereOfBand(band, rule),
                           "band " + quoted(band.id) + " can never be reached: band " +
                               quoted(earlier->id) + " is true whenever it is",
                           "put the narrower band first");
            continue;
        }
        std::vector<Condition const*> together;
        flatten(rule.when, together);
        if (band.when) flatten(*band.when, together);
        if (auto const analyte = contradiction(together, &rule, set); band.when && analyte)
            problems.error("L08", whereOf(*band.when, rule),
                           "band " + quoted(band.id) + " can never be true together with when: " +
                               set.terms->analyte(*analyte).key + " cannot be both",
                           "correct the limit of the band or of when");
    }
}

/// The widest range of one analyte that a condition of nothing but its results allows.
std::optional<Interval> pureRange(Condition const& condition, AnalyteId analyte, Rule const& rule,
                                  RuleSet const& set)
{
    std::vector<Condition const*> parts;
    flatten(condition, parts);
    Interval range;
    for (auto const* part : parts) {
        auto const* lab = std::get_if<LabTest>(&part->test);
        if (lab == nullptr || lab->scope.analyte != analyte) return std::nullopt;
        auto const of = rangeOf(*lab, &rule, set);
        if (!of.surest) return std::nullopt;
        range = range.meet(*of.surest);
    }
    return range;
}

/// L31: values for which `when` holds and none of several bands of the same analyte does.
void lintGaps(Rule const& rule, RuleSet const& set, Problems& problems)
{
    // A band without `when` takes every value, wherever it stands.
    auto const hasWhen = [](Band const& band) { return band.when.has_value(); };
    if (rule.bands.empty() || !std::ranges::all_of(rule.bands, hasWhen)) return;
    auto const* first = std::get_if<LabTest>(&rule.bands.front().when->test);
    if (first == nullptr) return;
    auto const analyte = first->scope.analyte;
    std::vector<Interval> covered;
    for (auto const& band : rule.bands) {
        auto const range = pureRange(*band.when, analyte, rule, set);
        if (!range) return; // another kind of band: nothing can be said
        covered.push_back(*range);
    }
    // From the lowest band upwards: each must begin where those before it end.
    std::ranges::sort(covered, [](Interval const& a, Interval const& b) {
        if (!a.low || !b.low) return !a.low && b.low;
        return a.low->value < b.low->value;
    });
    auto reach = covered.front().high;
    for (std::size_t i = 1; i < covered.size() && reach; ++i) {
        auto const& next = covered[i];
        auto const joins =
            !next.low || next.low->value < reach->value ||
            (next.low->value == reach->value && (next.low->included || reach->included));
        if (!joins) {
            problems.warning("L31", whereOfBand(rule.bands.front(), rule),
                             "no band for " + set.terms->analyte(analyte).key + " between " +
                                 reach->value.text() + " and " + next.low->value.text(),
                             "let the bands touch, or add one without when");
            return;
        }
        if (!next.high) return;
        if (next.high->value > reach->value) reach = next.high;
    }
}

/// L39
void lintSeverity(Rule const& rule, Problems& problems)
{
    for (std::size_t i = 1; i < rule.bands.size(); ++i) {
        auto const& band = rule.bands[i];
        auto const& before = rule.bands[i - 1];
        if (!band.worstOf.empty() || !before.worstOf.empty() || band.indicator <= before.indicator)
            continue;
        problems.warning("L39", whereOfBand(band, rule),
                         "band " + quoted(band.id) + " is more severe than band " +
                             quoted(before.id) + " before it",
                         "put it first, unless the special case is meant to win");
    }
}

} // namespace

void lintBands(RuleSet const& set, Problems& problems)
{
    for (auto const& rule : set.rules) {
        lintReach(rule, set, problems);
        lintGaps(rule, set, problems);
        lintSeverity(rule, problems);
    }
}

} // namespace tcds::rules
