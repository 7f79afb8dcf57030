#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

std::string order(std::string const& members)
{
    std::string all = members;
    if (all.find("\"intent\"") == std::string::npos) all += R"(,"intent":"order")";
    if (all.find("medication") == std::string::npos)
        all +=
            R"(,"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"4603"}]})";
    if (all.find("authoredOn") == std::string::npos) all += R"(,"authoredOn":"2026-02-01")";
    return resource("MedicationRequest", all);
}

PatientContext readOrder(std::string const& members)
{
    return Call{}.with("medications", order(members)).read();
}

TEST(Order, StateFollowsStatusIntentAndDates)
{
    struct Row {
        char const* members;
        UseState state;
    };
    for (auto const& row : {
             Row{R"("status":"active")", UseState::Active},
             Row{R"("status":"active","intent":"original-order")", UseState::Active},
             Row{R"("status":"active","intent":"reflex-order")", UseState::Active},
             Row{R"("status":"active","intent":"filler-order")", UseState::Active},
             Row{R"("status":"active","intent":"instance-order")", UseState::Active},
             Row{R"("status":"active","intent":"proposal")", UseState::Planned},
             Row{R"("status":"active","intent":"plan")", UseState::Planned},
             Row{R"("status":"active","intent":"option")", UseState::Planned},
             Row{R"("status":"active","doNotPerform":true)", UseState::NotTaken},
             Row{R"("status":"active","doNotPerform":false)", UseState::Active},
             Row{R"("status":"on-hold")", UseState::OnHold},
             Row{R"("status":"cancelled")", UseState::Cancelled},
             Row{R"("status":"completed")", UseState::Stopped},
             Row{R"("status":"ended")", UseState::Stopped}, // R5
             Row{R"("status":"stopped")", UseState::Stopped},
             Row{R"("status":"draft")", UseState::Planned}, // not one of the call
             Row{R"("status":"unknown")", UseState::Unknown},
             Row{R"("x":1)", UseState::Unknown},
             Row{R"("status":"active","authoredOn":"2026-03-04")", UseState::Future},
             Row{R"("status":"active","authoredOn":"2026-03-03")", UseState::Active},
             Row{R"("status":"active","dispenseRequest":{"validityPeriod":{"end":"2026-03-02"}})",
                 UseState::Stopped},
             Row{R"("status":"active","dispenseRequest":{"validityPeriod":{"end":"2026-03-03"}})",
                 UseState::Active},
         }) {
        SCOPED_TRACE(row.members);
        auto const context = readOrder(row.members);

        ASSERT_EQ(context.medications.size(), 1U);
        EXPECT_EQ(context.medications[0].state, row.state);
        EXPECT_EQ(context.medications[0].kind, UseKind::Order);
    }
}

TEST(Order, FactHoldsWhatTheRecordNeeds)
{
    auto const context = readOrder(R"("id":"m1","meta":{"versionId":"2"},"status":"active")");

    auto const& use = context.medications.at(0);
    EXPECT_EQ(ingredientNames(use), std::vector<std::string>{"furosemide"});
    EXPECT_EQ(use.matchedBy, MatchedBy::RxNorm);
    EXPECT_EQ(use.start->text, "2026-02-01");
    EXPECT_FALSE(use.stop);
    EXPECT_EQ(use.status, "active");
    EXPECT_EQ(use.source.resource, "MedicationRequest/m1");
    EXPECT_EQ(use.source.version, "2");
    EXPECT_EQ(context.inputs.at(use.source.input.index()).key, "medications");
    EXPECT_EQ(use.id, FactId{1});
    EXPECT_EQ(context.factCount, 2U);
}

TEST(Order, MistakesAreGaps)
{
    EXPECT_EQ(gapReasons(readOrder(R"("status":"entered-in-error")")),
              std::vector{Reason::EnteredInError});
    EXPECT_EQ(gapReasons(readOrder(R"("status":"active","subject":{"reference":"Patient/p2"})")),
              std::vector{Reason::OtherPatient});
    EXPECT_EQ(gapReasons(readOrder(
                  R"("status":"active","medicationCodeableConcept":{"text":"grape juice"})")),
              std::vector{Reason::Uncoded});
    EXPECT_EQ(gapReasons(readOrder(R"("status":"active","medicationCodeableConcept":7)")),
              std::vector{Reason::Uncoded});
}

TEST(Order, StopIsTheEndOfBoundsOrTheDateOfTheChange)
{
    struct Row {
        char const* members;
        char const* stop; // nullptr: unknown
    };
    for (
        auto const& row : {
            Row{R"("status":"stopped","dosageInstruction":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-02-20"}}}}])",
                "2026-02-20"},
            Row{R"("status":"stopped","dosageInstruction":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-05-20"}}}}])",
                nullptr},
            Row{R"("status":"stopped")", nullptr},
            Row{R"("status":"stopped","statusChanged":"2026-02-25")", "2026-02-25"}, // R5
            Row{R"("status":"active","dispenseRequest":{"validityPeriod":{"end":"2026-02-28"}})",
                "2026-02-28"},
        }) {
        SCOPED_TRACE(row.members);
        auto const use = readOrder(row.members).medications.at(0);

        EXPECT_EQ(use.state, UseState::Stopped);
        ASSERT_EQ(use.stop.has_value(), row.stop != nullptr);
        if (row.stop == nullptr) continue;
        EXPECT_EQ(use.stop->text, row.stop);
        ASSERT_FALSE(use.history.empty());
        EXPECT_EQ(use.history.back().at->text, row.stop);
    }
}

TEST(Order, SupplyIsAHintAndNoEnd)
{
    // 30 days x (1 + 2 repeats) = 90 days after 2025-11-01 = 2026-01-30, long over (decision D29).
    auto const use =
        readOrder(
            R"("status":"active","authoredOn":"2025-11-01","dispenseRequest":{"numberOfRepeatsAllowed":2,
                            "expectedSupplyDuration":{"value":30,"unit":"days","code":"d"}})")
            .medications.at(0);

    EXPECT_EQ(use.state, UseState::Active);
    ASSERT_TRUE(use.supplyEnd);
    EXPECT_EQ(use.supplyEnd->text, "2026-01-30");
}

TEST(Order, UnreadableDateIsAnUnknownStart)
{
    auto const use = readOrder(R"("status":"active","authoredOn":"last week")").medications.at(0);

    EXPECT_EQ(use.state, UseState::Active);
    EXPECT_FALSE(use.start);
}

TEST(Order, StartFallsBackToTheBounds)
{
    auto const use =
        Call{}
            .with("medications",
                  resource("MedicationRequest",
                           R"("status":"active","medicationCodeableConcept":{"text":"furosemide"},
                "dosageInstruction":[{"timing":{"repeat":{"boundsPeriod":{"start":"2026-01-15"}}}}])"))
            .read()
            .medications.at(0);

    EXPECT_EQ(use.start->text, "2026-01-15");
}

TEST(Order, ReplacedOneIsNotCountedBesideItsSuccessor)
{
    auto const context =
        Call{}
            .bundle(
                "medications",
                {order(
                     R"("id":"new","status":"active","priorPrescription":{"reference":"MedicationRequest/old"})"),
                 order(R"("id":"old","status":"active","authoredOn":"2025-12-01")")})
            .read();

    ASSERT_EQ(context.medications.size(), 2U);
    EXPECT_EQ(context.medications[0].state, UseState::Active);
    EXPECT_EQ(context.medications[1].state, UseState::Stopped);
    EXPECT_EQ(context.medications[1].stop->text, "2026-02-01"); // when its successor was written
}

TEST(Order, DraftSuccessorReplacesNothing)
{
    auto const context =
        Call{}
            .bundle(
                "context.draftOrders",
                {order(
                    R"("id":"new","status":"draft","priorPrescription":{"reference":"MedicationRequest/old"})")})
            .bundle("medications", {order(R"("id":"old","status":"active")")})
            .read();

    EXPECT_EQ(context.medications.at(1).state, UseState::Active);
}

TEST(Order, NewerStatementNotTakenOverridesIt)
{
    struct Row {
        char const* name;
        char const* statement;
        UseState state;
    };
    for (auto const& row : {
             Row{"newer", R"("status":"not-taken","dateAsserted":"2026-02-20")",
                 UseState::NotTaken},
             Row{"older", R"("status":"not-taken","dateAsserted":"2026-01-20")", UseState::Active},
             Row{"undated", R"("status":"not-taken")", UseState::Active},
             Row{"undated but linked",
                 R"("status":"not-taken","basedOn":[{"reference":"MedicationRequest/m1"}])",
                 UseState::NotTaken},
             Row{"taken = n (STU3)", R"("status":"active","taken":"n","dateAsserted":"2026-02-20")",
                 UseState::NotTaken},
             Row{"taken", R"("status":"active","dateAsserted":"2026-02-20")", UseState::Active},
         }) {
        SCOPED_TRACE(row.name);
        auto const context =
            Call{}
                .with("medications", order(R"("id":"m1","status":"active")"))
                .with("statements",
                      resource("MedicationStatement",
                               std::string{row.statement} +
                                   R"(,"medicationCodeableConcept":{"text":"furosemide"})"))
                .read();

        EXPECT_EQ(context.medications.at(0).state, row.state);
    }
}

TEST(Order, StatementOfAnotherDrugOverridesNothing)
{
    auto const context =
        Call{}
            .with("medications", order(R"("status":"active")"))
            .with("statements", resource("MedicationStatement",
                                         R"("status":"not-taken","dateAsserted":"2026-02-20",
                "medicationCodeableConcept":{"text":"lisinopril"})"))
            .read();

    EXPECT_EQ(context.medications.at(0).state, UseState::Active);
}

TEST(Draft, IsADraftWhateverItsStatusSays)
{
    struct Row {
        char const* status;
        UseState state;
    };
    for (auto const& row : {Row{"draft", UseState::Draft}, Row{"active", UseState::Draft},
                            Row{"on-hold", UseState::Draft}, Row{"cancelled", UseState::Cancelled},
                            Row{"stopped", UseState::Cancelled}}) {
        SCOPED_TRACE(row.status);
        auto const context =
            Call{}
                .bundle("context.draftOrders",
                        {order(std::string{R"("id":"d1","status":")"} + row.status + '"')})
                .read();

        EXPECT_EQ(context.medications.at(0).kind, UseKind::Draft);
        EXPECT_EQ(context.medications.at(0).state, row.state);
        EXPECT_TRUE(context.medications.at(0).selected);
    }
}

TEST(Draft, OnOrderSelectOnlyTheNamedOnesAreSelected)
{
    Call call;
    call.options.hook = Hook::OrderSelect;
    call.options.selections = {"MedicationRequest/d2", "ServiceRequest/d1",
                               "MedicationRequest/none"};
    auto const context = call.bundle("context.draftOrders", {order(R"("id":"d1","status":"draft")"),
                                                             order(R"("id":"d2","status":"draft")"),
                                                             order(R"("status":"draft")")})
                             .read();

    ASSERT_EQ(context.medications.size(), 3U);
    EXPECT_FALSE(context.medications[0].selected);
    EXPECT_TRUE(context.medications[1].selected);
    EXPECT_FALSE(context.medications[2].selected);
}

TEST(Draft, StaysApartFromTheOrderThatIsSignedAgain)
{
    auto const context =
        Call{}
            .bundle("context.draftOrders", {order(R"("id":"m1","status":"active")")})
            .bundle("medications", {order(R"("id":"m1","status":"active")")})
            .read();

    ASSERT_EQ(context.medications.size(), 2U);
    EXPECT_EQ(context.medications[0].state, UseState::Draft);
    EXPECT_EQ(context.medications[1].state, UseState::Active);
}

TEST(Draft, MedicationOrderOfDstu2IsTolerated)
{
    auto const context =
        Call{}
            .bundle("context.draftOrders",
                    {R"json({"resourceType":"MedicationOrder","id":"mo1","status":"draft",
                "dateWritten":"2026-03-03","patient":{"reference":"Patient/p1"},
                "medicationCodeableConcept":{"text":"Lasix 40 mg tablet"},
                "dosageInstruction":[{"doseQuantity":{"value":40,"unit":"mg"},
                  "timing":{"repeat":{"frequency":1,"period":1,"periodUnits":"d"}}}]})json"})
            .read();

    auto const& use = context.medications.at(0);
    EXPECT_EQ(use.state, UseState::Draft);
    EXPECT_EQ(use.matchedBy, MatchedBy::Name);
    EXPECT_EQ(use.start->text, "2026-03-03");
    EXPECT_EQ(use.dailyDose->value, (Decimal{40, 0}));
}

TEST(Draft, ReasonOfAnyOrderIsAComplaint)
{
    for (auto const* type : {"MedicationRequest", "ServiceRequest", "NutritionOrder"}) {
        SCOPED_TRACE(type);
        auto const context =
            Call{}
                .bundle(
                    "context.draftOrders",
                    {resource(type,
                              R"("status":"draft","reasonCode":[{"text":"muscle twitching"}])")})
                .read();

        ASSERT_EQ(context.complaints.size(), 1U);
        EXPECT_EQ(context.complaints[0].kinds, sets({"TWITCH"}));
    }
}

TEST(Order, ReasonOfAnOrderOnRecordIsNoComplaint)
{
    EXPECT_TRUE(readOrder(R"("status":"active","reasonCode":[{"text":"muscle twitching"}])")
                    .complaints.empty());
}

} // namespace
} // namespace tcds::fhir::test
