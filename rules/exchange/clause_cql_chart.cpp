#include "rules/exchange/clause_cql.hpp"
#include "rules/exchange/cql_text.hpp"
#include "rules/exchange/facts_bundle.hpp"

namespace tcds::rules::exchange {

namespace {

std::string recordedWithin(std::string const& date, Duration const& window)
{
    return "Tcds.\"Recorded Within\"(" + date + ", " + cqlBefore(window) + ")";
}

/// The best verdict of the entries that meet `where`.
std::string anyOf(std::string const& from, std::string const& where,
                  std::vector<std::string> const& tests, std::string const& absence)
{
    return "Tcds.\"Any Or Absent\"(Tcds." + cqlName(from) + " X where " + where +
           "\n    return all Tcds.\"Verdict\"(" + cqlJoined(tests, "and", "true") + "), " +
           absence + ")";
}

} // namespace

MadeClause ClauseCql::on(ComplaintTest const& test, Condition const& condition, Phase)
{
    auto const name = next("complaint");
    std::vector<std::string> where;
    if (!test.anyKind) where.push_back(library_.inAny("X.codes", test.kinds));
    if (!test.anySite) where.push_back(library_.inAny("X.sites", test.sites));
    library_.define(name + " matching",
                    "Tcds.\"Complaints\" X where " + cqlJoined(where, "and", "true"));
    auto const list = cqlName(name + " matching");
    auto const earliest = "Tcds.\"Earliest\"((" + list + ") X return all X.onset)";
    auto const undated = "exists ((" + list + ") X where X.onset is null)";
    std::string text = "if not exists " + list + " then false\n  else ";
    std::vector<std::string> tests;
    if (test.onsetBefore)
        tests.push_back("(case when " + earliest + " <= " + cqlBefore(*test.onsetBefore) +
                        " then true when " + undated + " then null as Boolean else false end)");
    if (test.onsetWithin)
        tests.push_back("(case when " + earliest + " is null then null as Boolean when " +
                        earliest + " < " + cqlBefore(*test.onsetWithin) + " then false when " +
                        undated + " then null as Boolean else true end)");
    define(name, text + cqlJoined(tests, "and", "true"), &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(ProblemTest const& test, Condition const& condition, Phase)
{
    auto const name = next("condition");
    auto where = library_.inAny("X.codes", test.sets);
    if (!test.anyState) where += " and X.active";
    std::vector<std::string> tests;
    if (test.within) tests.push_back(recordedWithin("Coalesce(X.at, X.onset)", *test.within));
    if (test.onsetWithin) tests.push_back(recordedWithin("X.onset", *test.onsetWithin));
    define(name, anyOf("Problems", where, tests, "Tcds.\"Absence\"('conditions')"), &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(FindingTest const& test, Condition const& condition, Phase)
{
    auto const name = next("finding");
    auto where = library_.inAny("X.codes", test.sets);
    if (test.inComplaint) where += " and 'in-complaint' in X.facts";

    std::vector<std::string> tests;
    auto const recent = [](Duration const& window) {
        return "(Coalesce(" + recordedWithin("X.at", window) + ", false) or Coalesce(" +
               recordedWithin("X.onset", window) +
               ", false)\n      or (X.at is null and X.onset is null and X.current))";
    };
    if (test.within && !test.inComplaint) {
        tests.push_back(recent(*test.within));
    } else if (!test.inComplaint) {
        // Of several sets that hold the sign the last one's window counts.
        std::string text;
        for (auto set = test.sets.rbegin(); set != test.sets.rend(); ++set)
            if (auto const& window = library_.terms().set(*set).window)
                text += " when " + library_.in("X.codes", *set) + " then " + recent(*window);
        if (!text.empty()) tests.push_back("(case" + text + " else true end)");
    }
    if (test.onsetWithin)
        tests.push_back(recordedWithin("Coalesce(X.onset, X.at)", *test.onsetWithin));
    if (test.onsetBefore)
        tests.push_back("Tcds.\"First Instant\"(Coalesce(X.onset, X.at)) <= " +
                        cqlBefore(*test.onsetBefore));
    define(name, anyOf("Signs", where, tests, "Tcds.\"Absence\"(" + cqlString(kSignSources) + ")"),
           &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(ProcedureTest const& test, Condition const& condition, Phase)
{
    auto const name = next("procedure");
    std::vector<std::string> tests;
    if (test.within) tests.push_back(recordedWithin("X.at", *test.within));
    define(name,
           anyOf("Procedures", library_.inAny("X.codes", test.sets), tests,
                 "Tcds.\"Absence\"('procedures')"),
           &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(OrderTest const& test, Condition const& condition, Phase)
{
    auto const name = next("order");
    auto where = library_.inAny("X.codes", test.sets);
    std::string absence = "Tcds.\"Absence\"('serviceRequests')";
    switch (test.state) {
    case OrderState::Placed:
        where += " and X.status != 'draft'";
        break;
    case OrderState::Active:
        where += " and X.status = 'active'";
        break;
    case OrderState::Draft:
        where += " and X.status = 'draft'";
        absence = "false"; // the call itself answers
        break;
    }
    std::vector<std::string> tests;
    if (test.within) tests.push_back(recordedWithin("X.at", *test.within));
    define(name, anyOf("Orders", where, tests, absence), &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(VisitTest const& test, Condition const& condition, Phase)
{
    auto const name = next("visit");
    std::vector<std::string> tests;
    if (test.within) tests.push_back(recordedWithin("X.at", *test.within));
    define(name,
           anyOf("Visits", library_.inAny("X.codes", test.sets), tests,
                 "Tcds.\"Absence\"('appointments')"),
           &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(EncounterTest const& test, Condition const& condition, Phase)
{
    auto const name = next("encounter");
    std::string where = "X.current";
    if (test.cls) where += " and X.class = " + cqlString(encounterClassCode(*test.cls));
    if (test.icu) where += " and X.icu";
    define(name, "exists (Tcds.\"Visits\" X where " + where + ")", &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(PregnancyTest const& test, Condition const& condition, Phase)
{
    auto const& known = library_.rules().known;
    auto const name = next("pregnancy");
    auto const delivery = cqlName(name + " delivery");
    auto const list = cqlName(name + " records");
    auto const isDelivery =
        known.postpartum.known() ? library_.in("P.codes", known.postpartum) : std::string{"false"};
    auto const isPregnancy =
        known.pregnancy.known() ? library_.in("P.codes", known.pregnancy) : std::string{"false"};
    library_.define(name + " delivery",
                    "First((Tcds.\"Problems\" P where " + isDelivery +
                        "\n    return all Tuple { date: Coalesce(P.onset, P.at),\n      begun: "
                        "Tcds.\"First Instant\"(Coalesce(P.onset, P.at)) }) D\n    sort by begun "
                        "desc)");
    // A delivery ends the pregnancies on record before it, and without a date all of them.
    library_.define(
        name + " records",
        "(Tcds.\"Problems\" P where P.active and " + isPregnancy + " and not " + isDelivery +
            "\n    and (" + delivery +
            " is null or Tcds.\"First Instant\"(Coalesce(P.at, P.onset)) "
            "> Tcds.\"Last Instant\"(" +
            delivery +
            ".date))\n    return all Tuple { gestation: "
            "P.gestation,\n      begun: Tcds.\"First Instant\"(Coalesce(P.at, P.onset)) }) D\n    "
            "sort by begun desc");
    std::string text = "case";
    if (test.postpartum)
        text +=
            " when " + recordedWithin(delivery + ".date", *test.postpartum) + " then true\n    ";
    text += " when not exists " + list + " then Tcds.\"Absence\"('conditions')\n    ";
    if (!test.fromWeeks && !test.toWeeks) {
        define(name, text + "else true end", &condition);
        return {cqlName(name), {}, {}};
    }
    auto const weeks = cqlName(name + " weeks");
    library_.define(name + " weeks", "First((" + list +
                                         ") D where D.gestation is not null\n    return all "
                                         "D.gestation + (weeks between D.begun and Tcds.\"Now\"))");
    std::vector<std::string> bounds;
    if (test.fromWeeks) bounds.push_back(weeks + " >= " + std::to_string(*test.fromWeeks));
    if (test.toWeeks) bounds.push_back(weeks + " <= " + std::to_string(*test.toWeeks));
    text += " when " + weeks + " is null then " +
            (test.weeksUnknownCounts ? "true" : "null as Boolean") + "\n    else " +
            cqlJoined(bounds, "and", "true") + " end";
    define(name, text, &condition);
    return {cqlName(name), {}, {}};
}

MadeClause ClauseCql::on(AgeTest const& test, Condition const&, Phase)
{
    auto const born = [](std::optional<Duration> const& age) {
        return age ? cqlBefore(*age) : std::string{"null"};
    };
    return {"Tcds.\"Born\"(" + born(test.atLeast) + ", " + born(test.below) + ")", {}, {}};
}

MadeClause ClauseCql::on(SexTest const& test, Condition const&, Phase)
{
    return {"Tcds.\"Is Sex\"(" + cqlString(genderCode(test.sex)) + ")", {}, {}};
}

} // namespace tcds::rules::exchange
