#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

using testing::ElementsAre;

std::string const kLow = "{lab: {analyte: K, below: 3.5 mmol/L}}";

std::string askK(std::string_view value, std::string const& taken, std::string const& clause)
{
    auto made = chart();
    made.lab("K", value, taken);
    return ask(std::move(made), clause);
}

TEST(Operators, IncludeOrExcludeTheLimitAsTheySay) // "< and > exclude, <= and >= include"
{
    auto const at = [](std::string_view value) {
        auto made = chart();
        made.lab("K", value, daysAgo(1));
        return askAll(std::move(made), {kLow, "{lab: {analyte: K, at_most: 3.5 mmol/L}}",
                                        "{lab: {analyte: K, above: 3.5 mmol/L}}",
                                        "{lab: {analyte: K, at_least: 3.5 mmol/L}}",
                                        "{lab: {analyte: K, between: [3.5 mmol/L, 5.0 mmol/L]}}",
                                        "{lab: {analyte: K, outside: [3.5 mmol/L, 5.0 mmol/L]}}"});
    };
    EXPECT_THAT(at("3.4 mmol/L"), ElementsAre("yes", "yes", "no", "no", "no", "yes"));
    EXPECT_THAT(at("3.5 mmol/L"), ElementsAre("no", "yes", "no", "yes", "yes", "no"));
    EXPECT_THAT(at("3.50 mmol/L"), ElementsAre("no", "yes", "no", "yes", "yes", "no"));
    EXPECT_THAT(at("5.0 mmol/L"), ElementsAre("no", "no", "yes", "yes", "yes", "no"));
    EXPECT_THAT(at("5.1 mmol/L"), ElementsAre("no", "no", "yes", "yes", "no", "yes"));
    EXPECT_THAT(at("3.5 meq/L"), ElementsAre("no", "yes", "no", "yes", "yes", "no"));
}

TEST(Operators, MustAllHold)
{
    auto const clause = "{lab: {analyte: K, above: 3.0 mmol/L, below: 3.5 mmol/L}}";

    EXPECT_EQ(askK("3.2 mmol/L", daysAgo(1), clause), "yes");
    EXPECT_EQ(askK("3.0 mmol/L", daysAgo(1), clause), "no");
    EXPECT_EQ(askK("3.5 mmol/L", daysAgo(1), clause), "no");
}

TEST(Comparators, ThatStraddleTheLimitAreUnknown)
{
    EXPECT_EQ(askK("<2.5 mmol/L", daysAgo(1), kLow), "yes");
    EXPECT_EQ(askK("<3.5 mmol/L", daysAgo(1), kLow), "yes");
    EXPECT_EQ(askK("<5 mmol/L", daysAgo(1), kLow), "unknown straddles lab:K");
    EXPECT_EQ(askK(">4 mmol/L", daysAgo(1), kLow), "no");
}

TEST(Units, OfTheReportDecideWhichLimitIsMeant) // C.0.2, dual-unit limits
{
    auto const clause = "{lab: {analyte: MG, below: 0.70 mmol/L | 1.7 mg/dL | 1.4 meq/L}}";
    auto const at = [&](std::string_view value) {
        auto made = chart();
        made.lab("MG", value, daysAgo(1));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at("1.7 mg/dL"), "no"); // 0.699 mmol/L, printed as the limit
    EXPECT_EQ(at("1.6 mg/dL"), "yes");
    EXPECT_EQ(at("1.4 meq/L"), "no");
    EXPECT_EQ(at("0.69 mmol/L"), "yes");
    EXPECT_EQ(at("0.70 mmol/L"), "no");
}

TEST(Windows, IncludeBothEnds) // CTL-22, T-40: too old is unknown
{
    auto const clause = "{lab: {analyte: K, below: 3.5 mmol/L, within: 48 h}}";

    EXPECT_EQ(askK("3.0 mmol/L", hoursAgo(48), clause), "yes");
    EXPECT_EQ(askK("3.0 mmol/L", minutesAgo(48 * 60 + 1), clause), "unknown stale lab:K");
    EXPECT_EQ(askK("3.0 mmol/L", hoursAgo(0), clause), "yes");
    EXPECT_EQ(askK("3.0 mmol/L", minutesAgo(-1), clause), "unknown no-result lab:K"); // future
}

TEST(Windows, AreThoseOfTheAnalyteUnlessTheClauseSaysOtherwise)
{
    EXPECT_EQ(askK("3.0 mmol/L", daysAgo(30), kLow), "yes"); // potassium: 30 d
    EXPECT_EQ(askK("3.0 mmol/L", minutesAgo(30 * 1440 + 1), kLow), "unknown stale lab:K");
    auto made = chart();
    made.lab("GLUC", "2.0 mmol/L", hoursAgo(25)); // glucose: 24 h
    EXPECT_EQ(ask(std::move(made), "{lab: {analyte: GLUC, below: 3.0 mmol/L}}"),
              "unknown stale lab:GLUC");
    EXPECT_EQ(
        askK("3.0 mmol/L", daysAgo(60), "{lab: {analyte: K, below: 3.5 mmol/L, within: 90 d}}"),
        "yes");
}

TEST(Windows, AreThreeDaysForInpatientsWhateverTheClauseSays) // C.0.2
{
    auto const at = [](EncounterClass cls, int hours, std::string const& clause) {
        auto made = chart();
        made.encounter(cls);
        made.lab("K", "3.0 mmol/L", hoursAgo(hours));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at(EncounterClass::Inpatient, 72, kLow), "yes");
    EXPECT_EQ(at(EncounterClass::Inpatient, 73, kLow), "unknown stale lab:K");
    EXPECT_EQ(
        at(EncounterClass::Inpatient, 73, "{lab: {analyte: K, below: 3.5 mmol/L, within: 30 d}}"),
        "unknown stale lab:K");
    EXPECT_EQ(
        at(EncounterClass::Inpatient, 30, "{lab: {analyte: K, below: 3.5 mmol/L, within: 24 h}}"),
        "unknown stale lab:K"); // never lengthened
    EXPECT_EQ(at(EncounterClass::Ambulatory, 73, kLow), "yes");

    auto made = chart();
    made.encounter(EncounterClass::Inpatient);
    made.lab("EGFR", "20 mL/min/{1.73_m2}", daysAgo(60)); // keeps its own 90 d
    EXPECT_EQ(ask(std::move(made), "{lab: {analyte: EGFR, below: \"30 mL/min/{1.73_m2}\"}}"),
              "yes");
}

TEST(Latest, ResultIsSelectedBeforeItIsCompared)
{
    auto made = chart();
    made.lab("K", "2.0 mmol/L", daysAgo(2));
    made.lab("K", "4.0 mmol/L", daysAgo(1));
    EXPECT_EQ(ask(std::move(made), kLow), "no");

    auto stale = chart();
    stale.lab("K", "2.0 mmol/L", daysAgo(40));
    stale.lab("K", "4.0 mmol/L", daysAgo(31));
    EXPECT_EQ(ask(std::move(stale), kLow), "unknown stale lab:K");
}

TEST(Latest, OfEqualTimesPrefersStatusThenIssueThenId)
{
    struct Tie {
        ResultStatus status;
        std::string issued, resource;
    };
    auto const lower = [](Tie const& winner, Tie const& loser) {
        auto const with = [&](bool winnerFirst) {
            auto made = chart();
            auto const add = [&](Tie const& tie, std::string_view value) {
                auto& result = made.lab("K", value, daysAgo(1));
                result.status = tie.status;
                if (!tie.issued.empty()) result.issued = spanOf(tie.issued);
                result.source.resource = tie.resource;
            };
            if (winnerFirst) add(winner, "3.0 mmol/L");
            add(loser, "4.0 mmol/L");
            if (!winnerFirst) add(winner, "3.0 mmol/L");
            return ask(std::move(made), kLow);
        };
        return with(true) == "yes" && with(false) == "yes";
    };
    Tie const final{ResultStatus::Final, "", "Observation/b"};
    EXPECT_TRUE(lower({ResultStatus::Corrected, "", "Observation/a"},
                      {ResultStatus::Amended, "", "Observation/b"}));
    EXPECT_TRUE(lower({ResultStatus::Amended, "", "Observation/a"}, final));
    EXPECT_TRUE(lower(final, {ResultStatus::Preliminary, daysAgo(0), "Observation/c"}));
    EXPECT_TRUE(lower({ResultStatus::Final, hoursAgo(1), "Observation/a"},
                      {ResultStatus::Final, hoursAgo(2), "Observation/b"}));
    EXPECT_TRUE(lower(final, {ResultStatus::Final, "", "Observation/a"}));
}

TEST(Unreadable, ResultIsSkippedForTheNextOlderOne) // decision D13
{
    for (auto const* value : {"n/a", "4.4", "4.4 mg/dL"}) { // no value, no unit, foreign unit
        auto made = chart();
        made.lab("K", "3.0 mmol/L", daysAgo(3));
        made.lab("K", value, daysAgo(1));
        EXPECT_EQ(ask(std::move(made), kLow), "yes") << value;
    }
}

TEST(Unreadable, ResultAloneGivesItsReason)
{
    EXPECT_EQ(askK("n/a", daysAgo(1), kLow), "unknown no-value lab:K");
    EXPECT_EQ(askK("4.4", daysAgo(1), kLow), "unknown no-unit lab:K");
    EXPECT_EQ(askK("4.4 mg/dL", daysAgo(1), kLow), "unknown bad-unit lab:K");
}

TEST(Absent, ResultIsUnknownWithTheSourceThatShouldHaveToldIt) // decision D53
{
    auto const with = [](SourceStatus status) {
        auto made = chart();
        made.source("labs", status);
        return ask(std::move(made), kLow);
    };
    EXPECT_EQ(with(SourceStatus::Ok), "unknown no-result lab:K");
    EXPECT_EQ(with(SourceStatus::Empty), "unknown no-result lab:K");
    EXPECT_EQ(with(SourceStatus::Absent), "unknown not-asked source:labs");
    EXPECT_EQ(with(SourceStatus::Failed), "unknown source-failed source:labs");
    EXPECT_EQ(with(SourceStatus::Partial), "unknown source-failed source:labs");

    auto vitals = chart();
    vitals.source("vitals", SourceStatus::Absent);
    EXPECT_EQ(ask(std::move(vitals), "{lab: {analyte: TEMP, at_least: 38.0 Cel}}"),
              "unknown not-asked source:vitals");
}

TEST(Near, LooksBothWaysFromABoundResult)
{
    auto const clause = "{all: [{lab: {analyte: CA, below: 2.0 mmol/L}, as: c}, "
                        "{lab: {analyte: ICA, below: 1.12 mmol/L, near: c, within: 24 h}}]}";
    auto const at = [&](int hours) {
        auto made = chart();
        made.lab("CA", "1.8 mmol/L", hoursAgo(100));
        made.lab("ICA", "1.0 mmol/L", hoursAgo(hours));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at(124), "yes");
    EXPECT_EQ(at(76), "yes");
    EXPECT_EQ(at(125), "unknown stale lab:ICA");
    EXPECT_EQ(at(75), "unknown stale lab:ICA");
}

TEST(After, AsksForAResultNotOlderThanTheStartOrRise)
{
    auto const clause =
        "{all: [{med: {class: LOOP}, as: d}, {lab: {analyte: K, below: 3.5 mmol/L, after: d}}]}";
    auto const at = [&](std::string const& start, int days) {
        auto made = chart();
        made.med("furosemide", start);
        made.lab("K", "3.0 mmol/L", daysAgo(days));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at(daysAgo(10), 5), "yes");
    EXPECT_EQ(at(daysAgo(10), 10), "yes"); // not before: the same instant counts
    EXPECT_EQ(at(daysAgo(10), 11), "unknown stale lab:K");
    EXPECT_EQ(at("", 5), "unknown no-start med:start");
}

TEST(After, MayBeMovedFromABoundResult) // no ionised calcium later than 24 h before that calcium
{
    auto const clause = "{all: [{lab: {analyte: CA, below: 2.0 mmol/L}, as: c}, "
                        "{missing: {lab: ICA, after: {of: c, by: -24 h}}}]}";
    auto const at = [&](int hours) {
        auto made = chart();
        made.lab("CA", "1.8 mmol/L", hoursAgo(10));
        made.lab("ICA", "1.0 mmol/L", hoursAgo(hours));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(at(5), "no");
    EXPECT_EQ(at(34), "no"); // exactly 24 h before
    EXPECT_EQ(at(35), "yes");
}

TEST(Missing, IsTrueWithoutAUsableResultInTheWindowAndNeverGuesses)
{
    auto const clause = "{missing: {lab: K, within: 7 d}}";
    EXPECT_EQ(askK("3.0 mmol/L", daysAgo(7), clause), "no");
    EXPECT_EQ(askK("3.0 mmol/L", daysAgo(8), clause), "yes");
    EXPECT_EQ(askK("n/a", daysAgo(1), clause), "yes");
    EXPECT_EQ(ask(chart(), clause), "yes");
    auto failed = chart();
    failed.source("labs", SourceStatus::Failed);
    EXPECT_EQ(ask(std::move(failed), clause), "unknown source-failed source:labs");
}

TEST(Noted, AsksTheLatestUsableResult)
{
    auto made = chart();
    made.lab("K", "5.9 mmol/L", daysAgo(2)).notes.add(Note::Haemolysed);
    EXPECT_EQ(ask(std::move(made), "{noted: {lab: K, is: [haemolysed]}}"), "yes");

    auto newer = chart();
    newer.lab("K", "5.9 mmol/L", daysAgo(2)).notes.add(Note::Haemolysed);
    newer.lab("K", "5.8 mmol/L", daysAgo(1));
    EXPECT_EQ(ask(std::move(newer), "{noted: {lab: K, is: haemolysed}}"), "no");
    EXPECT_EQ(ask(chart(), "{noted: {lab: K, is: haemolysed}}"), "unknown no-result lab:K");
}

TEST(Trend, ComparesTheLatestWithEarlierOnesInTheSpan)
{
    auto const fall = "{trend: {analyte: NA, direction: fall, by: 8 mmol/L, over: 48 h}}";
    auto const with = [&](std::string_view earlier, int hours, std::string const& clause) {
        auto made = chart();
        made.lab("NA", earlier, hoursAgo(1 + hours));
        made.lab("NA", "132 mmol/L", hoursAgo(1));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with("140 mmol/L", 24, fall), "yes"); // by exactly 8
    EXPECT_EQ(with("139 mmol/L", 24, fall), "no");
    EXPECT_EQ(with("124 mmol/L", 24, fall), "no"); // that is a rise
    EXPECT_EQ(with("140 mmol/L", 48, fall), "yes");
    EXPECT_EQ(with("140 mmol/L", 49, fall), "unknown no-result lab:NA");
    EXPECT_EQ(with("<140 mmol/L", 24, fall), "unknown no-result lab:NA");
    EXPECT_EQ(
        with("124 mmol/L", 24, "{trend: {analyte: NA, direction: rise, by: 8 mmol/L, over: 48 h}}"),
        "yes");
    EXPECT_EQ(with("124 mmol/L", 24,
                   "{trend: {analyte: NA, direction: either, by: 8 mmol/L, over: 48 h}}"),
              "yes");
    EXPECT_EQ(ask(chart(), fall), "unknown no-result lab:NA");
}

TEST(Trend, ByAFactorAndInTheUnitOfTheReports)
{
    auto const factor = "{trend: {analyte: CREAT, direction: rise, factor: 1.5, over: 7 d}}";
    auto const step =
        "{trend: {analyte: CREAT, direction: rise, by: 26.5 umol/L | 0.3 mg/dL, over: 48 h}}";
    auto const with = [&](std::string_view earlier, std::string_view latest,
                          std::string const& clause) {
        auto made = chart();
        made.lab("CREAT", earlier, hoursAgo(30));
        made.lab("CREAT", latest, hoursAgo(1));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with("80 umol/L", "120 umol/L", factor), "yes");
    EXPECT_EQ(with("80 umol/L", "119 umol/L", factor), "no");
    EXPECT_EQ(with("1.0 mg/dL", "1.3 mg/dL", step), "yes");
    EXPECT_EQ(with("1.0 mg/dL", "1.29 mg/dL", step), "no");
    EXPECT_EQ(with("80 umol/L", "106.5 umol/L", step), "yes");
    EXPECT_EQ(with("80 umol/L", "106.4 umol/L", step), "no");
}

TEST(Trend, SinceAMedicationStartsFromTheNewestResultBeforeIt)
{
    auto const clause = "{all: [{med: {class: THIAZIDE}, as: d}, "
                        "{trend: {analyte: NA, direction: fall, by: 5 mmol/L, since: d}}]}";
    auto made = chart();
    made.med("hydrochlorothiazide", daysAgo(30));
    made.lab("NA", "142 mmol/L", daysAgo(60));
    made.lab("NA", "136 mmol/L", daysAgo(31)); // the newest before the start
    made.lab("NA", "132 mmol/L", daysAgo(1));
    EXPECT_EQ(ask(std::move(made), clause), "no");

    auto fell = chart();
    fell.med("hydrochlorothiazide", daysAgo(30));
    fell.lab("NA", "139 mmol/L", daysAgo(31));
    fell.lab("NA", "132 mmol/L", daysAgo(1));
    EXPECT_EQ(ask(std::move(fell), clause), "yes");

    auto tooOld = chart();
    tooOld.med("hydrochlorothiazide", daysAgo(30));
    tooOld.lab("NA", "139 mmol/L", daysAgo(396));
    tooOld.lab("NA", "132 mmol/L", daysAgo(1));
    EXPECT_EQ(ask(std::move(tooOld), clause), "unknown no-result lab:NA");
}

/// Whether a rule is silenced by reassuring potassium and magnesium.
std::string reassured(ChartBuilder made, std::string const& unless)
{
    made.med("furosemide", daysAgo(20));
    return run({ruleText("MED-A",
                         "exposure: d\nvia: [K]\nwhen: {med: {class: LOOP}, as: d}\nunless: " +
                             unless)},
               std::move(made))
        .outcome("MED-A");
}

TEST(Normal, NeedsEveryResultInsideItsLimitsAndInTime)
{
    auto const unless = "{normal: {labs: [K, MG], within: 30 d, after: d}}";
    auto const with = [&](std::string_view k, int days, std::string_view mg) {
        auto made = chart();
        made.lab("K", k, daysAgo(days));
        made.lab("MG", mg, daysAgo(5));
        return reassured(std::move(made), unless);
    };
    EXPECT_EQ(with("4.0 mmol/L", 5, "0.80 mmol/L"), "suppressed normal");
    EXPECT_EQ(with("3.5 mmol/L", 5, "1.05 mmol/L"), "suppressed normal"); // on the limits
    EXPECT_EQ(with("3.4 mmol/L", 5, "0.80 mmol/L"), "fired info");
    EXPECT_EQ(with("5.1 mmol/L", 5, "0.80 mmol/L"), "fired info");
    EXPECT_EQ(with("4.0 mmol/L", 20, "0.80 mmol/L"), "suppressed normal"); // the day it started
    EXPECT_EQ(with("4.0 mmol/L", 21, "0.80 mmol/L"), "fired info");        // before the drug
    EXPECT_EQ(with("<4.0 mmol/L", 5, "0.80 mmol/L"), "fired info");
    EXPECT_EQ(with("n/a", 5, "0.80 mmol/L"), "fired info");
}

TEST(Normal, OlderValueDoesNotReassureBehindAnUnreadableOne) // decision D13
{
    auto made = chart();
    made.lab("K", "4.2 mmol/L", daysAgo(10));
    made.lab("K", "n/a", daysAgo(1));

    EXPECT_EQ(reassured(std::move(made), "{normal: {labs: [K], within: 30 d}}"), "fired info");
}

TEST(Normal, HaemolysedPotassiumDoesNotReassure) // C.0.2
{
    auto made = chart();
    made.lab("K", "4.2 mmol/L", daysAgo(1)).notes.add(Note::Haemolysed);

    EXPECT_EQ(reassured(std::move(made), "{normal: {labs: [K], within: 30 d}}"), "fired info");
}

TEST(Normal, CalciumReassuresOnlyWithAKnownAlbumin)
{
    auto measured = chart();
    measured.lab("CA", "2.30 mmol/L", daysAgo(1));
    EXPECT_EQ(reassured(std::move(measured), "{normal: {labs: [CA_ADJ], within: 30 d}}"),
              "fired info");

    auto adjusted = chart();
    adjusted.lab("CA", "2.30 mmol/L", daysAgo(1));
    adjusted.lab("ALB", "40 g/L", daysAgo(1));
    EXPECT_EQ(reassured(std::move(adjusted), "{normal: {labs: [CA_ADJ], within: 30 d}}"),
              "suppressed normal");
}

TEST(Normal, AnalyteWithoutAnyLimitDoesNotReassure) // parathyroid hormone has no default limits
{
    auto made = chart();
    made.lab("PTH", "900 pmol/L", daysAgo(1));
    EXPECT_EQ(reassured(std::move(made), "{normal: {labs: [PTH], within: 30 d}}"), "fired info");

    auto ranged = chart();
    ranged.lab("PTH", "4 pmol/L", daysAgo(1)).ranges.push_back(rangeOf("1.6 pmol/L", "6.9 pmol/L"));
    EXPECT_EQ(reassured(std::move(ranged), "{normal: {labs: [PTH], within: 30 d}}"),
              "suppressed normal");
}

TEST(Normal, UnknownStartDoesNotReassure)
{
    auto made = chart();
    made.lab("K", "4.2 mmol/L", daysAgo(1));
    made.med("furosemide", ""); // joins the dated course and makes its start uncertain

    EXPECT_EQ(reassured(std::move(made), "{normal: {labs: [K], within: 30 d, after: d}}"),
              "fired info");
}

TEST(Undated, ResultCannotBePlaced)
{
    auto made = chart();
    made.lab("K", "3.0 mmol/L", "");

    EXPECT_EQ(ask(std::move(made), kLow), "unknown no-result lab:K");
}

} // namespace

} // namespace tcds::rules::test
