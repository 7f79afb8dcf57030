#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

using testing::ElementsAre;

// With potassium 3.0 and nothing else: true, false, and unknown twice for want of different
// results.
std::string const kYes = "{lab: {analyte: K, below: 3.5 mmol/L}}";
std::string const kNo = "{lab: {analyte: K, above: 3.5 mmol/L}}";
std::string const kUnknown = "{lab: {analyte: MG, below: 0.70 mmol/L}}";
std::string const kOther = "{lab: {analyte: NA, below: 130 mmol/L}}";
std::string const kMg = "unknown no-result lab:MG";
std::string const kNa = "unknown no-result lab:NA";

ChartBuilder lowPotassium()
{
    auto made = chart();
    made.lab("K", "3.0 mmol/L", daysAgo(1));
    return made;
}

std::string of(std::string const& connective, std::initializer_list<std::string> clauses)
{
    std::string text = "{" + connective + ": [";
    for (auto const& clause : clauses) text += (text.back() == '[' ? "" : ", ") + clause;
    return text + "]}";
}

TEST(All, IsTheMinimum) // Kleene: false wins over unknown, unknown over true
{
    EXPECT_THAT(askAll(lowPotassium(),
                       {of("all", {kYes, kYes}), of("all", {kYes, kNo}), of("all", {kNo, kYes}),
                        of("all", {kYes, kUnknown}), of("all", {kUnknown, kYes}),
                        of("all", {kNo, kUnknown}), of("all", {kUnknown, kNo})}),
                ElementsAre("yes", "no", "no", kMg, kMg, "no", "no"));
}

TEST(Any, IsTheMaximum)
{
    EXPECT_THAT(askAll(lowPotassium(),
                       {of("any", {kNo, kNo}), of("any", {kYes, kNo}), of("any", {kNo, kYes}),
                        of("any", {kNo, kUnknown}), of("any", {kUnknown, kNo}),
                        of("any", {kYes, kUnknown}), of("any", {kUnknown, kYes})}),
                ElementsAre("no", "yes", "yes", kMg, kMg, "yes", "yes"));
}

TEST(Any, ABranchThatIsNotTrueGivesItsNamesBack)
{
    auto made = lowPotassium();
    made.lab("NA", "125 mmol/L", daysAgo(5));
    made.lab("MG", "0.60 mmol/L", daysAgo(5));
    auto const named = "{any: [{all: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}, " + kNo +
                       "]}, {lab: {analyte: NA, below: 130 mmol/L}, as: k}]}";
    auto const near = "{lab: {analyte: MG, near: k, within: 1 h, below: 0.70 mmol/L}}";
    EXPECT_EQ(ask(std::move(made), of("all", {named, near})), "yes");
}

TEST(Not, MirrorsAndLeavesTheUnknownUnknown)
{
    EXPECT_THAT(askAll(lowPotassium(), {"{not: " + kYes + "}", "{not: " + kNo + "}",
                                        "{not: " + kUnknown + "}", "{not: {not: " + kYes + "}}"}),
                ElementsAre("no", "yes", kMg, "yes"));
}

TEST(Several, UnknownClausesNameTheFirstInFileOrder) // decision D57
{
    EXPECT_THAT(
        askAll(lowPotassium(), {of("all", {kUnknown, kOther}), of("all", {kOther, kUnknown}),
                                of("any", {kOther, kUnknown}),
                                of("all", {kYes, of("any", {kNo, kOther}), kUnknown})}),
        ElementsAre(kMg, kNa, kNa, kNa));
}

TEST(Several, FalseClausesNameTheFirstInFileOrder) // decision D57
{
    auto const finding = std::string{"{finding: {valueset: SEIZURE, within: 7 d}}"};
    auto const done = run(
        {ruleText("EL-A", "when: " + of("all", {kYes, kNo, finding})),
         ruleText("EL-B", "when: " + of("all", {kYes, finding, kNo})),
         ruleText("EL-C", "when: " + of("any", {finding, kNo})),
         ruleText("EL-D", "when: " + of("all", {kUnknown, of("any", {kNo, finding}), finding}))},
        lowPotassium());

    EXPECT_EQ(done.outcome("EL-A"), "not-met lab");
    EXPECT_EQ(done.outcome("EL-B"), "not-met finding");
    EXPECT_EQ(done.outcome("EL-C"), "not-met finding");
    EXPECT_EQ(done.outcome("EL-D"), "not-met lab");
    EXPECT_EQ(done.of("EL-A").what, "when");
}

std::string atLeast(int n, std::initializer_list<std::string> clauses, std::string const& more = {})
{
    auto const list = of("of", clauses);
    return "{at_least: {n: " + std::to_string(n) + more + ", " + list.substr(1) + "}";
}

TEST(AtLeast, CountsTrueAndPossibleClauses)
{
    EXPECT_THAT(
        askAll(lowPotassium(), {atLeast(2, {kYes, kYes, kNo}), atLeast(2, {kYes, kNo, kNo}),
                                atLeast(2, {kYes, kNo, kUnknown}), atLeast(2, {kNo, kNo, kUnknown}),
                                atLeast(2, {kUnknown, kOther, kNo}), atLeast(1, {kUnknown, kYes}),
                                atLeast(3, {kYes, kYes, kUnknown})}),
        ElementsAre("yes", "no", kMg, "no", kMg, "yes", kMg));
}

std::string const kSsri = "{med: {class: SSRI}}";
std::string const kSerotonergic = "{med: {class: SEROTONERGIC}}";
std::string const kLoop = "{med: {class: LOOP}}";
std::string const kThiazide = "{med: {class: THIAZIDE}}";

TEST(AtLeast, CountsOneDrugInTwoClassesOnce)
{
    auto one = chart();
    one.med("sertraline", daysAgo(90));
    auto two = chart();
    two.med("sertraline", daysAgo(90));
    two.med("tramadol", daysAgo(90));

    EXPECT_EQ(ask(std::move(one), atLeast(2, {kSsri, kSerotonergic})), "no");
    EXPECT_EQ(ask(std::move(two), atLeast(2, {kSerotonergic, kSsri})), "yes");
}

TEST(AtLeast, CountsTwoOrdersOfOneDrugOnce)
{
    auto made = chart();
    made.med("furosemide", daysAgo(90));
    made.med("furosemide", daysAgo(5));

    EXPECT_EQ(ask(std::move(made), atLeast(2, {kLoop, kLoop})), "no");
}

TEST(AtLeast, CountsACombinationProductForEachOfItsIngredients) // C.0.4
{
    auto made = chart();
    auto& product = made.med("furosemide", daysAgo(90));
    auto const other = tcds::test::shippedRules()->terms->ingredientNamed("hydrochlorothiazide");
    product.ingredients.push_back(other);
    std::ranges::sort(product.ingredients);

    EXPECT_EQ(ask(std::move(made), atLeast(2, {kLoop, kThiazide})), "yes");
}

TEST(AtLeast, FindsTheMatchingThatSatisfiesMostClauses)
{
    // The first clause may take either drug; only the matching that gives it the second one works.
    auto made = chart();
    made.med("sertraline", daysAgo(90));
    made.med("tramadol", daysAgo(90));

    EXPECT_EQ(ask(std::move(made), atLeast(3, {kSerotonergic, kSsri, kYes})),
              "unknown no-result lab:K");
    auto again = lowPotassium();
    again.med("sertraline", daysAgo(90));
    again.med("tramadol", daysAgo(90));
    EXPECT_EQ(ask(std::move(again), atLeast(3, {kSerotonergic, kSsri, kYes})), "yes");
}

TEST(AtLeast, OffersOnlyDrugsThatMeetTheirClause)
{
    // Started after the potassium: tramadol alone. Sertraline is the only SSRI, so two drugs are
    // there; without tramadol the old sertraline must not stand in for the drug started since.
    auto const clause = "{all: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}, " +
                        atLeast(2, {"{med: {class: SEROTONERGIC, started_after: k}}", kSsri}) +
                        "]}";
    auto both = chart();
    both.lab("K", "3.0 mmol/L", daysAgo(10));
    both.med("sertraline", daysAgo(90));
    both.med("tramadol", daysAgo(5));
    auto wrong = chart();
    wrong.lab("K", "3.0 mmol/L", daysAgo(10));
    wrong.med("tramadol", daysAgo(90)); // long before the potassium
    wrong.med("sertraline", daysAgo(5));

    EXPECT_EQ(ask(std::move(both), clause), "yes");
    EXPECT_EQ(ask(std::move(wrong), clause), "no");
}

TEST(AtLeast, CountsDrugsKnownByTheirClassAloneOneByOne)
{
    auto made = chart();
    for (auto const* set : {"LOOP", "THIAZIDE"}) { // coded by an ATC prefix, no ingredient known
        auto& use = made.med("furosemide", daysAgo(30));
        use.ingredients.clear();
        use.sets.add(tcds::test::shippedRules()->terms->setNamed(set));
    }

    EXPECT_EQ(ask(std::move(made), atLeast(2, {kLoop, kThiazide})), "yes");
}

TEST(Together, AsksTheTrueResultsToLieInOneWindow)
{
    auto const clause = atLeast(2,
                                {"{lab: {analyte: K, below: 3.5 mmol/L}}",
                                 "{lab: {analyte: MG, below: 0.70 mmol/L}}",
                                 "{lab: {analyte: NA, below: 130 mmol/L}}"},
                                ", together: 48 h");
    auto const at = [&](int magnesium, int sodium) {
        auto made = chart();
        made.lab("K", "3.0 mmol/L", hoursAgo(200));
        made.lab("MG", "0.5 mmol/L", hoursAgo(magnesium));
        made.lab("NA", "120 mmol/L", hoursAgo(sodium));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at(152, 10), "yes"); // exactly 48 h from the potassium
    EXPECT_EQ(at(151, 10), "no");
    EXPECT_EQ(at(100, 148), "yes"); // magnesium and sodium
    EXPECT_EQ(at(248, 10), "yes");  // before it counts as well
}

TEST(Together, IsUnknownWhileAnOpenClauseCouldStillJoin)
{
    auto made = lowPotassium();

    EXPECT_EQ(ask(std::move(made), atLeast(2, {kYes, kUnknown}, ", together: 48 h")), kMg);
}

} // namespace

} // namespace tcds::rules::test
