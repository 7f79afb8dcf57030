#include "rules/exchange/clause_cql.hpp"
#include "rules/exchange/cql_text.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

namespace {

constexpr Duration kRenalWindow{90, Duration::Unit::Day}; // clinical specification C.0.4, `renal`
constexpr Duration kNear{24, Duration::Unit::Hour};
constexpr Duration kTrend{48, Duration::Unit::Hour};

std::string_view functionOf(Compare how)
{
    switch (how) {
    case Compare::Below:
        return "Below";
    case Compare::AtMost:
        return "At Most";
    case Compare::Above:
        return "Above";
    case Compare::AtLeast:
        return "At Least Value";
    }
    return "Below";
}

std::string call(Compare how, std::string const& value, std::string const& result,
                 std::string const& limit)
{
    return "Tcds." + cqlName(functionOf(how)) + "(" + value + ", " + result + ".comparator, " +
           limit + ")";
}

/// The value in the unit in which the limit of that side was found.
std::string againstSide(Compare how, std::string const& result, std::string_view side,
                        std::string const& times)
{
    auto const limit = result + '.' + std::string{side};
    return call(
        how, "(if " + limit + "Reported then " + result + ".value else " + result + ".canonical)",
        result, limit + "Limit" + times);
}

} // namespace

std::string ClauseCql::source(AnalyteId analyte) const
{
    return library_.terms().analyte(analyte).vital ? "Tcds.\"Absence\"('vitals')"
                                                   : "Tcds.\"Absence\"('labs')";
}

/// t - d; at most so long ago as results of inpatients may be.
std::string ClauseCql::windowStart(AnalyteId analyte, std::optional<Duration> const& within) const
{
    auto const& known = library_.terms().analyte(analyte);
    auto const asked = cqlBefore(within.value_or(known.window));
    if (!known.inpatientWindow) return asked;
    return "Tcds.\"Later\"(" + asked + ", if Tcds.\"Inpatient\" then " +
           cqlBefore(*known.inpatientWindow) + " else null)";
}

std::string ClauseCql::moment(After const& after, std::string const& name, Phase phase)
{
    std::vector<std::string> unknown, times;
    for (auto const slot : after.of) {
        auto const binding = bound(slot, phase);
        unknown.push_back("(" + binding + " is null)");
        if (!bindsMedications(slot)) {
            times.push_back("{ " + binding + ".at }");
            continue;
        }
        auto const every = [&](std::string const& field) {
            return "((" + binding + ") M where M." + field + " is not null return M." + field + ")";
        };
        auto const lacks = [&](std::string const& test) {
            unknown.push_back("exists ((" + binding + ") M where " + test + ")");
        };
        switch (after.event) {
        case Event::Given:
            lacks("M.given is null");
            times.push_back(every("given"));
            break;
        case Event::Stop:
            lacks("M.stop is null");
            times.push_back(every("stop"));
            break;
        case Event::Start:
        case Event::StartOrRise:
        case Event::Change:
            lacks("M.start is null or not M.known");
            times.push_back(every("start"));
            if (after.event == Event::StartOrRise) times.push_back(every("rise"));
            if (after.event == Event::Change) times.push_back(every("change"));
            break;
        }
    }
    auto latest = "Max(" + cqlJoined(times, "union", "List<DateTime>{}") + ")";
    if (after.by) {
        auto by = *after.by;
        auto const back = by.count < 0;
        if (back) by.count = -by.count;
        latest = "(" + latest + (back ? " - " : " + ") + cqlDuration(by) + ")";
    }
    library_.define(name, "if " + cqlJoined(unknown, "or", "false") +
                              " then null as DateTime\n  else " + latest);
    return cqlName(name);
}

/// Selection first, comparison second: the newest usable result, or nothing when that one lies
/// outside the window.
std::string ClauseCql::pick(LabScope const& scope, std::string const& name, Phase phase)
{
    auto const newest = library_.newest(scope.analyte);
    if (scope.near.known()) {
        auto const centre = bound(scope.near, phase);
        auto const span = cqlDuration(scope.within.value_or(kNear));
        library_.define(name, "First((" + library_.results(scope.analyte) +
                                  ") R where R.usable\n    and R.at >= " + centre + ".at - " +
                                  span + " and R.at <= " + centre + ".at + " + span + ")");
        return cqlName(name);
    }
    auto test = newest + ".at >= " + windowStart(scope.analyte, scope.within);
    if (scope.after)
        test += " and " + newest + ".at >= " + moment(*scope.after, name + " after", phase);
    library_.define(name, "if " + test + " then " + newest + " else null");
    return cqlName(name);
}

/// In the unit in which the result was reported if the limit exists in it, else in the canonical.
std::string ClauseCql::comparison(Compare how, terms::Limit const& limit,
                                  std::string const& result) const
{
    auto const canonical =
        call(how, result + ".canonical", result, cqlDecimal(limit.front().value));
    std::string text;
    for (std::size_t i = 1; i < limit.size(); ++i)
        text += "if not " + result + ".ownFactors and " + result +
                ".unit = " + cqlString(limit[i].ucum) + " then " +
                call(how, result + ".value", result, cqlDecimal(limit[i].value)) + " else ";
    return "(" + text + canonical + ")";
}

std::string ClauseCql::meets(Comparison const& asked, std::string const& result) const
{
    auto const& threshold = asked.threshold;
    if (threshold.multiple)
        return againstSide(asked.how, result, threshold.ofUpper ? "high" : "low",
                           " * " + cqlDecimal(*threshold.multiple));
    if (!threshold.limit.empty()) return comparison(asked.how, threshold.limit, result);
    if (threshold.parameter < 0 || rule_ == nullptr) return "(null as Boolean)";
    auto const& parameter = rule_->parameters[static_cast<std::size_t>(threshold.parameter)];
    std::string text = "(case";
    for (auto const& row : parameter.rows)
        text += " when " + library_.isPopulation(row.population) + " then " +
                comparison(asked.how, row.limit, result);
    return text + " else null as Boolean end)";
}

MadeClause ClauseCql::on(LabTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("lab");
    auto const result = pick(test.scope, name + " pick", phase);
    std::vector<std::string> tests;
    if (test.belowReference) tests.push_back(againstSide(Compare::Below, result, "low", ""));
    if (test.aboveReference) tests.push_back(againstSide(Compare::Above, result, "high", ""));
    for (auto const& asked : test.all) tests.push_back(meets(asked, result));
    if (test.outside)
        tests.push_back("(" + meets({Compare::Below, test.outside->first}, result) + " or " +
                        meets({Compare::Above, test.outside->second}, result) + ")");
    define(name,
           "if " + result + " is null then null as Boolean\n  else " +
               cqlJoined(tests, "and", "true"),
           &condition);
    bind(condition, cqlName(name), result, false);
    return {cqlName(name), {}, result};
}

MadeClause ClauseCql::on(TrendTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("trend");
    auto const latest =
        pick(LabScope{test.analyte, test.within, {}, std::nullopt}, name + " pick", phase);
    std::string before;
    if (test.since.known())
        before = moment(After{{test.since}, Event::Start, std::nullopt}, name + " start", phase);
    auto const oldest = before.empty() ? latest + ".at - " + cqlDuration(test.over.value_or(kTrend))
                                       : before + " - 365 days";
    auto earlier = "(" + library_.results(test.analyte) +
                   ") R where R.usable and R.comparator = ''"
                   "\n    and R.at < " +
                   latest + ".at and R.at >= " + oldest;
    if (!before.empty()) {
        // Only the newest result before the start counts.
        earlier += " and R.at < " + before;
        earlier = "({ First(" + earlier + ") }) F where F is not null";
    }
    library_.define(name + " earlier", earlier);

    auto const differs = [&](bool rise) {
        if (test.factor) {
            auto const factor = " * " + cqlDecimal(*test.factor);
            return rise ? latest + ".canonical >= Round(E.canonical" + factor + ", 8)"
                        : "Round(" + latest + ".canonical" + factor + ", 8) <= E.canonical";
        }
        auto const difference = [&](std::string const& field) {
            auto const now = latest + "." + field;
            return rise ? "Round(" + now + " - E." + field + ", 8)"
                        : "Round(E." + field + " - " + now + ", 8)";
        };
        std::string text;
        for (std::size_t i = 1; i < test.by.size(); ++i) {
            auto const unit = cqlString(test.by[i].ucum);
            text += "if not " + latest + ".ownFactors and not E.ownFactors and " + latest +
                    ".unit = " + unit + " and E.unit = " + unit + " then " + difference("value") +
                    " >= " + cqlDecimal(test.by[i].value) + " else ";
        }
        return "(" + text + difference("canonical") + " >= " + cqlDecimal(test.by.front().value) +
               ")";
    };
    std::vector<std::string> ways;
    if (test.direction != Direction::Fall) ways.push_back(differs(true));
    if (test.direction != Direction::Rise) ways.push_back(differs(false));
    auto const list = cqlName(name + " earlier");
    std::string guards = latest + " is null or " + latest + ".comparator != ''";
    if (!before.empty()) guards += " or " + before + " is null";
    define(name,
           "if " + guards + " then null as Boolean\n  else if exists ((" + list + ") E where " +
               cqlJoined(ways, "or", "false") + ") then true\n  else if exists (" + list +
               ") then false else null as Boolean",
           &condition);
    bind(condition, cqlName(name), latest, false);
    return {cqlName(name), {}, {}};
}

/// Reassurance needs certainty: an unreadable newest result ends it (decision D13).
MadeClause ClauseCql::on(NormalTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("normal");
    auto const after = test.after ? moment(*test.after, name + " after", phase) : std::string{};
    std::vector<std::string> parts;
    for (auto const analyte : test.labs) {
        auto const& known = library_.terms().analyte(analyte);
        auto const latest = cqlName(name + ' ' + known.key);
        library_.define(name + ' ' + known.key, "First(" + library_.results(analyte) + ")");
        auto text = "(case when " + latest + " is null or not " + latest +
                    ".usable then null as Boolean\n    when " + latest + ".at < " +
                    windowStart(analyte, test.within) + " then false";
        if (!after.empty()) text += "\n    when " + latest + ".at < " + after + " then false";
        text += "\n    when " + latest + ".lowLimit is null and " + latest +
                ".highLimit is null then null as Boolean\n    else (" + latest +
                ".lowLimit is null or not " + againstSide(Compare::Below, latest, "low", "") +
                ")\n      and (" + latest + ".highLimit is null or not " +
                againstSide(Compare::Above, latest, "high", "") + ")";
        if (!after.empty())
            text += "\n      and (if " + after + " is null then null as Boolean else true)";
        if (known.haemolysisSensitive)
            text += "\n      and (if 'haemolysed' in " + latest +
                    ".notes then null as Boolean else true)";
        text += "\n      and (if 'no-albumin' in " + latest +
                ".notes then null as Boolean else true) end)";
        parts.push_back(text);
    }
    define(name, cqlJoined(parts, "\n  and", "true"), &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(MissingTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("missing");
    auto const& scope = test.scope;
    auto const result = pick(scope, name + " pick", phase);
    auto const newest = library_.newest(scope.analyte);
    auto const none = "(not exists " + library_.results(scope.analyte) + " and " +
                      source(scope.analyte) + " is null)";
    auto text = "case when " + result + " is not null then false\n    when " + none +
                " then null as Boolean";
    if (scope.near.known()) {
        text += "\n    when " + bound(scope.near, phase) + " is null then null as Boolean";
    } else if (scope.after) {
        // A drug whose dose or stop has no date leaves the result missing, an unknown start open.
        std::vector<std::string> open;
        for (auto const slot : scope.after->of) {
            auto const binding = bound(slot, phase);
            open.push_back("(" + binding + " is null)");
            auto const dated =
                scope.after->event == Event::Given || scope.after->event == Event::Stop;
            if (!dated && bindsMedications(slot))
                open.push_back("exists ((" + binding + ") M where M.start is null or not M.known)");
        }
        text += "\n    when " + newest + ".at >= " + windowStart(scope.analyte, scope.within) +
                " and " + cqlJoined(open, "or", "false") + " then null as Boolean";
    }
    define(name, text + "\n    else true end", &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(NotedTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("noted");
    auto const result =
        pick(LabScope{test.analyte, std::nullopt, {}, std::nullopt}, name + " pick", phase);
    std::vector<std::string> parts;
    for (auto const note : test.any)
        parts.push_back(cqlString(toText(note)) + " in " + result + ".notes");
    define(name,
           "if " + result + " is null then null as Boolean else " + cqlJoined(parts, "or", "false"),
           &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(RenalTest const& test, Condition const& condition, Phase phase)
{
    auto const& known = library_.rules().known;
    auto const name = next("renal");
    auto const result =
        pick(LabScope{known.egfr, kRenalWindow, {}, std::nullopt}, name + " pick", phase);
    std::string text = "case";
    if (known.dialysis.known())
        text += " when " + library_.named(known.dialysis) + " is true then true";
    text += "\n    when " + result + " is not null then " +
            call(Compare::Below, result + ".canonical", result, cqlDecimal(test.below));
    // The coded stage stands in for the number: G3 below 60, G4 below 30, G5 below 15.
    struct Stage {
        SetId set;
        Decimal below;
    };
    for (auto const& stage : {Stage{known.ckd5, Decimal{15, 0}}, Stage{known.ckd4, Decimal{30, 0}},
                              Stage{known.ckd3, Decimal{60, 0}}})
        if (stage.set.known())
            text += "\n    when exists (Tcds.\"Problems\" P where P.active and " +
                    library_.in("P.codes", stage.set) + ") then " +
                    (stage.below <= test.below ? "true" : "false");
    define(name, text + "\n    else null as Boolean end", &condition);
    return {cqlName(name), {}, {}};
}

} // namespace tcds::rules::exchange
