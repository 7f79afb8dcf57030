#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

PatientContext readOne(std::string const& type, std::string const& members)
{
    return Call{}
        .with("statements",
              resource(type,
                       R"("id":"x","medicationCodeableConcept":{"text":"furosemide"},)" + members))
        .read();
}

TEST(Statement, StateFollowsStatusAndPeriod)
{
    struct Row {
        char const* members;
        UseState state;
    };
    for (auto const& row : {
             Row{R"("status":"active")", UseState::Active},
             Row{R"("status":"active","effectivePeriod":{"start":"2026-01-01"})", UseState::Active},
             Row{R"("status":"active","effectivePeriod":{"start":"2026-01-01","end":"2026-03-03"})",
                 UseState::Active},
             Row{R"("status":"active","effectivePeriod":{"start":"2026-01-01","end":"2026-03-02"})",
                 UseState::Stopped},
             Row{R"("status":"active","effectivePeriod":{"start":"2026-04-01"})", UseState::Future},
             Row{R"("status":"completed")", UseState::Stopped},
             Row{R"("status":"stopped")", UseState::Stopped},
             Row{R"("status":"on-hold")", UseState::OnHold},
             Row{R"("status":"intended")", UseState::Planned},
             Row{R"("status":"not-taken")", UseState::NotTaken},
             Row{R"("status":"unknown")", UseState::Unknown},
             Row{R"("status":"recorded")", UseState::Active}, // R5
             Row{R"("status":"recorded","adherence":{"code":{"coding":[{"code":"not-taking"}]}})",
                 UseState::NotTaken},
             Row{R"("status":"active","wasNotTaken":true)", UseState::NotTaken}, // DSTU2
         }) {
        SCOPED_TRACE(row.members);
        auto const context = readOne("MedicationStatement", row.members);

        ASSERT_EQ(context.medications.size(), 1U);
        EXPECT_EQ(context.medications[0].kind, UseKind::Statement);
        EXPECT_EQ(context.medications[0].state, row.state);
    }
}

TEST(Statement, StopIsTheEndOfItsPeriod)
{
    auto const use =
        readOne("MedicationStatement",
                R"("status":"stopped","effectivePeriod":{"start":"2026-01-01","end":"2026-02-10"})")
            .medications.at(0);

    EXPECT_EQ(use.start->text, "2026-01-01");
    EXPECT_EQ(use.stop->text, "2026-02-10");
}

TEST(Dispense, CountsUntilDaysOfSupplyAndFourteenMoreAreOver)
{
    struct Row {
        char const* members;
        UseState state;
        char const* supplyEnd;
    };
    // now = 2026-03-03T10:00Z
    for (
        auto const& row : {
            // 30 + 14 days from 2026-01-18T10:00Z end exactly now
            Row{R"("status":"completed","whenHandedOver":"2026-01-18T10:00:00Z","daysSupply":{"value":30,"unit":"days"})",
                UseState::Active, "2026-02-17"},
            Row{R"("status":"completed","whenHandedOver":"2026-01-18T09:59:59Z","daysSupply":{"value":30,"unit":"days"})",
                UseState::Stopped, "2026-02-17"},
            Row{R"("status":"completed","whenHandedOver":"2026-01-18T10:00:00Z","daysSupply":{"value":30})",
                UseState::Active, "2026-02-17"},
            Row{R"("status":"completed","whenHandedOver":"2026-02-25")", UseState::Active, nullptr},
            Row{R"("status":"completed","whenHandedOver":"2026-02-10")", UseState::Stopped,
                nullptr},
            Row{R"("status":"in-progress","whenPrepared":"2026-03-01")", UseState::Active, nullptr},
            Row{R"("status":"completed","whenHandedOver":"2026-03-10")", UseState::Future, nullptr},
            Row{R"("status":"completed")", UseState::Unknown, nullptr},
            Row{R"("status":"declined")", UseState::Cancelled, nullptr},
            Row{R"("status":"cancelled")", UseState::Cancelled, nullptr},
            Row{R"("status":"preparation","whenPrepared":"2026-03-01")", UseState::Planned,
                nullptr},
            Row{R"("status":"on-hold")", UseState::OnHold, nullptr},
            Row{R"("status":"unknown","whenHandedOver":"2026-03-01")", UseState::Unknown, nullptr},
        }) {
        SCOPED_TRACE(row.members);
        auto const use = readOne("MedicationDispense", row.members).medications.at(0);

        EXPECT_EQ(use.kind, UseKind::Dispense);
        EXPECT_EQ(use.state, row.state);
        ASSERT_EQ(use.supplyEnd.has_value(), row.supplyEnd != nullptr);
        if (row.supplyEnd != nullptr) {
            EXPECT_EQ(use.supplyEnd->text, row.supplyEnd);
        }
    }
}

TEST(Administration, IsASingleDoseWithItsTime)
{
    struct Row {
        char const* members;
        UseState state;
        char const* lastGiven;
    };
    for (
        auto const& row : {
            Row{R"("status":"completed","effectiveDateTime":"2026-03-02T08:00:00Z")",
                UseState::Given, "2026-03-02T08:00:00Z"},
            Row{R"("status":"completed","effectivePeriod":{"start":"2026-03-01","end":"2026-03-02"})",
                UseState::Given, "2026-03-02"},
            Row{R"("status":"completed","occurenceDateTime":"2026-03-02")", UseState::Given,
                "2026-03-02"}, // R5 spelling
            Row{R"("status":"in-progress","effectivePeriod":{"start":"2026-03-02"})",
                UseState::Active, "2026-03-02"},
            Row{R"("status":"in-progress","effectivePeriod":{"start":"2026-02-01","end":"2026-02-02"})",
                UseState::Given, "2026-02-02"},
            Row{R"("status":"stopped","effectiveDateTime":"2026-03-02")", UseState::Given,
                "2026-03-02"},
            Row{R"("status":"not-done","effectiveDateTime":"2026-03-02")", UseState::NotTaken,
                nullptr},
            Row{R"("status":"on-hold")", UseState::OnHold, nullptr},
            Row{R"("status":"unknown","effectiveDateTime":"2026-03-02")", UseState::Unknown,
                "2026-03-02"},
            Row{R"("status":"completed","effectiveDateTime":"2026-03-09")", UseState::Future,
                "2026-03-09"},
        }) {
        SCOPED_TRACE(row.members);
        auto const use = readOne("MedicationAdministration", row.members).medications.at(0);

        EXPECT_EQ(use.kind, UseKind::Administration);
        EXPECT_EQ(use.state, row.state);
        ASSERT_EQ(use.lastGiven.has_value(), row.lastGiven != nullptr);
        if (row.lastGiven != nullptr) {
            EXPECT_EQ(use.lastGiven->text, row.lastGiven);
        }
        EXPECT_FALSE(use.dailyDose);
    }
}

TEST(Administration, RouteIsThatOfTheDosage)
{
    auto const use =
        readOne(
            "MedicationAdministration",
            R"("status":"completed","effectiveDateTime":"2026-03-02","dosage":{"route":{"text":"intravenous"}})")
            .medications.at(0);

    EXPECT_EQ(use.route, Route::Injected);
    EXPECT_EQ(use.routeFrom, RouteOrigin::Dosage);
}

TEST(Taken, MistakesAndOtherPatientsAreGaps)
{
    for (auto const* type :
         {"MedicationStatement", "MedicationDispense", "MedicationAdministration"}) {
        SCOPED_TRACE(type);
        EXPECT_EQ(gapReasons(readOne(type, R"("status":"entered-in-error")")),
                  std::vector{Reason::EnteredInError});
        EXPECT_EQ(
            gapReasons(readOne(type, R"("status":"active","subject":{"reference":"Patient/p2"})")),
            std::vector{Reason::OtherPatient});
    }
}

} // namespace
} // namespace tcds::fhir::test
