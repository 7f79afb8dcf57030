#include "rules/load/interval.hpp"
#include "rules/load/lint.hpp"
#include "rules/load/walk.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// The results of one analyte for which a rule can fire.
struct Asked {
    AnalyteId analyte;
    Interval range;
};

/// The range of a clause; where the result's own limits decide, that of the default limits.
Interval usualRange(LabTest const& test, Rule const& rule, RuleSet const& set)
{
    auto range = rangeOf(test, &rule, set).widest;
    auto const& limits = set.terms->analyte(test.scope.analyte).limits;
    if (limits.empty()) return range;
    auto const& everybody = limits.back();
    if (test.belowReference && everybody.low)
        range = range.meet({std::nullopt, Interval::End{everybody.low->front().value, false}});
    if (test.aboveReference && everybody.high)
        range = range.meet({Interval::End{everybody.high->front().value, false}, std::nullopt});
    return range;
}

/// What `when` asks of results in every case.
std::vector<Asked> askedOf(Rule const& rule, RuleSet const& set)
{
    std::vector<Condition const*> together;
    flatten(rule.when, together);
    std::vector<Asked> asked;
    for (auto const* clause : together)
        if (auto const* lab = std::get_if<LabTest>(&clause->test); lab && !lab->scope.near.known())
            asked.push_back({lab->scope.analyte, usualRange(*lab, rule, set)});
    return asked;
}

/// Is the value in the range of each clause, all of which are about this analyte? Nothing when
/// some clause is about something else.
std::optional<bool> allows(Condition const& condition, AnalyteId analyte, Decimal const& value,
                           Rule const& rule, RuleSet const& set)
{
    std::vector<Condition const*> together;
    flatten(condition, together);
    Interval const point{Interval::End{value, true}, Interval::End{value, true}};
    for (auto const* clause : together) {
        auto const* lab = std::get_if<LabTest>(&clause->test);
        if (lab == nullptr || lab->scope.analyte != analyte) return std::nullopt;
        if (!usualRange(*lab, rule, set).contains(point)) return false;
    }
    return true;
}

/// The level for a patient of whom this result alone is known, as far as bands can be told.
std::optional<Level> levelAt(Decimal const& value, AnalyteId analyte, Rule const& rule,
                             RuleSet const& set)
{
    for (auto const& band : rule.bands) {
        if (!band.worstOf.empty()) return std::nullopt;
        if (!band.when) return band.indicator;
        auto const allowed = allows(*band.when, analyte, value, rule, set);
        if (allowed.value_or(false)) return band.indicator;
    }
    return std::nullopt;
}

/// Values at which something may change: the ends of every range that the rule asks for, and their
/// neighbours.
void addEdges(Rule const& rule, AnalyteId analyte, RuleSet const& set, std::vector<Decimal>& values)
{
    auto const add = [&](std::optional<Interval::End> const& end) {
        if (!end) return;
        Decimal const step{1, end->value.decimals()};
        values.insert(values.end(), {end->value - step, end->value, end->value + step});
    };
    forEachRoot(rule, [&](RulePart part, Condition const& root) {
        if (part != RulePart::When && part != RulePart::Band) return;
        forEachClause(root, [&](Condition const& clause) {
            auto const* lab = std::get_if<LabTest>(&clause.test);
            if (lab == nullptr || lab->scope.analyte != analyte) return;
            auto const range = usualRange(*lab, rule, set);
            add(range.low);
            add(range.high);
        });
    });
}

bool refersTo(Rule const& rule, RuleIndex other)
{
    auto refers = false;
    forEachRoot(rule, [&](RulePart, Condition const& root) {
        forEachClause(root, [&](Condition const& clause) {
            auto const* asked = std::get_if<RuleTest>(&clause.test);
            refers = refers || (asked != nullptr && asked->rule == other);
        });
    });
    return refers || std::ranges::find(rule.suppresses, other) != rule.suppresses.end();
}

/// Do the authors know of each other's rule, or do the two never meet on a card?
bool areSettled(Rule const& a, Rule const& b, RuleSet const& set)
{
    auto const merges = [](Rule const& rule, std::size_t cluster) {
        return std::ranges::find(rule.merges, cluster) != rule.merges.end();
    };
    auto const standsAlone = [&](Rule const& rule) {
        return set.clusters[rule.cluster].oneCardEach;
    };
    return a.cluster == b.cluster || merges(a, b.cluster) || merges(b, a.cluster) ||
           refersTo(a, b.index) || refersTo(b, a.index) || standsAlone(a) || standsAlone(b) ||
           (a.hooks & b.hooks) == 0;
}

void comparePair(Rule const& a, Rule const& b, RuleSet const& set, Problems& problems)
{
    for (auto const& first : askedOf(a, set))
        for (auto const& second : askedOf(b, set)) {
            if (first.analyte != second.analyte) continue;
            auto const both = first.range.meet(second.range);
            if (both.empty()) continue;
            std::vector<Decimal> values;
            addEdges(a, first.analyte, set, values);
            addEdges(b, first.analyte, set, values);
            for (auto const& value : values) {
                Interval const point{Interval::End{value, true}, Interval::End{value, true}};
                if (!both.contains(point)) continue;
                auto const levelA = levelAt(value, first.analyte, a, set);
                auto const levelB = levelAt(value, first.analyte, b, set);
                if (!levelA || !levelB || *levelA == *levelB) continue;
                auto const& analyte = set.terms->analyte(first.analyte);
                problems.warning("L30", a.file,
                                 "for " + analyte.key + " " + value.text() + " " + analyte.unit +
                                     " it says " + std::string{toText(*levelA)} + ", " + b.id +
                                     " says " + std::string{toText(*levelB)} +
                                     ", on cards of their own",
                                 "put them into one cluster, or let one suppress the other");
                return;
            }
        }
}

} // namespace

void lintPairs(RuleSet const& set, Problems& problems)
{
    for (std::size_t i = 0; i < set.rules.size(); ++i)
        for (std::size_t j = i + 1; j < set.rules.size(); ++j)
            if (!areSettled(set.rules[i], set.rules[j], set))
                comparePair(set.rules[i], set.rules[j], set, problems);
}

} // namespace tcds::rules
