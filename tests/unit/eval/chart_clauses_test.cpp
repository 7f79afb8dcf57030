#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {

namespace {

using testing::ElementsAre;

TEST(ComplaintClause, AsksKindAndSite)
{
    auto made = chart();
    auto& complaint = made.complaint("TETANY");
    complaint.sites.add(tcds::test::shippedRules()->terms->setNamed("SITE_LEG"));

    EXPECT_THAT(askAll(std::move(made),
                       {"{complaint: {}}", "{complaint: {kinds: [TETANY]}}",
                        "{complaint: {kinds: [TWITCH]}}", "{complaint: {site: [SITE_LEG]}}",
                        "{complaint: {kinds: [TWITCH], site: [SITE_LEG]}}"}),
                ElementsAre("yes", "yes", "no", "yes", "no"));
}

std::string onset(std::initializer_list<std::string> dates, std::string const& clause)
{
    auto made = chart();
    for (auto const& date : dates) made.complaint("TWITCH", date);
    return ask(std::move(made), clause);
}

TEST(ComplaintClause, AsksTheEarliestOnset)
{
    auto const before = std::string{"{complaint: {onset_before: 28 d}}"};
    auto const within = std::string{"{complaint: {onset_within: 28 d}}"};
    EXPECT_EQ(onset({daysAgo(28)}, before), "yes");
    EXPECT_EQ(onset({daysAgo(27)}, before), "no");
    EXPECT_EQ(onset({daysAgo(28)}, within), "yes");
    EXPECT_EQ(onset({daysAgo(29)}, within), "no");
    EXPECT_EQ(onset({daysAgo(5), daysAgo(40)}, before), "yes");
    EXPECT_EQ(onset({daysAgo(5), daysAgo(40)}, within), "no");
    EXPECT_EQ(onset({""}, before), "unknown no-date complaint:onset");
    EXPECT_EQ(onset({""}, within), "unknown no-date complaint:onset");
    // An undated complaint may be the earliest one.
    EXPECT_EQ(onset({"", daysAgo(40)}, before), "yes");
    EXPECT_EQ(onset({"", daysAgo(5)}, before), "unknown no-date complaint:onset");
    EXPECT_EQ(onset({"", daysAgo(40)}, within), "no");
    EXPECT_EQ(onset({"", daysAgo(5)}, within), "unknown no-date complaint:onset");
}

TEST(ConditionClause, AsksActiveProblemsUnlessToldOtherwise)
{
    auto const with = [](ProblemState state, std::string const& clause) {
        auto made = chart();
        made.problem("EPILEPSY", daysAgo(10)).state = state;
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(ProblemState::Active, "{condition: {valueset: EPILEPSY}}"), "yes");
    EXPECT_EQ(with(ProblemState::Inactive, "{condition: {valueset: EPILEPSY}}"), "no");
    EXPECT_EQ(with(ProblemState::Inactive, "{condition: {valueset: EPILEPSY, state: any}}"), "yes");
    EXPECT_EQ(with(ProblemState::Active, "{condition: {valueset: COPD}}"), "no");
}

TEST(ConditionClause, AsksRecordAndOnsetWindowsOnTheirOwnDates)
{
    auto const with = [](std::string const& recorded, std::string const& onsetDate,
                         std::string const& clause) {
        auto made = chart();
        auto& problem = made.problem("AKI_CODED", recorded);
        if (!onsetDate.empty()) problem.onset = spanOf(onsetDate);
        return ask(std::move(made), clause);
    };
    auto const within = std::string{"{condition: {valueset: AKI_CODED, within: 30 d}}"};
    auto const onsetWithin = std::string{"{condition: {valueset: AKI_CODED, onset_within: 30 d}}"};
    EXPECT_EQ(with(daysAgo(30), "", within), "yes");
    EXPECT_EQ(with(daysAgo(31), "", within), "no");
    EXPECT_EQ(with("", daysAgo(3), within), "yes"); // no record date: the onset stands in
    EXPECT_EQ(with("", "", within), "unknown no-date condition:date");
    EXPECT_EQ(with(daysAgo(3), "", onsetWithin), "unknown no-date condition:date");
    EXPECT_EQ(with(daysAgo(90), daysAgo(3), onsetWithin), "yes");
}

TEST(ConditionClause, AbsenceNeedsTheProblemList) // decision D53
{
    auto made = chart();
    made.source("conditions", SourceStatus::Absent);
    EXPECT_EQ(ask(std::move(made), "{condition: {valueset: EPILEPSY}}"),
              "unknown not-asked source:conditions");
}

TEST(FindingClause, AsksTheWindowAndTheCurrentEncounterForUndatedOnes)
{
    auto const clause = std::string{"{finding: {valueset: CONFUSION, within: 72 h}}"};
    auto const with = [&](std::string const& at, bool thisEncounter) {
        auto made = chart();
        made.finding("CONFUSION", at).thisEncounter = thisEncounter;
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(hoursAgo(72), false), "yes");
    EXPECT_EQ(with(hoursAgo(73), false), "no");
    EXPECT_EQ(with("", true), "yes");
    EXPECT_EQ(with("", false), "no");
}

TEST(FindingClause, WithoutAWindowTakesThatOfTheSet) // CONFUSION: 72 h
{
    auto made = chart();
    made.finding("CONFUSION", hoursAgo(73));
    EXPECT_EQ(ask(std::move(made), "{finding: {valueset: CONFUSION}}"), "no");
}

TEST(FindingClause, InTheComplaintLooksOnlyThere)
{
    auto made = chart();
    made.finding("CONFUSION", hoursAgo(2));
    EXPECT_EQ(ask(std::move(made), "{finding: {valueset: CONFUSION, in: complaint}}"), "no");
    auto inside = chart();
    inside.finding("CONFUSION", daysAgo(300)).inComplaint = true;
    EXPECT_EQ(ask(std::move(inside), "{finding: {valueset: CONFUSION, in: complaint}}"), "yes");
}

TEST(FindingClause, IsFalseOnceAnyComplaintSourceAnswered) // decision D53
{
    auto const clause = std::string{"{finding: {valueset: CONFUSION, within: 72 h}}"};
    auto const with = [&](std::initializer_list<std::pair<char const*, SourceStatus>> statuses) {
        auto made = chart();
        for (auto const* key : {"conditions", "encounterDiagnoses", "encounter", "complaints"})
            made.source(key, SourceStatus::Absent);
        for (auto const& [key, status] : statuses) made.source(key, status);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with({{"complaints", SourceStatus::Empty}}), "no");
    EXPECT_EQ(with({{"encounter", SourceStatus::Ok}}), "no");
    EXPECT_THAT(with({}), testing::StartsWith("unknown not-asked source:"));
    EXPECT_EQ(with({{"encounterDiagnoses", SourceStatus::Failed}}),
              "unknown source-failed source:encounterDiagnoses");
}

TEST(ProcedureClause, AsksTheWindowFromItsEnd)
{
    auto const clause = std::string{"{procedure: {valueset: DIALYSIS_PROCEDURE, within: 14 d}}"};
    auto const with = [&](std::string const& end) {
        auto made = chart();
        made.procedure("DIALYSIS_PROCEDURE", end);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(daysAgo(14)), "yes");
    EXPECT_EQ(with(daysAgo(15)), "no");
    EXPECT_EQ(with(""), "unknown no-date condition:date");
    auto made = chart();
    made.source("procedures", SourceStatus::Absent);
    EXPECT_EQ(ask(std::move(made), clause), "unknown not-asked source:procedures");
}

TEST(OrderClause, TellsDraftsFromOpenOrders)
{
    auto const with = [](bool draft, std::string const& clause) {
        auto made = chart();
        made.order("NEUROLOGY_REFERRAL", daysAgo(3)).draft = draft;
        return ask(std::move(made), clause);
    };
    auto const active = std::string{"{order: {valueset: NEUROLOGY_REFERRAL, within: 7 d}}"};
    auto const drafted = std::string{"{order: {valueset: NEUROLOGY_REFERRAL, state: draft}}"};
    EXPECT_EQ(with(false, active), "yes");
    EXPECT_EQ(with(true, active), "no");
    EXPECT_EQ(with(true, drafted), "yes");
    EXPECT_EQ(with(false, drafted), "no");
    auto none = chart();
    none.source("serviceRequests", SourceStatus::Absent);
    EXPECT_THAT(askAll(std::move(none), {active, drafted}),
                ElementsAre("unknown not-asked source:serviceRequests", "no"));
}

TEST(EncounterClause, IsFalseWithoutOneInTheCall)
{
    auto const clause = std::string{"{encounter: {class: inpatient}}"};
    EXPECT_EQ(ask(chart(), clause), "no");
    auto inpatient = chart();
    inpatient.encounter(EncounterClass::Inpatient).icu = true;
    EXPECT_THAT(askAll(std::move(inpatient), {clause, "{encounter: {class: inpatient, unit: icu}}",
                                              "{encounter: {class: emergency}}"}),
                ElementsAre("yes", "yes", "no"));
    auto past = chart();
    past.encounter(EncounterClass::Inpatient).current = false;
    EXPECT_EQ(ask(std::move(past), clause), "no");
}

std::string pregnant(std::string const& recorded, std::optional<int> weeks,
                     std::string const& clause)
{
    auto made = chart();
    made.problem("PREGNANCY", recorded).weeks = weeks;
    return ask(std::move(made), clause);
}

TEST(PregnancyClause, CountsTheWeeksUpToNow) // C.0.4
{
    auto const clause = std::string{"{pregnancy: {from: 20 wk, to: 42 wk}}"};
    EXPECT_EQ(pregnant(daysAgo(0), 20, clause), "yes");
    EXPECT_EQ(pregnant(daysAgo(0), 19, clause), "no");
    EXPECT_EQ(pregnant(daysAgo(7), 19, clause), "yes"); // a week has passed since
    EXPECT_EQ(pregnant(daysAgo(6), 19, clause), "no");
    EXPECT_EQ(pregnant(daysAgo(30), 40, clause), "no"); // 44 weeks
}

TEST(PregnancyClause, OfUnknownLengthIsUnknownOrCountsAsTheClauseSays)
{
    EXPECT_EQ(pregnant(daysAgo(5), std::nullopt, "{pregnancy: {}}"), "yes");
    EXPECT_EQ(pregnant(daysAgo(5), std::nullopt, "{pregnancy: {from: 20 wk, to: 42 wk}}"),
              "unknown no-weeks patient:pregnancyWeeks");
    EXPECT_EQ(pregnant("", 30, "{pregnancy: {from: 20 wk, to: 42 wk}}"),
              "unknown no-weeks patient:pregnancyWeeks");
    EXPECT_EQ(pregnant(daysAgo(5), std::nullopt,
                       "{pregnancy: {from: 20 wk, to: 42 wk, weeks_unknown: counts}}"),
              "yes");
    EXPECT_EQ(
        pregnant(daysAgo(5), 10, "{pregnancy: {from: 20 wk, to: 42 wk, weeks_unknown: counts}}"),
        "no"); // known, and too early
}

TEST(PregnancyClause, EndsWithADeliveryRecordedAfterIt)
{
    auto const with = [](int pregnancyDays, int deliveryDays, std::string const& clause) {
        auto made = chart();
        made.problem("PREGNANCY", daysAgo(pregnancyDays));
        made.problem("POSTPARTUM", daysAgo(deliveryDays));
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with(100, 20, "{pregnancy: {}}"), "no");
    EXPECT_EQ(with(100, 800, "{pregnancy: {}}"), "yes"); // the child before
    EXPECT_EQ(with(100, 42, "{pregnancy: {postpartum: 6 wk}}"), "yes");
    EXPECT_EQ(with(100, 43, "{pregnancy: {postpartum: 6 wk}}"), "no");
}

TEST(PregnancyClause, NoneOnRecordNeedsTheProblemList)
{
    EXPECT_EQ(ask(chart(), "{pregnancy: {}}"), "no");
    auto made = chart();
    made.source("conditions", SourceStatus::Failed);
    EXPECT_EQ(ask(std::move(made), "{pregnancy: {}}"), "unknown source-failed source:conditions");
}

std::string renal(void (*change)(ChartBuilder&), std::string const& clause = "{renal: {below: 30}}")
{
    auto made = chart();
    change(made);
    return ask(std::move(made), clause);
}

TEST(RenalClause, GoesFromDialysisToRateToCodedStage) // C.0.4
{
    EXPECT_EQ(renal([](ChartBuilder& m) { m.problem("DIALYSIS_STATUS", daysAgo(900)); }), "yes");
    EXPECT_EQ(renal([](ChartBuilder& m) { m.procedure("DIALYSIS_PROCEDURE", daysAgo(3)); }), "yes");
    EXPECT_EQ(renal([](ChartBuilder& m) { m.lab("EGFR", "29 mL/min/{1.73_m2}", daysAgo(90)); }),
              "yes");
    EXPECT_EQ(renal([](ChartBuilder& m) { m.lab("EGFR", "30 mL/min/{1.73_m2}", daysAgo(90)); }),
              "no");
    EXPECT_EQ(renal([](ChartBuilder& m) {
                  m.lab("EGFR", "80 mL/min/{1.73_m2}", daysAgo(91));
                  m.problem("CKD_STAGE_4", daysAgo(900));
              }),
              "yes");
    EXPECT_EQ(renal([](ChartBuilder& m) {
                  m.lab("EGFR", "80 mL/min/{1.73_m2}", daysAgo(9));
                  m.problem("CKD_STAGE_4", daysAgo(900));
              }),
              "no"); // the rate is newer knowledge
    EXPECT_EQ(renal([](ChartBuilder& m) { m.problem("CKD_STAGE_3", daysAgo(900)); }), "no");
    EXPECT_EQ(renal([](ChartBuilder& m) { m.problem("CKD_STAGE_3", daysAgo(900)); },
                    "{renal: {below: 60}}"),
              "yes");
    EXPECT_EQ(renal([](ChartBuilder&) {}), "unknown no-result lab:EGFR");
}

TEST(RenalClause, OfARateWithAComparatorIsCertainOrUnknown)
{
    EXPECT_EQ(renal([](ChartBuilder& m) { m.lab("EGFR", ">60 mL/min/{1.73_m2}", daysAgo(9)); }),
              "no");
    EXPECT_EQ(renal([](ChartBuilder& m) { m.lab("EGFR", ">15 mL/min/{1.73_m2}", daysAgo(9)); }),
              "unknown straddles lab:EGFR");
}

TEST(AgeClause, CountsCompletedYearsMonthsAndDays)
{
    auto const with = [](std::string_view born, std::string const& clause) {
        auto made = chart();
        made.born(born);
        return ask(std::move(made), clause);
    };
    EXPECT_EQ(with("1961-01-31", "{age: {at_least: 65 a}}"), "yes");
    EXPECT_EQ(with("1961-02-01", "{age: {at_least: 65 a}}"), "no");
    EXPECT_EQ(with("2025-01-31", "{age: {below: 1 a}}"), "no");
    EXPECT_EQ(with("2025-02-01", "{age: {below: 1 a}}"), "yes");
    EXPECT_EQ(with("2025-10-31", "{age: {at_least: 3 mo}}"), "yes");
    EXPECT_EQ(with("", "{age: {at_least: 65 a}}"), "unknown no-birth-date patient:birthDate");
}

TEST(SexClause, OfUnknownSexIsUnknown)
{
    auto const with = [](Sex sex) {
        auto made = chart();
        made.context.patient.sex = sex;
        return ask(std::move(made), "{sex: female}");
    };
    EXPECT_EQ(with(Sex::Female), "yes");
    EXPECT_EQ(with(Sex::Male), "no");
    EXPECT_EQ(with(Sex::Other), "no");
    EXPECT_EQ(with(Sex::Unknown), "unknown no-sex patient:sex");
}

} // namespace

} // namespace tcds::rules::test
