#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tcds::rules::test {

namespace {

using testing::ElementsAre;

/// One use of furosemide, changed by the test, asked a clause.
template <class Change>
std::string furosemideWith(std::string const& clause, Change change,
                           std::string const& start = daysAgo(20))
{
    auto made = chart();
    change(made.med("furosemide", start));
    return ask(std::move(made), clause);
}
std::string furosemide(std::string const& clause, std::string const& start = daysAgo(20))
{
    return furosemideWith(
        clause, [](MedicationUse&) {}, start);
}

std::string const kLoop = "{med: {class: LOOP}}";

TEST(Selection, TakesClassesAndIngredientsAndLeavesExceptionsOut)
{
    EXPECT_EQ(furosemide(kLoop), "yes");
    EXPECT_EQ(furosemide("{med: {class: [THIAZIDE, LOOP]}}"), "yes");
    EXPECT_EQ(furosemide("{med: {class: THIAZIDE}}"), "no");
    EXPECT_EQ(furosemide("{med: {ingredients: [furosemide]}}"), "yes");
    EXPECT_EQ(furosemide("{med: {ingredients: [torsemide]}}"), "no");
    EXPECT_EQ(furosemide("{med: {class: LOOP, except: [furosemide]}}"), "no");
    EXPECT_EQ(furosemide("{med: {class: DIURETIC, except: [LOOP]}}"), "no");
}

bool holds(terms::ValueSet const& set, IngredientId ingredient)
{
    return std::ranges::find(set.ingredients, ingredient, &terms::ClassMember::ingredient) !=
           set.ingredients.end();
}

TEST(ClassIndex, AgreesWithTheMembersOfEveryClass)
{
    auto made = chart();
    for (int i = 0; i < 30; ++i) // more than a word of the index holds
        for (auto const* drug : {"furosemide", "hydrochlorothiazide", "sertraline"})
            made.med(drug, daysAgo(20));
    auto const rules = tcds::test::shippedRules();
    auto const byCode = rules->terms->setNamed("LOOP"); // known by a code of the class alone
    auto& nameless = made.med("furosemide", daysAgo(20));
    nameless.ingredients.clear();
    nameless.sets.add(byCode);
    auto const context = made.build();
    Chart const asked{context, *rules};

    ASSERT_EQ(asked.medications().size(), 91U);
    for (auto const& set : rules->terms->sets()) {
        if (set.kind != terms::SetKind::DrugClass) continue;
        for (std::size_t place = 0; place < asked.medications().size(); ++place) {
            auto const ingredient = asked.medications()[place].match.ingredient;
            auto const bit = (asked.byClass().word(set.id, place / 64) >> (place % 64)) & 1U;
            auto const member = ingredient.known() ? holds(set, ingredient) : set.id == byCode;
            EXPECT_EQ(bit != 0, member) << set.name << " " << place;
        }
    }
}

TEST(Selection, FindsADrugBehindManyOthers)
{
    auto made = chart();
    for (int i = 0; i < 100; ++i) made.med("albuterol", daysAgo(20));
    made.med("furosemide", daysAgo(20));
    EXPECT_THAT(askAll(std::move(made),
                       {kLoop, "{med: {ingredients: [furosemide]}}", "{med: {class: THIAZIDE}}"}),
                ElementsAre("yes", "yes", "no"));
}

TEST(Selection, CountsDistinctIngredientsNotOrders)
{
    auto const clause = std::string{"{med: {class: [LOOP, THIAZIDE], min_count: 2}}"};
    auto twice = chart();
    twice.med("furosemide", daysAgo(20));
    twice.med("furosemide", daysAgo(10));
    auto both = chart();
    both.med("furosemide", daysAgo(20));
    both.med("hydrochlorothiazide", daysAgo(10));

    EXPECT_EQ(ask(std::move(twice), clause), "no");
    EXPECT_EQ(ask(std::move(both), clause), "yes");
}

TEST(State, IsActiveUnlessTheClauseAsksForAnother)
{
    auto const with = [](UseState state, UseKind kind, std::string const& clause) {
        return furosemideWith(clause, [&](MedicationUse& use) {
            use.state = state;
            use.kind = kind;
            if (state == UseState::Stopped) use.stop = spanOf(daysAgo(5));
        });
    };
    auto const stopped = std::string{"{med: {class: LOOP, state: stopped}}"};
    auto const held = std::string{"{med: {class: LOOP, state: on-hold}}"};
    for (auto const state :
         {UseState::Stopped, UseState::OnHold, UseState::Draft, UseState::Planned,
          UseState::NotTaken, UseState::Cancelled, UseState::Future, UseState::Unknown})
        EXPECT_EQ(with(state, UseKind::Order, kLoop), "no") << static_cast<int>(state);
    EXPECT_EQ(with(UseState::Stopped, UseKind::Order, stopped), "yes");
    EXPECT_EQ(with(UseState::Active, UseKind::Order, stopped), "no");
    EXPECT_EQ(with(UseState::OnHold, UseKind::Order, held), "yes");
    EXPECT_EQ(
        with(UseState::OnHold, UseKind::Order, "{med: {class: LOOP, state: [active, on-hold]}}"),
        "yes");
}

TEST(Drafts, AreNeverActiveAndCountWhenSelected) // decision D23
{
    auto const draft = [](bool selected, std::string const& clause) {
        return furosemideWith(clause, [&](MedicationUse& use) {
            use.kind = UseKind::Draft;
            use.state = UseState::Draft;
            use.selected = selected;
        });
    };
    EXPECT_EQ(draft(true, kLoop), "no");
    EXPECT_EQ(draft(true, "{med: {class: LOOP, state: draft}}"), "yes");
    EXPECT_EQ(draft(false, "{med: {class: LOOP, state: draft}}"), "no");
    EXPECT_EQ(draft(false, "{med: {class: LOOP, state: draft, drafts: all}}"), "yes");
}

TEST(Drafts, ThatWillNotBeCarriedOutAreNone)
{
    for (auto const state : {UseState::Cancelled, UseState::NotTaken})
        EXPECT_EQ(furosemideWith("{med: {class: LOOP, state: draft, drafts: all}}",
                                 [&](MedicationUse& use) {
                                     use.kind = UseKind::Draft;
                                     use.state = state;
                                 }),
                  "no")
            << static_cast<int>(state);
}

TEST(StoppedWithin, CountsFromTheEndOfTheCourse)
{
    auto const clause = std::string{"{med: {class: LOOP, state: stopped, stopped_within: 14 d}}"};
    auto const with = [&](std::string const& stop) {
        return furosemideWith(clause, [&](MedicationUse& use) {
            use.state = UseState::Stopped;
            if (!stop.empty()) use.stop = spanOf(stop);
        });
    };
    EXPECT_EQ(with(daysAgo(14)), "yes");
    EXPECT_EQ(with(daysAgo(15)), "no");
    EXPECT_EQ(with(""), "unknown no-stop med:stop");
}

TEST(Stopped, OrderThatARunningOneReplacedIsNotStopped)
{
    auto made = chart();
    auto& old = made.med("furosemide", daysAgo(60));
    old.state = UseState::Stopped;
    old.stop = spanOf(daysAgo(20));
    made.med("furosemide", daysAgo(20));

    EXPECT_EQ(ask(std::move(made), "{med: {class: LOOP, state: stopped}}"), "no");
}

TEST(Administrations, CountForADayAfterTheDose) // decision D28
{
    auto const given = [](int hours, std::string const& clause) {
        return furosemideWith(
            clause,
            [&](MedicationUse& use) {
                use.kind = UseKind::Administration;
                use.state = UseState::Given;
                use.lastGiven = spanOf(hoursAgo(hours));
            },
            hoursAgo(hours));
    };
    EXPECT_EQ(given(24, kLoop), "yes");
    EXPECT_EQ(given(25, kLoop), "no");
    EXPECT_EQ(given(47, "{med: {class: LOOP, state: given, given_within: 48 h}}"), "yes");
    EXPECT_EQ(given(49, "{med: {class: LOOP, state: given, given_within: 48 h}}"), "no");
}

TEST(Administrations, AreGivenOnlyWhenTheyTookPlace)
{
    auto const given = [](UseState state) {
        return furosemideWith(
            "{med: {class: LOOP, state: given, given_within: 48 h}}",
            [state](MedicationUse& use) {
                use.kind = UseKind::Administration;
                use.state = state;
            },
            hoursAgo(5));
    };
    EXPECT_EQ(given(UseState::Given), "yes");
    EXPECT_EQ(given(UseState::Active), "yes"); // an infusion that runs
    for (auto const state : {UseState::NotTaken, UseState::Planned, UseState::OnHold,
                             UseState::Unknown, UseState::Cancelled})
        EXPECT_EQ(given(state), "no");
}

TEST(Routes, AreThoseOfTheClassUnlessTheClauseNamesThem)
{
    auto const steroid = [](Route route, std::string const& clause) {
        auto made = chart();
        made.med("prednisolone", daysAgo(5)).route = route;
        return ask(std::move(made), clause);
    };
    auto const systemic = std::string{"{med: {class: CORTICOSTEROID, route: systemic}}"};
    EXPECT_EQ(steroid(Route::Oral, systemic), "yes");
    EXPECT_EQ(steroid(Route::Injected, systemic), "yes");
    EXPECT_EQ(steroid(Route::Unknown, systemic), "yes"); // missing a steroid is worse
    EXPECT_EQ(steroid(Route::Topical, systemic), "no");
    EXPECT_EQ(steroid(Route::Ophthalmic, systemic), "no");
    EXPECT_EQ(steroid(Route::Topical, "{med: {class: CORTICOSTEROID, route: any}}"), "yes");
    EXPECT_EQ(steroid(Route::Topical, "{med: {class: CORTICOSTEROID, route: [topical, nasal]}}"),
              "yes");
    EXPECT_EQ(steroid(Route::Oral, "{med: {class: CORTICOSTEROID, route: [topical, nasal]}}"),
              "no");
}

TEST(AsNeeded, AsksTheFlag)
{
    auto const prn = [](bool flag, std::string const& clause) {
        return furosemideWith(clause, [&](MedicationUse& use) { use.asNeeded = flag; });
    };
    EXPECT_EQ(prn(true, "{med: {class: LOOP, as_needed: no}}"), "no");
    EXPECT_EQ(prn(false, "{med: {class: LOOP, as_needed: no}}"), "yes");
    EXPECT_EQ(prn(true, "{med: {class: LOOP, as_needed: yes}}"), "yes");
}

TEST(StartedWithin, IncludesBothEndsAndKnowsWhenItDoesNotKnow)
{
    auto const clause = std::string{"{med: {class: LOOP, started_within: 28 d}}"};
    EXPECT_EQ(furosemide(clause, daysAgo(28)), "yes");
    EXPECT_EQ(furosemide(clause, daysAgo(29)), "no");
    EXPECT_EQ(furosemide(clause, ""), "unknown no-start med:start");

    auto mixed = chart(); // an undated order of the same course: it may have begun earlier
    mixed.med("furosemide", daysAgo(10));
    mixed.med("furosemide", "");
    EXPECT_EQ(ask(std::move(mixed), clause), "unknown no-start med:start");
    auto early = chart(); // or not later than the dated one
    early.med("furosemide", daysAgo(40));
    early.med("furosemide", "");
    EXPECT_EQ(ask(std::move(early), clause), "no");
}

TEST(TakenFor, IsTheLengthOfTheCourse)
{
    auto const clause = std::string{"{med: {class: PPI, taken_for: 90 d}}"};
    auto const with = [&](std::string const& start) {
        auto made = chart();
        made.med("omeprazole", start);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(daysAgo(90)), "yes");
    EXPECT_EQ(with(daysAgo(89)), "no");
    EXPECT_EQ(with(""), "unknown no-start med:start");

    auto joined = chart(); // renewed order: one course (gaps of at most 30 days)
    auto& old = joined.med("omeprazole", daysAgo(200));
    old.state = UseState::Stopped;
    old.stop = spanOf(daysAgo(40));
    joined.med("omeprazole", daysAgo(20));
    EXPECT_EQ(ask(std::move(joined), clause), "yes");

    auto apart = chart();
    auto& older = apart.med("omeprazole", daysAgo(200));
    older.state = UseState::Stopped;
    older.stop = spanOf(daysAgo(60));
    apart.med("omeprazole", daysAgo(20));
    EXPECT_EQ(ask(std::move(apart), clause), "no");
}

ChartBuilder raisedDose(int raisedDaysAgo, std::string_view from, std::string_view to)
{
    auto made = chart();
    auto& before = made.med("furosemide", daysAgo(200));
    before.dailyDose = Quantity{*Decimal::parse(from), "mg"};
    auto& after = made.med("furosemide", daysAgo(raisedDaysAgo));
    after.dailyDose = Quantity{*Decimal::parse(to), "mg"};
    return made;
}

TEST(RaisedWithin, NeedsAHigherDailyDoseInTheWindow)
{
    auto const clause = std::string{"{med: {class: LOOP, raised_within: 28 d}}"};
    EXPECT_EQ(ask(raisedDose(28, "40", "80"), clause), "yes");
    EXPECT_EQ(ask(raisedDose(29, "40", "80"), clause), "no");
    EXPECT_EQ(ask(raisedDose(10, "80", "40"), clause), "no");
}

TEST(ChangedWithin, IsAStartOrARise)
{
    auto const clause = std::string{"{med: {class: LOOP, changed_within: 28 d}}"};
    EXPECT_EQ(ask(raisedDose(10, "40", "80"), clause), "yes");
    EXPECT_EQ(furosemide(clause, daysAgo(10)), "yes");
    EXPECT_EQ(furosemide(clause, daysAgo(40)), "no");
    EXPECT_EQ(furosemide(clause, ""), "unknown no-start med:start");
}

TEST(StartedAfter, IsStartOrRiseNotBeforeTheResult)
{
    auto const clause = std::string{"{all: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}, "
                                    "{med: {class: K_REPLACEMENT, started_after: k}}]}"};
    auto const with = [&](std::string const& start) {
        auto made = chart();
        made.lab("K", "3.0 mmol/L", daysAgo(3));
        made.med("potassium chloride", start);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(daysAgo(3)), "yes");
    EXPECT_EQ(with(daysAgo(1)), "yes");
    EXPECT_EQ(with(daysAgo(4)), "no");
    EXPECT_EQ(with(""), "unknown no-start med:start");
}

TEST(Absence, IsWhatTheSourcesThatAnswerForItSay) // decision D53
{
    auto const with = [](std::string_view key, SourceStatus status, std::string const& clause) {
        auto made = chart();
        made.source(key, status);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with("medications", SourceStatus::Empty, kLoop), "no");
    EXPECT_EQ(with("medications", SourceStatus::Absent, kLoop),
              "unknown not-asked source:medications");
    EXPECT_EQ(with("medications", SourceStatus::Partial, kLoop),
              "unknown source-failed source:medications");
    EXPECT_EQ(with("statements", SourceStatus::Absent, kLoop), "no"); // not needed for an absence
    EXPECT_EQ(with("stopped", SourceStatus::Absent, "{med: {class: LOOP, state: stopped}}"),
              "unknown not-asked source:stopped");
    EXPECT_EQ(with("administrations", SourceStatus::Absent, "{med: {class: LOOP, state: given}}"),
              "unknown not-asked source:administrations");
    EXPECT_EQ(with("medications", SourceStatus::Absent, "{med: {class: LOOP, state: draft}}"),
              "no"); // the call itself answers
    EXPECT_EQ(
        with("stopped", SourceStatus::Absent, "{med: {class: LOOP, state: [active, stopped]}}"),
        "unknown not-asked source:stopped"); // each of its sources
}

TEST(Absence, DoesNotMatterOncePresent)
{
    auto made = chart();
    made.source("medications", SourceStatus::Partial);
    made.med("furosemide", daysAgo(20));

    EXPECT_EQ(ask(std::move(made), kLoop), "yes");
}

TEST(Classes, NamedByACodeAloneCountWithTheirOwnRoute)
{
    auto made = chart();
    auto& use = made.med("furosemide", daysAgo(20));
    use.ingredients.clear();
    use.sets.add(tcds::test::shippedRules()->terms->setNamed("LOOP"));

    EXPECT_EQ(ask(std::move(made), kLoop), "yes");
}

} // namespace

} // namespace tcds::rules::test
