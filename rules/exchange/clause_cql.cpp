#include "rules/exchange/clause_cql.hpp"

#include "rules/exchange/cql_text.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

std::string ruleDefinition(Rule const& rule, std::string_view part)
{
    return cqlName(rule.id + ' ' + std::string{part});
}

MadeClause ClauseCql::make(Condition const& condition, Phase phase)
{
    return std::visit([&](auto const& test) { return on(test, condition, phase); }, condition.test);
}

std::string ClauseCql::next(std::string_view construct)
{
    auto& count = counts_[std::string{construct}];
    ++count;
    return prefix_ + ' ' + std::string{construct} + ' ' + std::to_string(count);
}

void ClauseCql::define(std::string const& name, std::string const& expression,
                       Condition const* condition)
{
    library_.define(name, expression,
                    condition == nullptr ? std::string{}
                                         : describe(*condition, rule_, library_.rules()));
}

std::string ClauseCql::boundName(Slot slot) const
{
    return prefix_ + " bound " + rule_->names[slot.index()];
}

void ClauseCql::bind(Condition const& condition, std::string const& when,
                     std::string const& matches, bool medications)
{
    if (!condition.as.known() || rule_ == nullptr) return;
    binders_[condition.as.value].push_back({when, matches});
    if (medications) medSlots_.insert(condition.as.value);
}

std::string ClauseCql::bound(Slot slot, Phase phase) const
{
    if (!slot.known() || rule_ == nullptr) return {};
    if (phase.afterExposure && rule_->exposure == slot) return ruleDefinition(*rule_, "exposed");
    return cqlName(boundName(slot));
}

MadeClause ClauseCql::on(AllOf const& test, Condition const&, Phase phase)
{
    std::vector<std::string> parts;
    for (auto const& part : test.of) parts.push_back(make(part, phase).expression);
    return {cqlJoined(parts, "and", "true"), {}, {}};
}

MadeClause ClauseCql::on(AnyOf const& test, Condition const&, Phase phase)
{
    std::vector<std::string> parts;
    for (auto const& part : test.of) parts.push_back(make(part, phase).expression);
    return {cqlJoined(parts, "or", "false"), {}, {}};
}

MadeClause ClauseCql::on(NotOf const& test, Condition const&, Phase phase)
{
    return {"(not " + make(test.of.front(), phase).expression + ')', {}, {}};
}

namespace {

/// How many of the clauses can be met by drugs of their own, counted up to `enough`, by Hall's
/// theorem: the least, over the choices of some of them, of those left out and the drugs that the
/// chosen ones have together. Choices that leave `enough` out say nothing more.
std::string mostByOwnDrugs(std::vector<std::string> const& drugs, std::size_t enough)
{
    std::string text = "Min({ " + std::to_string(enough);
    auto const choices = std::size_t{1} << drugs.size();
    for (std::size_t chosen = 1; chosen < choices; ++chosen) {
        std::vector<std::string> lists;
        for (std::size_t i = 0; i < drugs.size(); ++i)
            if (((chosen >> i) & 1U) != 0) lists.push_back(drugs[i]);
        auto const leftOut = drugs.size() - lists.size();
        if (leftOut >= enough) continue;
        text += ", " + std::to_string(leftOut) + " + Count(distinct " +
                cqlJoined(lists, "union", "") + ')';
    }
    return text + " })";
}

} // namespace

MadeClause ClauseCql::on(AtLeastOf const& test, Condition const& condition, Phase phase)
{
    std::vector<std::string> met, open, drugs, times;
    for (auto const& part : test.of) {
        auto const made = make(part, phase);
        open.push_back("(if " + made.expression + " is null then 1 else 0)");
        times.push_back("(if " + made.expression + " then " +
                        (made.pick.empty() ? std::string{"null as DateTime"} : made.pick + ".at") +
                        " else null)");
        if (made.drugs.empty())
            met.push_back("(if " + made.expression + " then 1 else 0)");
        else
            drugs.push_back(made.drugs);
    }
    auto const name = next("at least");
    auto count = std::string{};
    if (test.together) {
        auto const list = cqlName(name + " times");
        std::string all = "{ ";
        for (std::size_t i = 0; i < times.size(); ++i) all += (i > 0 ? ", " : "") + times[i];
        library_.define(name + " times", "(" + all + " }) T where T is not null return all T");
        count = "Coalesce(Max((" + list + ") T return all Count((" + list +
                ") U where U >= T and U <= T + " + cqlDuration(*test.together) +
                " return all U)), 0)";
    } else {
        if (!drugs.empty()) met.push_back(mostByOwnDrugs(drugs, test.n));
        count = cqlJoined(met, "+", "0");
    }
    define(name,
           "Tcds.\"At Least\"(" + std::to_string(test.n) + ", " + count + ", " +
               cqlJoined(open, "+", "0") + ')',
           &condition);
    return {cqlName(name), {}, {}};
}

// --- Rules and named conditions -----------------------------------------------------------------

MadeClause ClauseCql::on(NamedTest const& test, Condition const&, Phase)
{
    return {library_.named(test.named), {}, {}};
}

MadeClause ClauseCql::on(RuleTest const& test, Condition const&, Phase)
{
    auto const& other = library_.rules().rule(test.rule);
    if (test.partWhen) return {ruleDefinition(other, "exposure"), {}, {}};
    auto const fires = ruleDefinition(other, "fires alone");
    if (!test.level) return {fires, {}, {}};
    return {"(" + fires + " and " + ruleDefinition(other, "level") +
                " >= " + std::to_string(static_cast<int>(*test.level)) + ")",
            {},
            {}};
}

MadeClause ClauseCql::on(FiredInTest const& test, Condition const& condition, Phase)
{
    std::vector<std::string> parts;
    for (auto const& other : library_.rules().rules) {
        auto const asked = std::ranges::find(test.groups, other.group) != test.groups.end() &&
                           (rule_ == nullptr || other.index != rule_->index);
        if (!asked) continue;
        auto part = "(" + ruleDefinition(other, "fires alone") + " is true";
        if (test.level)
            part += " and " + ruleDefinition(other, "level") +
                    " >= " + std::to_string(static_cast<int>(*test.level));
        if (test.tier)
            part += " and " + ruleDefinition(other, "tier") +
                    " >= " + std::to_string(static_cast<int>(*test.tier));
        parts.push_back(part + ")");
    }
    auto const name = next("fired in");
    define(name, cqlJoined(parts, "\n    or", "false"), &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(ViaMissingTest const& test, Condition const& condition, Phase)
{
    auto const& known = library_.rules().known;
    std::vector<std::string> missing, failed;
    for (auto const& other : library_.rules().rules) {
        auto const looks = !other.via.empty() && other.exposure.known() &&
                           std::ranges::find(test.groups, other.group) != test.groups.end();
        if (!looks) continue;
        for (auto const analyte : other.via) {
            auto const asked =
                test.labs.empty() || std::ranges::find(test.labs, analyte) != test.labs.end();
            if (!asked) continue;
            // Not before the last start or rise of any of its drugs, where that is known.
            auto const metBy = [&](AnalyteId id) {
                auto const newest = library_.newest(id);
                return "(" + newest + " is not null and " + newest +
                       ".at >= " + windowStart(id, std::nullopt) + " and (" +
                       ruleDefinition(other, "exposed since") + " is null or " + newest +
                       ".at >= " + ruleDefinition(other, "exposed since") + "))";
            };
            auto const isMet = analyte == known.calcium
                                   ? "(" + metBy(known.adjustedCalcium) + " or " +
                                         metBy(known.ionisedCalcium) + ")"
                                   : metBy(analyte);
            auto const lacks =
                "(" + ruleDefinition(other, "fires alone") + " is true and not " + isMet + ")";
            auto const unread =
                "(Tcds.\"Absence\"('labs') is null and " + library_.newest(analyte) + " is null)";
            missing.push_back("(" + lacks + " and not " + unread + ")");
            failed.push_back("(" + lacks + " and " + unread + ")");
        }
    }
    auto const name = next("via missing");
    define(name,
           "if " + cqlJoined(missing, "\n    or", "false") + " then true\n  else if " +
               cqlJoined(failed, "\n    or", "false") + " then null as Boolean\n  else false",
           &condition);
    return {cqlName(name), {}, {}};
}

} // namespace tcds::rules::exchange
