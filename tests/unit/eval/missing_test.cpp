#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> texts(auto const& subjects) { return {subjects.begin(), subjects.end()}; }

std::vector<std::string> missing(std::initializer_list<std::string> rules, ChartBuilder made)
{
    return texts(run(rules, std::move(made)).evaluation->missing);
}

std::string const kPotassium =
    ruleText("EL-A", "when: {lab: {analyte: K, below: 3.5 mmol/L, within: 7 d}}");

TEST(RecordMissing, NamesEachAnalyteWithoutAUsableResult) // decision D52
{
    auto const with = [](std::string_view value, int days) {
        auto made = chart();
        made.lab("K", value, daysAgo(days));
        return missing({kPotassium}, std::move(made));
    };
    EXPECT_THAT(with("4.0 mmol/L", 7), IsEmpty());
    EXPECT_THAT(with("4.0 mmol/L", 8), ElementsAre("lab:K"));
    EXPECT_THAT(with("n/a", 1), ElementsAre("lab:K"));
    EXPECT_THAT(missing({kPotassium}, chart()), ElementsAre("lab:K"));
}

TEST(RecordMissing, TakesTheLongestWindowThatAsks)
{
    auto made = chart();
    made.lab("K", "4.0 mmol/L", daysAgo(20));

    EXPECT_THAT(missing({kPotassium, ruleText("EL-B", "when: {lab: {analyte: K, above: 6.0 mmol/L, "
                                                      "within: 30 d}}")},
                        std::move(made)),
                IsEmpty());
}

TEST(RecordMissing, NamesIdleRulesNeedsTooAndStaysTheSameWhenTheyAreSpeltOut)
{
    auto made = chart();
    made.complaint("TWITCH");
    auto const rules = tcds::test::rulesOf({kPotassium});
    auto context = made.build();

    auto const idle = evaluate(context, *rules);
    EvaluateOptions options;
    options.everyRule = true;
    auto const spelt = evaluate(context, *rules, options);

    EXPECT_EQ(idle->idle(), 1U);
    EXPECT_THAT(texts(idle->missing), ElementsAre("lab:K"));
    EXPECT_EQ(texts(idle->missing), texts(spelt->missing));
}

TEST(RecordMissing, LeavesOutWhatOnlyRulesOfOtherHooksNeed)
{
    auto const order = ruleText("ORD-A", "when: {all: [{med: {class: LOOP, state: draft}}, "
                                         "{lab: {analyte: MG, below: 0.70 mmol/L}}]}");
    EXPECT_THAT(missing({kPotassium, order}, chart()), ElementsAre("lab:K"));
    auto made = chart();
    made.context.hook = Hook::OrderSign;
    EXPECT_THAT(missing({kPotassium, order}, std::move(made)), ElementsAre("lab:K", "lab:MG"));
}

TEST(RecordMissing, NamesTheSourcesThatAnAbsenceWouldNeed) // decision D53
{
    auto const given = ruleText(
        "MED-A",
        "exposure: d\nwhen: {med: {class: CORTICOSTEROID, state: [active, given]}, as: d}");
    auto made = chart();
    made.source("administrations", SourceStatus::Absent);
    EXPECT_THAT(missing({given}, std::move(made)), ElementsAre("source:administrations"));
    EXPECT_THAT(missing({given}, chart()), IsEmpty());
    auto failed = chart();
    failed.source("medications", SourceStatus::Failed);
    EXPECT_THAT(missing({given}, std::move(failed)), ElementsAre("source:medications"));
}

TEST(RecordMissing, NamesStartsThatCandidatesLacked)
{
    auto const started =
        ruleText("MED-A", "exposure: d\nwhen: {med: {class: LOOP, started_within: 28 d}, as: d}");
    auto made = chart();
    made.med("furosemide", "");
    EXPECT_THAT(missing({started}, std::move(made)), ElementsAre("med:start"));
    EXPECT_THAT(missing({started}, chart()), IsEmpty()); // no loop diuretic: nothing was lacking
}

std::vector<std::string> ofRule(std::string const& body, ChartBuilder made)
{
    auto const done = run({ruleText("EL-A", body)}, std::move(made));
    EXPECT_THAT(done.outcome("EL-A"), testing::StartsWith("fired"));
    return texts(done.of("EL-A").missing);
}

TEST(CardMissing, NamesWhatCouldStillHaveChangedLevelOrTier) // decision D52
{
    auto made = chart();
    made.lab("K", "2.9 mmol/L", daysAgo(1));
    EXPECT_THAT(ofRule("when: {lab: {analyte: K, below: 3.5 mmol/L}}\nbands:\n"
                       "  - {id: risk, indicator: critical, when: {all: [{lab: {analyte: K, below: "
                       "3.0 mmol/L}}, "
                       "{lab: {analyte: QTC, at_least: 500 ms}}]}}\n"
                       "  - {id: low, indicator: info}\n",
                       std::move(made)),
                Contains("lab:QTC"));
}

TEST(CardMissing, LeavesOutWhatCouldNotHaveChangedAnything) // QTc beside potassium 3.2
{
    auto made = chart();
    made.lab("K", "3.2 mmol/L", daysAgo(1));
    EXPECT_THAT(ofRule("when: {lab: {analyte: K, below: 3.5 mmol/L}}\nbands:\n"
                       "  - {id: risk, indicator: critical, when: {all: [{lab: {analyte: K, below: "
                       "3.0 mmol/L}}, "
                       "{lab: {analyte: QTC, at_least: 500 ms}}]}}\n"
                       "  - {id: low, indicator: info}\n",
                       std::move(made)),
                Not(Contains("lab:QTC")));
}

TEST(CardMissing, NamesEachResultThatReassuranceWanted)
{
    auto made = chart();
    made.med("furosemide", daysAgo(20));
    made.lab("NA", "140 mmol/L", daysAgo(1));
    auto const done =
        run({ruleText("MED-A", "exposure: d\nvia: [K]\nwhen: {med: {class: LOOP}, as: d}\n"
                               "unless: {normal: {labs: [K, NA, MG], within: 30 d, after: d}}")},
            std::move(made));

    EXPECT_THAT(texts(done.of("MED-A").missing), testing::IsSupersetOf({"lab:K", "lab:MG"}));
    EXPECT_THAT(texts(done.of("MED-A").missing), Not(Contains("lab:NA")));
}

} // namespace

} // namespace tcds::rules::test
