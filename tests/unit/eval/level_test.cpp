#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

std::string const kBands =
    "bands:\n"
    "  - {id: severe, indicator: critical, when: {lab: {analyte: K, below: 2.5 mmol/L}}}\n"
    "  - {id: low, indicator: warning, when: {lab: {analyte: K, below: 3.0 mmol/L}}}\n"
    "  - {id: mild, indicator: info, when: {lab: {analyte: K, below: 3.5 mmol/L}}}\n"
    "when: {lab: {analyte: K, below_reference: true}, as: k}\n";

std::string banded(std::string_view value, std::string const& more = {})
{
    auto made = chart();
    made.lab("K", value, daysAgo(1));
    return run({ruleText("EL-A", kBands + more)}, std::move(made)).outcome("EL-A");
}

TEST(Bands, AreReadFromTheTop)
{
    EXPECT_EQ(banded("2.4 mmol/L"), "fired critical");
    EXPECT_EQ(banded("2.5 mmol/L"), "fired warning");
    EXPECT_EQ(banded("3.0 mmol/L"), "fired info");
    EXPECT_EQ(banded("3.5 mmol/L"), "not-met lab");
}

TEST(Bands, MustBeCertainElseTheNextIsTried)
{
    // "<3.0" may be critical, but only "below 3.0" is certain.
    EXPECT_EQ(banded("<3.0 mmol/L"), "fired warning");
    EXPECT_EQ(banded("<2.5 mmol/L"), "fired critical");
}

TEST(Bands, NoneTrueMeansThatTheRuleDoesNotFire)
{
    auto made = chart();
    made.med("furosemide", daysAgo(5));
    made.lab("K", "4.0 mmol/L", daysAgo(1));
    auto const done = run(
        {ruleText(
            "MED-A",
            "exposure: d\nwhen: {med: {class: LOOP}, as: d}\nbands:\n"
            "  - {id: low, indicator: warning, when: {lab: {analyte: K, below: 3.0 mmol/L}}}\n")},
        std::move(made));

    EXPECT_EQ(done.outcome("MED-A"), "not-met lab");
    EXPECT_EQ(done.of("MED-A").what, "bands");
    EXPECT_TRUE(done.of("MED-A").whenTrue);
}

TEST(Adjustments, AreAppliedRaiseThenCapThenLower) // whatever their order in the file (C.0.4)
{
    auto const low = std::string{"{lab: {analyte: K, below: 3.5 mmol/L}}"};
    auto const adjust = [&](std::string const& entries) {
        return banded("2.9 mmol/L", "adjust: [" + entries + "]\n"); // warning
    };
    EXPECT_EQ(adjust("{raise: 1, when: " + low + "}"), "fired critical");
    EXPECT_EQ(adjust("{cap: info, when: " + low + "}"), "fired info");
    EXPECT_EQ(adjust("{lower: 1, when: " + low + "}"), "fired info");
    EXPECT_EQ(adjust("{cap: warning, when: " + low + "}, {raise: 1, when: " + low + "}"),
              "fired warning");
    EXPECT_EQ(adjust("{lower: 1, when: " + low + "}, {raise: 1, when: " + low + "}"),
              "fired critical"); // lowering never touches critical
    EXPECT_EQ(adjust("{lower: 1, when: " + low + "}, {lower: 1, when: " + low + "}"), "fired info");
    EXPECT_EQ(adjust("{cap: critical, when: " + low + "}"), "fired warning"); // the lower of both
}

TEST(Adjustments, ThatAreUnknownAreNotApplied)
{
    auto const unknown = std::string{"{lab: {analyte: MG, below: 0.70 mmol/L}}"};

    EXPECT_EQ(banded("2.4 mmol/L", "adjust: [{cap: info, when: " + unknown + "}]\n"),
              "fired critical");
}

TEST(Adjustments, OfAnotherRuleComeWithItsBindings)
{
    auto made = chart();
    made.lab("K", "2.9 mmol/L", daysAgo(2));
    made.med("potassium chloride", daysAgo(1));
    auto const done =
        run({ruleText("EL-A", kBands + "adjust: [{lower: 1, when: {med: {class: K_REPLACEMENT, "
                                       "started_after: k}}}]\n"),
             ruleText("CMB-B", "when: {rule: EL-A}\nindicator: warning\nadjust: [{like: EL-A}]\n")},
            std::move(made));

    EXPECT_EQ(done.outcome("EL-A"), "fired info");
    EXPECT_EQ(done.outcome("CMB-B"), "fired info");
}

TEST(WorstOf, IsTheHighestLevelAtWhichOneOfTheRulesFires)
{
    auto const rule = ruleText("CMB-B", "when: {med: {class: LOOP}, as: d}\n"
                                        "indicator: {worst_of: [EL-A, EL-C]}\n");
    auto const other = ruleText("EL-C", "when: {lab: {analyte: NA, below: 130 mmol/L}}\n");
    auto const with = [&](std::string_view k) {
        auto made = chart();
        made.med("furosemide", daysAgo(5));
        made.lab("K", k, daysAgo(1));
        made.lab("NA", "120 mmol/L", daysAgo(1));
        return run({ruleText("EL-A", kBands), other, rule}, std::move(made)).outcome("CMB-B");
    };
    EXPECT_EQ(with("2.9 mmol/L"), "fired warning");
    EXPECT_EQ(with("2.0 mmol/L"), "fired critical");
    EXPECT_EQ(with("4.0 mmol/L"), "fired info");
}

TEST(Tiers, AreReadFromTheTopAndPassOverTheUnknown)
{
    auto const tiers = std::string{
        "tier: [{tier: definite, when: {lab: {analyte: MG, below: 0.70 mmol/L}}}, "
        "{tier: probable, when: {lab: {analyte: K, below: 3.0 mmol/L}}}, {tier: possible}]\n"};

    auto const with = [&](std::string_view value) {
        auto made = chart();
        made.lab("K", value, daysAgo(1));
        return run({ruleText("EL-A", kBands + tiers)}, std::move(made)).graded("EL-A");
    };
    EXPECT_EQ(with("2.9 mmol/L"), "fired warning probable");
    EXPECT_EQ(with("3.2 mmol/L"), "fired info possible");
}

TEST(Unless, SuppressesWhenTrueAndNeverWhenUnknown)
{
    auto const with = [](std::string_view mg) {
        auto made = chart();
        made.lab("K", "3.2 mmol/L", daysAgo(1));
        if (!mg.empty()) made.lab("MG", mg, daysAgo(1));
        return run({ruleText("EL-A",
                             kBands + "unless: {lab: {analyte: MG, at_least: 0.70 mmol/L}}\n")},
                   std::move(made))
            .outcome("EL-A");
    };
    EXPECT_EQ(with("0.80 mmol/L"), "suppressed lab");
    EXPECT_EQ(with("0.60 mmol/L"), "fired info");
    EXPECT_EQ(with(""), "fired info");
}

TEST(Status, ShadowIsSilencedAndAsksNothingOfOthers)
{
    auto made = chart();
    made.lab("K", "3.2 mmol/L", daysAgo(1));
    auto const done =
        run({ruleText("EL-A", "status: shadow\nwhen: {lab: {analyte: K, below: 3.5 mmol/L}}"),
             ruleText("CMB-B", "when: {rule: EL-A}")},
            std::move(made));

    EXPECT_EQ(done.outcome("EL-A"), "silenced shadow");
    EXPECT_EQ(done.outcome("CMB-B"), "not-met rule");
}

TEST(Status, SwitchedOffIsSilencedAndOthersStillAskForIt)
{
    auto made = chart();
    made.lab("K", "3.2 mmol/L", daysAgo(1));
    auto const done =
        run({ruleText("EL-A", "status: shadow\n"
                              "overlay: {mark: local.1, file: overlay.yaml, disabled: yes}\n"
                              "when: {lab: {analyte: K, below: 3.5 mmol/L}}"),
             ruleText("CMB-B", "when: {rule: EL-A}")},
            std::move(made));

    EXPECT_EQ(done.outcome("EL-A"), "silenced disabled");
    EXPECT_EQ(done.outcome("CMB-B"), "fired info");
}

TEST(Level, StepOfItsOwnIsNotTakenOverByOthers)
{
    auto made = chart();
    made.lab("K", "3.2 mmol/L", daysAgo(1));
    auto const done =
        run({ruleText("EL-A", "adjust: [{raise: 1, own: yes}]\n"
                              "when: {lab: {analyte: K, below: 3.5 mmol/L}}"),
             ruleText("EL-B", "adjust: [{like: EL-A}]\n"
                              "when: {lab: {analyte: K, below: 3.5 mmol/L}}")},
            std::move(made));

    EXPECT_EQ(done.outcome("EL-A"), "fired warning");
    EXPECT_EQ(done.outcome("EL-B"), "fired info");
}

TEST(Gate, OpensForComplaintsOfItsKinds)
{
    auto const with = [](std::string_view kind, std::string const& gate) {
        auto made = chart();
        made.complaint(kind);
        made.lab("K", "3.2 mmol/L", daysAgo(1));
        return run({ruleText("EL-A", gate + "when: {lab: {analyte: K, below: 3.5 mmol/L}}")},
                   std::move(made))
            .outcome("EL-A");
    };
    EXPECT_EQ(with("TWITCH", ""), "fired info");
    EXPECT_EQ(with("MYOCLONUS", ""), "fired info");
    EXPECT_EQ(with("CRAMP", ""), "not-met complaint");
    EXPECT_EQ(with("CRAMP", "gate: open-cramp\n"), "fired info");
    EXPECT_EQ(with("TREMOR", "gate: open-cramp\n"), "idle"); // opens nothing: silence
}

TEST(Scope, LeavesOutNeonatesAnimalsAndTheDead) // clinical specification, section A
{
    auto const with = [](void (*change)(PatientFact&)) {
        auto made = chart();
        change(made.context.patient);
        made.lab("K", "2.0 mmol/L", daysAgo(1));
        auto const done = run({ruleText("EL-A", kBands)}, std::move(made));
        EXPECT_EQ(done.evaluation->complaint, done.outcome("EL-A") != "idle");
        return done.outcome("EL-A");
    };
    EXPECT_EQ(with([](PatientFact& p) { p.deceased = true; }), "idle");
    EXPECT_EQ(with([](PatientFact& p) { p.human = false; }), "idle");
    EXPECT_EQ(with([](PatientFact& p) { p.birth = spanOf("2026-01-04"); }), "idle"); // 27 d
    EXPECT_EQ(with([](PatientFact& p) { p.birth = spanOf("2026-01-03"); }), "fired critical");
    EXPECT_EQ(with([](PatientFact& p) { p.birth.reset(); }), "fired critical");
}

TEST(Age, OfAdultRulesIsEighteenCompletedYears)
{
    auto const with = [](std::string_view born) {
        auto made = chart();
        made.born(born);
        made.lab("K", "2.0 mmol/L", daysAgo(1));
        return run({ruleText("EL-A", "age: adult\n" + kBands)}, std::move(made)).outcome("EL-A");
    };
    EXPECT_EQ(with("2008-01-31"), "fired critical"); // the birthday itself
    EXPECT_EQ(with("2008-02-01"), "not-met age");
    EXPECT_EQ(with(""), "unknown no-birth-date patient:birthDate");
}

TEST(Parameters, TakeTheRowOfTheFirstTruePopulation)
{
    auto const rule =
        ruleText("EL-A", "parameters: {entry: {value: 135 mmol/L, pregnancy: 130 mmol/L, "
                         "allowed: [130 mmol/L, 136 mmol/L]}}\n"
                         "when: {lab: {analyte: NA, below: $entry}}");
    auto const with = [&](bool pregnant) {
        auto made = chart();
        if (pregnant) made.problem("PREGNANCY", daysAgo(60));
        made.lab("NA", "133 mmol/L", daysAgo(1));
        return run({rule}, std::move(made)).outcome("EL-A");
    };
    EXPECT_EQ(with(false), "fired info");
    EXPECT_EQ(with(true), "not-met lab");
}

TEST(Bindings, AreThoseOfTheFirstTrueClause)
{
    auto made = chart();
    made.lab("K", "3.2 mmol/L", daysAgo(1));
    made.lab("NA", "120 mmol/L", daysAgo(1));
    auto const done =
        run({ruleText("EL-A", "when: {any: [{lab: {analyte: MG, below: 0.70 mmol/L}, as: k}, "
                              "{lab: {analyte: NA, below: 130 mmol/L}, as: k}, "
                              "{lab: {analyte: K, below: 3.5 mmol/L}, as: k}]}")},
            std::move(made));

    auto const& bound = done.of("EL-A").bound.at(0);
    ASSERT_NE(bound.result, nullptr);
    EXPECT_EQ(bound.result->shown(), "120 mmol/L");
}

TEST(UsedFacts, AreTheGateAndWhatTheClausesUsedSortedAndOnce)
{
    auto made = chart();
    auto const complaint = made.complaint("TWITCH").id;
    auto const result = made.lab("K", "2.4 mmol/L", daysAgo(1)).id;
    auto const done = run({ruleText("EL-A", kBands)}, std::move(made));

    EXPECT_THAT(done.of("EL-A").used, testing::ElementsAre(complaint, result));
}

TEST(Trace, MirrorsTheRuleWithVerdictsAndChangesNothing)
{
    auto const rule = ruleText("EL-A", kBands + "unless: {lab: {analyte: MG, above: 2 mmol/L}}\n");
    auto const with = [&](bool trace) {
        auto made = chart();
        made.lab("K", "2.9 mmol/L", daysAgo(1));
        EvaluateOptions options;
        options.trace = trace;
        return run({rule}, std::move(made), options);
    };
    auto const plain = with(false);
    auto const traced = with(true);

    EXPECT_TRUE(plain.evaluation->traces.empty());
    EXPECT_EQ(plain.outcome("EL-A"), traced.outcome("EL-A"));
    ASSERT_EQ(traced.evaluation->traces.size(), 1U);
    std::vector<std::string> parts;
    for (auto const& part : traced.evaluation->traces[0].parts) {
        parts.emplace_back(part.part);
        EXPECT_NE(part.clause, nullptr);
    }
    EXPECT_THAT(parts, testing::ElementsAre("when", "severe", "low", "unless"));
    EXPECT_EQ(traced.evaluation->traces[0].parts[1].verdict, Verdict::No);
    EXPECT_EQ(traced.evaluation->traces[0].parts[3].verdict, Verdict::Unknown);
}

} // namespace

} // namespace tcds::rules::test
