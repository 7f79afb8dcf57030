#include "server/rulebook/stretches.hpp"

#include "rules/load/walk.hpp"

#include <algorithm>
#include <functional>

namespace tcds::rulebook {

namespace {

using rules::Condition;
using rules::Level;
using rules::NamedIndex;
using rules::Rule;
using rules::RuleSet;
using rules::Verdict;

/// Reads the clauses of rules for one analyte and one population.
///
/// A place on the number line is an odd number for an edge and an even one for what lies between
/// two edges: place 2i+1 is edge i, place 2i what lies below it.
class Reader
{
public:
    Reader(RuleSet const& set, AnalyteId analyte, NamedIndex population)
        : set_{set}, analyte_{analyte}, population_{population}
    {
    }

    std::vector<Stretch> read(Rule const& rule)
    {
        collect(rule);
        // Of equal edges the one that is written in more units stays.
        std::ranges::sort(edges_, [](terms::Limit const& a, terms::Limit const& b) {
            if (a.front().value != b.front().value) return a.front().value < b.front().value;
            return a.size() > b.size();
        });
        auto const same = [](terms::Limit const& a, terms::Limit const& b) {
            return a.front().value == b.front().value;
        };
        edges_.erase(std::unique(edges_.begin(), edges_.end(), same), edges_.end());
        std::vector<Stretch> stretches;
        for (std::size_t place = 0; place < 2 * edges_.size() + 1; ++place)
            append(stretches, at(rule, place), place);
        return stretches;
    }

    [[nodiscard]] bool byReference() const { return byReference_; }

private:
    // --- edges

    void collect(Rule const& rule)
    {
        if (std::ranges::find(seen_, rule.index) != seen_.end()) return;
        seen_.push_back(rule.index);
        rules::forEachRoot(rule, [&](rules::RulePart part, Condition const& root) {
            if (part == rules::RulePart::When || part == rules::RulePart::Unless ||
                part == rules::RulePart::Band)
                collect(root, &rule);
        });
        for (auto const& band : rule.bands)
            for (auto const other : band.worstOf) collect(set_.rule(other));
    }

    void collect(Condition const& root, Rule const* rule)
    {
        rules::forEachClause(root, [&](Condition const& clause) {
            if (auto const* lab = std::get_if<rules::LabTest>(&clause.test)) collect(*lab, rule);
            if (auto const* renal = std::get_if<rules::RenalTest>(&clause.test);
                renal != nullptr && isRenal())
                edges_.push_back({renalLimit(*renal)});
            if (auto const* named = std::get_if<rules::NamedTest>(&clause.test))
                collect(set_.conditions[named->named.index()].condition, nullptr);
            if (auto const* other = std::get_if<rules::RuleTest>(&clause.test))
                collect(set_.rule(other->rule));
        });
    }

    void collect(rules::LabTest const& test, Rule const* rule)
    {
        if (test.scope.analyte != analyte_) return;
        auto const add = [this](std::optional<terms::Limit> limit) {
            if (limit) edges_.push_back(*std::move(limit));
        };
        for (auto const& comparison : test.all) add(resolve(comparison.threshold, rule));
        if (test.outside) {
            add(resolve(test.outside->first, rule));
            add(resolve(test.outside->second, rule));
        }
        if (test.belowReference) add(reference(false));
        if (test.aboveReference) add(reference(true));
        byReference_ = byReference_ || test.belowReference || test.aboveReference;
    }

    [[nodiscard]] terms::LimitRow const* row() const
    {
        auto const& limits = set_.terms->analyte(analyte_).limits;
        auto const& whom = set_.populations[analyte_.index()].limits;
        terms::LimitRow const* everybody = nullptr;
        for (std::size_t i = 0; i < limits.size(); ++i) {
            if (population_.known() && whom[i] == population_) return &limits[i];
            if (!whom[i].known()) everybody = &limits[i];
        }
        return everybody;
    }

    [[nodiscard]] std::optional<terms::Limit> reference(bool upper) const
    {
        auto const* limits = row();
        if (limits == nullptr) return std::nullopt;
        return upper ? limits->high : limits->low;
    }

    [[nodiscard]] std::optional<terms::Limit> resolve(rules::Threshold const& threshold,
                                                      Rule const* rule) const
    {
        if (threshold.multiple) {
            auto limit = reference(threshold.ofUpper);
            if (!limit) return std::nullopt;
            for (auto& measure : *limit) {
                measure.value = measure.value * *threshold.multiple;
                measure.text = measure.value.text() + ' ' + measure.ucum;
            }
            return limit;
        }
        if (threshold.parameter < 0 || rule == nullptr) return threshold.limit;
        auto const& rows = rule->parameters[static_cast<std::size_t>(threshold.parameter)].rows;
        for (auto const& row : rows)
            if (population_.known() && row.population == population_) return row.limit;
        return rows.back().limit;
    }

    [[nodiscard]] bool isRenal() const { return set_.terms->analyteNamed("EGFR") == analyte_; }

    [[nodiscard]] terms::Measure renalLimit(rules::RenalTest const& test) const
    {
        auto const& unit = set_.terms->analyte(analyte_).unit;
        return {test.below, unit, test.below.text() + ' ' + unit};
    }

    // --- places

    [[nodiscard]] std::size_t placeOf(Decimal const& value) const
    {
        auto const edge =
            std::ranges::find(edges_, value, [](terms::Limit const& l) { return l.front().value; });
        return 2 * static_cast<std::size_t>(edge - edges_.begin()) + 1;
    }

    [[nodiscard]] Verdict holds(rules::Compare how, std::optional<terms::Limit> const& limit,
                                std::size_t place) const
    {
        if (!limit) return Verdict::Unknown;
        auto const edge = placeOf(limit->front().value);
        auto holds = false;
        switch (how) {
        case rules::Compare::Below:
            holds = place < edge;
            break;
        case rules::Compare::AtMost:
            holds = place <= edge;
            break;
        case rules::Compare::Above:
            holds = place > edge;
            break;
        case rules::Compare::AtLeast:
            holds = place >= edge;
            break;
        }
        return holds ? Verdict::Yes : Verdict::No;
    }

    Verdict of(rules::LabTest const& test, Rule const* rule, std::size_t place)
    {
        if (test.scope.analyte != analyte_) return Verdict::Unknown;
        auto verdict = Verdict::Yes;
        for (auto const& comparison : test.all)
            verdict = std::min(verdict,
                               holds(comparison.how, resolve(comparison.threshold, rule), place));
        if (test.outside)
            verdict = std::min(
                verdict,
                std::max(holds(rules::Compare::Below, resolve(test.outside->first, rule), place),
                         holds(rules::Compare::Above, resolve(test.outside->second, rule), place)));
        if (test.belowReference)
            verdict = std::min(verdict, holds(rules::Compare::Below, reference(false), place));
        if (test.aboveReference)
            verdict = std::min(verdict, holds(rules::Compare::Above, reference(true), place));
        return verdict;
    }

    Verdict of(rules::AtLeastOf const& test, Rule const* rule, std::size_t place)
    {
        std::size_t yes = 0;
        std::size_t perhaps = 0;
        for (auto const& part : test.of) {
            auto const verdict = of(part, rule, place);
            if (verdict == Verdict::Yes) ++yes;
            if (verdict == Verdict::Unknown) ++perhaps;
        }
        if (yes + perhaps < test.n) return Verdict::No;
        return yes >= test.n && !test.together ? Verdict::Yes : Verdict::Unknown;
    }

    Verdict of(rules::RuleTest const& test, std::size_t place)
    {
        auto const& other = set_.rule(test.rule);
        auto const when = of(other.when, &other, place);
        if (test.partWhen || when == Verdict::No) return when;
        auto const found = at(other, place);
        if (!found.fires) return Verdict::No;
        if (test.level && found.highest < *test.level) return Verdict::No;
        auto const levelIsSure = found.sure && (!test.level || *found.sure >= *test.level);
        return levelIsSure && !other.unless ? when : Verdict::Unknown;
    }

    Verdict of(Condition const& condition, Rule const* rule, std::size_t place)
    {
        auto const& test = condition.test;
        if (auto const* all = std::get_if<rules::AllOf>(&test)) {
            auto verdict = Verdict::Yes;
            for (auto const& part : all->of) verdict = std::min(verdict, of(part, rule, place));
            return verdict;
        }
        if (auto const* any = std::get_if<rules::AnyOf>(&test)) {
            auto verdict = Verdict::No;
            for (auto const& part : any->of) verdict = std::max(verdict, of(part, rule, place));
            return verdict;
        }
        if (auto const* no = std::get_if<rules::NotOf>(&test)) {
            auto const verdict = of(no->of.front(), rule, place);
            if (verdict == Verdict::Unknown) return verdict;
            return verdict == Verdict::Yes ? Verdict::No : Verdict::Yes;
        }
        if (auto const* some = std::get_if<rules::AtLeastOf>(&test)) return of(*some, rule, place);
        if (auto const* lab = std::get_if<rules::LabTest>(&test)) return of(*lab, rule, place);
        if (auto const* other = std::get_if<rules::RuleTest>(&test)) return of(*other, place);
        if (auto const* named = std::get_if<rules::NamedTest>(&test)) {
            if (population_.known() && named->named == population_) return Verdict::Yes;
            return of(set_.conditions[named->named.index()].condition, nullptr, place);
        }
        // A low eGFR is enough; a higher one leaves dialysis.
        if (auto const* renal = std::get_if<rules::RenalTest>(&test); renal != nullptr && isRenal())
            return holds(rules::Compare::Below, terms::Limit{renalLimit(*renal)}, place) ==
                           Verdict::Yes
                       ? Verdict::Yes
                       : Verdict::Unknown;
        return Verdict::Unknown;
    }

    // --- what the rule does there

    /// The level of a band that takes it from other rules: what is sure, and how far it can reach.
    std::pair<Level, Level> worstOf(std::vector<rules::RuleIndex> const& others, std::size_t place)
    {
        auto sure = Level::Info;
        auto highest = Level::Info;
        for (auto const index : others) {
            auto const& other = set_.rule(index);
            auto const found = at(other, place);
            if (!found.fires) continue;
            highest = std::max(highest, found.highest);
            if (of(other.when, &other, place) == Verdict::Yes && found.sure)
                sure = std::max(sure, *found.sure);
        }
        return {sure, highest};
    }

    Stretch at(Rule const& rule, std::size_t place)
    {
        Stretch stretch;
        if (of(rule.when, &rule, place) == Verdict::No) return stretch;
        if (rule.unless && of(*rule.unless, &rule, place) == Verdict::Yes) {
            stretch.suppressed = true;
            return stretch;
        }
        for (std::size_t i = 0; i < rule.bands.size() && !stretch.sure; ++i) {
            auto const& band = rule.bands[i];
            auto const verdict = band.when ? of(*band.when, &rule, place) : Verdict::Yes;
            if (verdict == Verdict::No) continue;
            auto const [sure, highest] = band.worstOf.empty()
                                             ? std::pair{band.indicator, band.indicator}
                                             : worstOf(band.worstOf, place);
            stretch.fires = true;
            stretch.highest = std::max(stretch.highest, highest);
            if (verdict == Verdict::Yes)
                stretch.sure = sure;
            else
                stretch.withMore.push_back(i);
        }
        return stretch;
    }

    /// Joins a place to the stretch before it when the rule does the same there.
    void append(std::vector<Stretch>& stretches, Stretch found, std::size_t place) const
    {
        if (!stretches.empty() && stretches.back().sameAs(found)) {
            // An edge that changes nothing is none.
            stretches.back().to = place + 1 < 2 * edges_.size() + 1 ? endOf(place) : std::nullopt;
            return;
        }
        if (place > 0) {
            auto const isEdge = place % 2 == 1;
            found.from = Edge{edges_[(place - 1) / 2], isEdge};
        }
        found.to = place + 1 < 2 * edges_.size() + 1 ? endOf(place) : std::nullopt;
        stretches.push_back(std::move(found));
    }

    [[nodiscard]] std::optional<Edge> endOf(std::size_t place) const
    {
        return Edge{edges_[place / 2], place % 2 == 1};
    }

    RuleSet const& set_;
    AnalyteId analyte_;
    NamedIndex population_;
    std::vector<terms::Limit> edges_;
    std::vector<rules::RuleIndex> seen_;
    bool byReference_ = false;
};

/// The analytes that a rule compares, in the order of its clauses.
std::vector<AnalyteId> comparedBy(Rule const& rule, RuleSet const& set)
{
    std::vector<AnalyteId> found;
    std::vector<rules::RuleIndex> seen;
    auto const add = [&found](AnalyteId id) {
        if (id.known() && std::ranges::find(found, id) == found.end()) found.push_back(id);
    };
    std::function<void(Rule const&)> ofRule;
    std::function<void(Condition const&)> const of = [&](Condition const& root) {
        rules::forEachClause(root, [&](Condition const& clause) {
            if (auto const* lab = std::get_if<rules::LabTest>(&clause.test))
                add(lab->scope.analyte);
            if (std::holds_alternative<rules::RenalTest>(clause.test))
                add(set.terms->analyteNamed("EGFR"));
            if (auto const* named = std::get_if<rules::NamedTest>(&clause.test))
                of(set.conditions[named->named.index()].condition);
            if (auto const* other = std::get_if<rules::RuleTest>(&clause.test))
                ofRule(set.rule(other->rule));
        });
    };
    ofRule = [&](Rule const& other) {
        if (std::ranges::find(seen, other.index) != seen.end()) return;
        seen.push_back(other.index);
        of(other.when);
        if (other.unless) of(*other.unless);
        for (auto const& band : other.bands) {
            if (band.when) of(*band.when);
            for (auto const index : band.worstOf) ofRule(set.rule(index));
        }
    };
    ofRule(rule);
    return found;
}

/// Everybody else first, then whoever has a row of the analyte's limits or of a named limit.
std::vector<NamedIndex> populationsOf(Rule const& rule, AnalyteId analyte, RuleSet const& set)
{
    std::vector<NamedIndex> found{NamedIndex{}};
    auto const add = [&found](NamedIndex whom) {
        if (std::ranges::find(found, whom) == found.end()) found.push_back(whom);
    };
    for (auto const whom : set.populations[analyte.index()].limits) add(whom);
    for (auto const& parameter : rule.parameters)
        for (auto const& row : parameter.rows) add(row.population);
    return found;
}

bool sameLine(std::vector<Stretch> const& a, std::vector<Stretch> const& b)
{
    auto const sameEdge = [](std::optional<Edge> const& x, std::optional<Edge> const& y) {
        if (!x || !y) return !x && !y;
        return x->included == y->included && x->limit.front().value == y->limit.front().value;
    };
    return std::ranges::equal(a, b, [&](Stretch const& x, Stretch const& y) {
        return x.sameAs(y) && sameEdge(x.from, y.from) && sameEdge(x.to, y.to);
    });
}

} // namespace

std::vector<ValuePicture> picturesOf(Rule const& rule, RuleSet const& set)
{
    std::vector<ValuePicture> pictures;
    for (auto const analyte : comparedBy(rule, set)) {
        ValuePicture picture;
        picture.analyte = analyte;
        for (auto const whom : populationsOf(rule, analyte, set)) {
            Reader reader{set, analyte, whom};
            auto stretches = reader.read(rule);
            picture.byReference = picture.byReference || reader.byReference();
            auto const same = std::ranges::find_if(picture.lines, [&](ValueLine const& line) {
                return sameLine(line.stretches, stretches);
            });
            if (same == picture.lines.end())
                picture.lines.push_back({{whom}, std::move(stretches)});
            else
                same->populations.push_back(whom);
        }
        if (std::ranges::any_of(picture.lines,
                                [](ValueLine const& line) { return line.stretches.size() > 1; }))
            pictures.push_back(std::move(picture));
    }
    return pictures;
}

std::string limitText(terms::Limit const& limit)
{
    auto text = limit.front().text;
    for (std::size_t i = 1; i < limit.size(); ++i)
        text += (i == 1 ? " (" : ", ") + limit[i].text + (i + 1 == limit.size() ? ")" : "");
    return text;
}

std::string rangeText(Stretch const& stretch)
{
    auto const& from = stretch.from;
    auto const& to = stretch.to;
    if (!from && !to) return "any value";
    if (!from) return (to->included ? "at most " : "below ") + limitText(to->limit);
    if (!to)
        return from->included ? limitText(from->limit) + " or more"
                              : "above " + limitText(from->limit);
    auto const low = (from->included ? "" : "above ") + limitText(from->limit);
    if (from->limit.front().value == to->limit.front().value)
        return "exactly " + limitText(to->limit);
    return low + (to->included ? " to " : " to below ") + limitText(to->limit);
}

} // namespace tcds::rulebook
