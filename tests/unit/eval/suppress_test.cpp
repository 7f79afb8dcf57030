#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

ChartBuilder lowPotassium(std::string_view value = "3.0 mmol/L")
{
    auto made = chart();
    made.lab("K", value, daysAgo(1));
    return made;
}

std::string rule(std::string_view id, std::string const& level, std::string const& more = {})
{
    return ruleText(id, "indicator: " + level + "\nwhen: {lab: {analyte: K, below: 3.5 mmol/L}}\n" +
                            more);
}

TEST(Suppression, ByARuleNeedsALevelAtLeastAsHigh)
{
    auto const with = [](std::string const& stronger, std::string const& weaker) {
        return run({rule("EL-A", stronger, "suppresses: [EL-B]\n"), rule("EL-B", weaker)},
                   lowPotassium())
            .outcome("EL-B");
    };
    EXPECT_EQ(with("warning", "warning"), "suppressed rule");
    EXPECT_EQ(with("critical", "warning"), "suppressed rule");
    EXPECT_EQ(with("info", "warning"), "fired warning");
}

TEST(Suppression, NamesTheRuleThatDidIt)
{
    auto const done = run({rule("EL-A", "warning", "suppresses: [EL-B]\n"), rule("EL-B", "info")},
                          lowPotassium());

    EXPECT_EQ(done.of("EL-B").what, "EL-A");
}

TEST(Suppression, GoesDownTheRanksSoThatTheSuppressedSuppressNothing)
{
    auto const done = run({rule("EL-A", "critical", "suppresses: [EL-B]\n"),
                           rule("EL-B", "warning", "suppresses: [EL-C]\n"), rule("EL-C", "info")},
                          lowPotassium());

    EXPECT_EQ(done.outcome("EL-B"), "suppressed rule");
    EXPECT_EQ(done.outcome("EL-C"), "fired info");
}

TEST(Suppression, ByARuleThatDoesNotFireIsNone)
{
    auto const done =
        run({ruleText("EL-A", "indicator: critical\nwhen: {lab: {analyte: K, below: 2.0 mmol/L}}\n"
                              "suppresses: [EL-B]\n"),
             rule("EL-B", "info")},
            lowPotassium());

    EXPECT_EQ(done.outcome("EL-B"), "fired info");
}

std::string onHook(Hook hook, std::string_view id, std::string const& level,
                   std::string const& more = {})
{
    auto made = lowPotassium();
    made.context.hook = hook;
    return run({rule(id, level, more)}, std::move(made)).outcome(id);
}

TEST(Hooks, OfOrdersKeepCriticalsAndOrderRules) // decision D23
{
    for (auto const hook : {Hook::OrderSelect, Hook::OrderSign}) {
        EXPECT_EQ(onHook(hook, "EL-A", "warning"), "suppressed hook");
        EXPECT_EQ(onHook(hook, "EL-A", "critical"), "fired critical");
        EXPECT_EQ(onHook(hook, "CMB-A", "warning"), "suppressed hook");
    }
    for (auto const hook : {Hook::PatientView, Hook::EncounterStart, Hook::ProblemListItemCreate})
        EXPECT_EQ(onHook(hook, "EL-A", "warning"), "fired warning");
}

std::string orderRule()
{
    return ruleText("ORD-A", "indicator: warning\n"
                             "when: {med: {class: LOOP, state: draft}, as: d}\n");
}

MedicationUse& draft(ChartBuilder& made, std::string_view ingredient)
{
    auto& use = made.med(ingredient, "");
    use.kind = UseKind::Draft;
    use.state = UseState::Draft;
    return use;
}

TEST(Hooks, OfOrdersAloneRunOrderRules)
{
    auto const with = [](Hook hook) {
        auto made = chart();
        made.context.hook = hook;
        draft(made, "furosemide");
        return run({orderRule()}, std::move(made)).outcome("ORD-A");
    };
    EXPECT_EQ(with(Hook::OrderSelect), "fired warning");
    EXPECT_EQ(with(Hook::OrderSign), "fired warning");
    EXPECT_EQ(with(Hook::PatientView), "not-met hook");
}

TEST(Hooks, OfOrdersKeepACombinationOneOfWhoseDrugsIsDrafted) // decision D23
{
    auto const combination =
        ruleText("CMB-A", "indicator: warning\nwhen: {all: [{med: {class: LOOP}, as: a}, "
                          "{med: {class: PPI}, as: b}]}\n");
    auto const with = [&](std::string_view drafted) {
        auto made = chart();
        made.context.hook = Hook::OrderSign;
        made.med("furosemide", daysAgo(50));
        made.med("omeprazole", daysAgo(50));
        if (!drafted.empty()) draft(made, drafted);
        return run({combination}, std::move(made)).outcome("CMB-A");
    };
    EXPECT_EQ(with(""), "suppressed hook");
    EXPECT_EQ(with("hydrochlorothiazide"), "suppressed hook");
    EXPECT_EQ(with("furosemide"), "fired warning"); // renewed
}

TEST(Hooks, OfOrdersDoNotKeepACombinationForADraftThatIsCancelled)
{
    auto made = chart();
    made.context.hook = Hook::OrderSign;
    made.med("furosemide", daysAgo(50));
    draft(made, "furosemide").state = UseState::Cancelled;
    auto const done =
        run({ruleText("CMB-A", "indicator: warning\nwhen: {med: {class: LOOP}, as: a}\n")},
            std::move(made));

    EXPECT_EQ(done.outcome("CMB-A"), "suppressed hook");
}

std::string treated(Hook hook, std::string_view id, std::string const& by,
                    std::initializer_list<std::string_view> drafts)
{
    auto made = lowPotassium();
    made.context.hook = hook;
    for (auto const ingredient : drafts) draft(made, ingredient).selected = false;
    return run({rule(id, "critical", "treated_by: " + by + "\n")}, std::move(made)).outcome(id);
}

TEST(TreatingDrafts, SuppressOnOrderHooksSelectedOrNot)
{
    EXPECT_EQ(treated(Hook::OrderSelect, "EL-A", "[K_REPLACEMENT]", {"potassium chloride"}),
              "suppressed draft-treats");
    EXPECT_EQ(treated(Hook::OrderSign, "EL-A", "[K_REPLACEMENT]", {"furosemide"}),
              "fired critical");
    EXPECT_EQ(treated(Hook::PatientView, "EL-A", "[K_REPLACEMENT]", {"potassium chloride"}),
              "fired critical");
}

TEST(TreatingDrafts, ThatAreCancelledOrNotToBeDoneTreatNothing)
{
    for (auto const state : {UseState::Cancelled, UseState::NotTaken}) {
        auto made = lowPotassium();
        made.context.hook = Hook::OrderSign;
        draft(made, "potassium chloride").state = state;
        auto const done =
            run({rule("EL-A", "critical", "treated_by: [K_REPLACEMENT]\n")}, std::move(made));

        EXPECT_EQ(done.outcome("EL-A"), "fired critical") << static_cast<int>(state);
    }
}

TEST(TreatingDrafts, OfEachClassAreNeededWhereTheRuleSaysAll)
{
    auto const all = std::string{"{all: [K_REPLACEMENT, MG_REPLACEMENT]}"};
    EXPECT_EQ(treated(Hook::OrderSign, "EL-A", all, {"potassium chloride"}), "fired critical");
    EXPECT_EQ(treated(Hook::OrderSign, "EL-A", all, {"potassium chloride", "magnesium oxide"}),
              "suppressed draft-treats");
}

TEST(RedFlags, AreNeverSuppressed)
{
    auto made = lowPotassium();
    auto const done =
        run({rule("RF-A", "warning"), rule("EL-A", "critical", "suppresses: [RF-A]\n")},
            std::move(made));

    EXPECT_EQ(done.outcome("RF-A"), "fired warning");
}

} // namespace

} // namespace tcds::rules::test
