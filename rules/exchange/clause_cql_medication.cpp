#include "rules/exchange/canonical.hpp"
#include "rules/exchange/clause_cql.hpp"
#include "rules/exchange/cql_text.hpp"
#include "rules/exchange/facts_bundle.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules::exchange {

namespace {

constexpr Duration kAfterAdministration{24, Duration::Unit::Hour}; // decision D28

std::string routeTest(terms::RouteMask const& mask)
{
    if (mask == terms::RouteMask::any()) return "true";
    if (mask == terms::RouteMask::systemic()) return "Tcds.\"Is Systemic\"(U.route)";
    std::vector<std::string> routes;
    for (auto const route : kRoutes)
        if (mask.has(route)) routes.emplace_back(routeCode(route));
    return "(U.route in " + cqlList(routes) + ")";
}

/// One value for each scope: a case over `scope`, or the value itself when there is but one.
template <class Value>
std::string byScope(std::vector<ClassScope> const& scopes, Value valueOf)
{
    std::vector<std::string> values;
    for (auto const& scope : scopes) values.push_back(valueOf(scope));
    auto const uniform = std::ranges::all_of(
        values, [&values](std::string const& value) { return value == values.front(); });
    if (uniform) return values.front();
    std::string text = "(case scope";
    for (std::size_t i = 0; i + 1 < values.size(); ++i)
        text += " when " + std::to_string(i + 1) + " then " + values[i];
    return text + " else " + values.back() + " end)";
}

} // namespace

/// The states asked for, any of which will do.
std::string ClauseCql::stateOf(MedTest const& test, std::string const& lookBackSince) const
{
    std::vector<std::string> states;
    if (test.asks(MedState::Active))
        states.push_back("Tcds.\"Is Active\"(U.kind, U.status, U.given, " + lookBackSince + ")");
    if (test.asks(MedState::Stopped))
        states.emplace_back("Tcds.\"Is Stopped\"(U.kind, U.status, U.stop, U.ended)");
    if (test.asks(MedState::OnHold)) states.emplace_back("U.status = 'on-hold'");
    if (test.asks(MedState::Given))
        states.push_back("Tcds.\"Is Given\"(U.kind, U.status, U.given, " +
                         (test.givenWithin ? cqlBefore(*test.givenWithin) : lookBackSince) + ")");
    if (test.asks(MedState::Draft))
        states.emplace_back(test.allDrafts ? "U.kind = 'draft'"
                                           : "(U.kind = 'draft' and U.selected)");
    return cqlJoined(states, "or", "false");
}

std::string ClauseCql::askedMedications(MedTest const& test, std::string const& name,
                                        std::string const& startedAfter)
{
    // The first class that holds a drug sets which routes and how old a single dose may be.
    std::vector<ClassScope> scopes;
    std::vector<std::string> memberships;
    auto const add = [&](std::string const& membership, ClassScope const& scope) {
        memberships.push_back(membership);
        scopes.push_back(scope);
    };
    for (auto const id : test.classes) {
        auto const& set = library_.terms().set(id);
        auto const groups = scopeGroupsOf(set);
        if (groups.size() > 1 || groups.front().name != set.name)
            for (auto const& group : groups) add(library_.in("U.codes", group, id), group.scope);
        add(library_.in("U.codes", id), {set.routes, set.lookBack});
    }
    auto const isIngredient = [&](IngredientId id) {
        auto const code = codeOf(library_.terms().ingredient(id));
        return "exists (U.codes C where C.system = " + cqlString(code.system) +
               " and C.code = " + cqlString(code.code) + ")";
    };
    for (auto const id : test.ingredients)
        add(isIngredient(id), {terms::RouteMask::systemic(), std::nullopt});
    std::vector<std::string> except;
    for (auto const id : test.exceptClasses) except.push_back(library_.in("U.codes", id));
    for (auto const id : test.exceptIngredients) except.push_back(isIngredient(id));

    auto const since = byScope(scopes, [](ClassScope const& scope) {
        return cqlBefore(scope.lookBack.value_or(kAfterAdministration));
    });
    auto const route =
        test.routes
            ? routeTest(*test.routes)
            : byScope(scopes, [](ClassScope const& scope) { return routeTest(scope.routes); });
    std::vector<std::string> tests{stateOf(test, since), route};
    if (test.asNeeded) tests.emplace_back(*test.asNeeded ? "U.prn" : "not U.prn");
    if (test.startedWithin)
        tests.push_back("Tcds.\"Started Within\"(U.start, U.known, " +
                        cqlBefore(*test.startedWithin) + ")");
    if (test.raisedWithin)
        tests.push_back("Tcds.\"Raised Within\"(U.rise, " + cqlBefore(*test.raisedWithin) + ")");
    if (test.changedWithin)
        tests.push_back("Tcds.\"Changed Within\"(U.start, U.known, U.rise, " +
                        cqlBefore(*test.changedWithin) + ")");
    if (test.takenFor)
        tests.push_back("Tcds.\"Taken Since\"(U.start, U.known, Coalesce(U.stop, Tcds.\"Now\") - " +
                        cqlDuration(*test.takenFor) + ")");
    if (test.stoppedWithin)
        tests.push_back("(U.status != 'stopped' or Tcds.\"Stopped Within\"(U.stop, " +
                        cqlBefore(*test.stoppedWithin) + "))");
    if (!startedAfter.empty())
        tests.push_back("Tcds.\"Started After\"(U.start, U.known, U.rise, " + startedAfter + ")");

    std::string text = "Tcds.\"Uses\" U";
    if (std::ranges::any_of(tests, [](std::string const& asked) {
            return asked.find("(case scope") != std::string::npos;
        })) {
        text += "\n    let scope: case";
        for (std::size_t i = 0; i < memberships.size(); ++i)
            text += "\n      when " + memberships[i] + " then " + std::to_string(i + 1);
        text += "\n      else " + std::to_string(memberships.size()) + " end";
    }
    text += "\n    where " + cqlJoined(memberships, "or", "false");
    if (!except.empty()) text += "\n      and not " + cqlJoined(except, "or", "false");
    text += "\n    return all Tuple {\n      drug: Tcds.\"Drug\"(U.codes, U.id), prn: U.prn, "
            "start: U.start, known: U.known,\n      rise: U.rise, change: U.change, stop: U.stop, "
            "given: U.given,\n      verdict: Tcds.\"Verdict\"(" +
            cqlJoined(tests, "\n        and", "true") + ") }";
    library_.define(name, text);
    return cqlName(name);
}

MadeClause ClauseCql::on(MedTest const& test, Condition const& condition, Phase phase)
{
    auto const name = next("med");
    std::string after;
    if (test.startedAfter.known()) {
        after = bound(test.startedAfter, phase);
        after = after.empty() ? "null as DateTime" : after + ".at";
    }
    auto const asked = askedMedications(test, name + " asked", after);

    std::vector<std::string> absences;
    if (test.asks(MedState::Active)) absences.emplace_back("Tcds.\"Absence\"('medications')");
    if (test.asks(MedState::Stopped) || test.asks(MedState::OnHold))
        absences.emplace_back("Tcds.\"Absence\"('stopped')");
    if (test.asks(MedState::Given)) absences.emplace_back("Tcds.\"Absence\"('administrations')");
    auto const absence = cqlJoined(absences, "or", "false");

    std::string answer;
    if (test.minCount <= 1) {
        answer = "Tcds.\"Any Or Absent\"((" + asked + ") M return all M.verdict, " + absence + ")";
    } else {
        auto const drugs = [&](std::string_view verdicts) {
            return "Count(distinct ((" + asked + ") M where M.verdict >= " + std::string{verdicts} +
                   " return M.drug)) >= " + std::to_string(test.minCount);
        };
        answer = "case when " + drugs("2") + " then true when " + drugs("1") +
                 " then null as Boolean else " + absence + " end";
    }
    if (!after.empty()) answer = "if " + after + " is null then null as Boolean else " + answer;
    define(name, answer, &condition);

    auto const matches = "((" + asked + ") M where M.verdict = 2)";
    library_.define(name + " drugs",
                    "if " + cqlName(name) + " then (" + asked +
                        ") M where M.verdict = 2 return M.drug else List<String>{}");
    bind(condition, cqlName(name), matches, true);
    return {cqlName(name), cqlName(name + " drugs"), {}};
}

std::string ClauseCql::anyMedication(MedTest const& test)
{
    auto const asked = askedMedications(test, next("draft") + " asked", {});
    return "exists ((" + asked + ") M where M.verdict = 2)";
}

} // namespace tcds::rules::exchange
