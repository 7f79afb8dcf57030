#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

PatientContext readEncounter(std::string const& members, std::string const& encounterId = {})
{
    Call call;
    call.options.encounterId = encounterId;
    return call.with("encounter", resource("Encounter", R"("id":"e1",)" + members)).read();
}

TEST(Encounter, ClassIsReadFromCodingConceptOrWord)
{
    using enum EncounterClass;
    struct Row {
        char const* cls;
        EncounterClass expected;
        bool icu;
    };
    for (auto const& row : {
             Row{R"({"code":"AMB"})", Ambulatory, false},
             Row{R"({"code":"IMP"})", Inpatient, false},
             Row{R"({"code":"NONAC"})", Inpatient, false},
             Row{R"({"code":"ACUTE"})", Inpatient,
                 true}, // C.0.2: class ACUTE counts as intensive care
             Row{R"({"code":"EMER"})", Emergency, false},
             Row{R"({"code":"HH"})", Home, false},
             Row{R"({"code":"VR"})", Virtual, false},
             Row{R"([{"coding":[{"code":"IMP"}]}])", Inpatient, false}, // R5
             Row{R"("inpatient")", Inpatient, false},                   // DSTU2
             Row{R"({"code":"OTHER"})", Unknown, false},
             Row{"17", Unknown, false},
         }) {
        SCOPED_TRACE(row.cls);
        auto const context =
            readEncounter(std::string{R"("status":"in-progress","class":)"} + row.cls);

        ASSERT_EQ(context.encounters.size(), 1U);
        EXPECT_EQ(context.encounters[0].cls, row.expected);
        EXPECT_EQ(context.encounters[0].icu, row.icu);
    }
}

TEST(Encounter, LocationOfTypeIntensiveCareIsIcu)
{
    struct Row {
        char const* location;
        bool icu;
    };
    for (auto const& row : {
             Row{R"({"location":{"reference":"#l"}})", true},
             Row{R"({"location":{"display":"Surgical ICU 3"}})", true},
             Row{R"({"location":{"display":"MICU"}})", true},
             Row{R"({"location":{"display":"Intensive Care Unit"}})", true},
             Row{R"({"location":{"display":"Ward 4, particular care"}})", false},
             Row{R"({"location":{"display":"ICU"},"status":"completed"})", false},
         }) {
        SCOPED_TRACE(row.location);
        auto const context = readEncounter(
            std::string{
                R"("status":"in-progress","contained":[{"resourceType":"Location","id":"l","type":[{"coding":[{"code":"ICU"}]}]}],"location":[)"} +
            row.location + "]");

        EXPECT_EQ(context.encounters.at(0).icu, row.icu);
    }
}

TEST(Encounter, CurrentIsTheOneOfTheCallOrAnOpenOne)
{
    struct Row {
        char const* status;
        char const* encounterId;
        bool current;
    };
    for (auto const& row :
         {Row{"arrived", "", true}, Row{"triaged", "", true}, Row{"in-progress", "", true},
          Row{"onleave", "", true}, Row{"finished", "", false}, Row{"planned", "", false},
          Row{"finished", "e1", true}, Row{"planned", "e1", true}, Row{"finished", "e2", false}}) {
        SCOPED_TRACE(std::string{row.status} + " " + row.encounterId);
        auto const context = readEncounter(std::string{R"("status":")"} + row.status +
                                               R"(","reasonCode":[{"text":"muscle twitching"}])",
                                           row.encounterId);

        EXPECT_EQ(context.encounters.at(0).current, row.current);
        EXPECT_EQ(context.complaints.size(), row.current ? 1U : 0U);
    }
}

TEST(Encounter, ReasonsAreReadInEveryShape)
{
    for (
        auto const* reason : {
            R"("reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"82470000"}]}])",
            R"("reasonCode":{"text":"twitching"})",
            R"("reason":[{"text":"twitching"}])",                         // STU3
            R"("reason":[{"value":[{"concept":{"text":"twitching"}}]}])", // R5
            R"("reasonReference":[{"display":"twitching"}])",
            R"("reasonReference":[{"reference":"#c"}],"contained":[{"resourceType":"Condition","id":"c","code":{"text":"twitching"}}])",
        }) {
        SCOPED_TRACE(reason);
        auto const context = readEncounter(
            std::string{R"("status":"in-progress","period":{"start":"2026-03-02"},)"} + reason);

        ASSERT_EQ(context.complaints.size(), 1U);
        EXPECT_EQ(context.complaints[0].kinds, sets({"TWITCH"}));
        EXPECT_EQ(context.complaints[0].source.resource, "Encounter/e1");
    }
}

TEST(Encounter, ReasonCountsWhateverItsDateAndStatesFindings)
{
    auto const context = readEncounter(
        R"("status":"in-progress","period":{"start":"2025-01-01"},"reasonCode":[{"text":"twitching and confusion"}])");

    ASSERT_EQ(context.complaints.size(), 1U);
    EXPECT_EQ(context.complaints[0].onset->text, "2025-01-01");
    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_TRUE(context.findings[0].inComplaint);
    EXPECT_TRUE(context.findings[0].thisEncounter);
}

TEST(Encounter, NegatedReasonIsAGap)
{
    auto const context =
        readEncounter(R"("status":"in-progress","reasonCode":[{"text":"no twitching"}])");

    EXPECT_TRUE(context.complaints.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::Negated});
}

TEST(Encounter, ConditionThatItNamesBelongsToIt)
{
    for (auto const* link :
         {R"("reasonReference":[{"reference":"Condition/c9"}])",
          R"("diagnosis":[{"condition":{"reference":"https://h/fhir/Condition/c9"}}])",
          R"("diagnosis":[{"condition":[{"reference":{"reference":"Condition/c9"}}]}])"}) {
        SCOPED_TRACE(link);
        auto const context =
            Call{}
                .with("conditions",
                      resource(
                          "Condition",
                          R"("id":"c9","onsetDateTime":"2019-01-01","code":{"text":"twitching"})"))
                .with("encounter",
                      resource("Encounter",
                               std::string{R"("id":"e1","status":"in-progress",)"} + link))
                .read();

        EXPECT_EQ(context.complaints.size(), 1U); // old, but of this encounter; read once
    }
}

TEST(Encounter, CancelledAndMistakenOnesAreGaps)
{
    EXPECT_EQ(gapReasons(readEncounter(R"("status":"cancelled")")), std::vector{Reason::BadStatus});
    EXPECT_EQ(gapReasons(readEncounter(R"("status":"entered-in-error")")),
              std::vector{Reason::EnteredInError});
}

TEST(Encounter, TypeAndServiceNameVisitSets)
{
    for (auto const* member :
         {R"("type":[{"text":"Neurology follow-up"}])", R"("serviceType":{"text":"Neurology"})",
          R"("serviceType":[{"concept":{"text":"Neurology"}}])"}) {
        SCOPED_TRACE(member);
        auto const context = readEncounter(std::string{R"("status":"finished",)"} + member);

        EXPECT_TRUE(context.encounters.at(0).sets.has(set("NEUROLOGY")));
    }
}

TEST(Appointment, IsAVisitOfOurPatient)
{
    struct Row {
        char const* members;
        std::size_t visits;
        std::vector<Reason> gaps;
    };
    for (
        auto const& row : {
            Row{R"("status":"booked","participant":[{"actor":{"reference":"Patient/p1"}},{"actor":{"reference":"Practitioner/d"}}])",
                1,
                {}},
            Row{R"("status":"booked","participant":[{"actor":{"reference":"Practitioner/d"}}])",
                1,
                {}},
            Row{R"("status":"booked","participant":[{"actor":{"reference":"Patient/p2"}}])",
                0,
                {Reason::OtherPatient}},
            Row{R"("status":"noshow")", 0, {Reason::BadStatus}},
            Row{R"("status":"cancelled")", 0, {Reason::BadStatus}},
        }) {
        SCOPED_TRACE(row.members);
        auto const context =
            Call{}
                .with(
                    "appointments",
                    resource(
                        "Appointment",
                        std::string{row.members} +
                            R"(,"start":"2026-02-01T09:00:00Z","specialty":[{"text":"Neurology"}])"))
                .read();

        ASSERT_EQ(context.encounters.size(), row.visits);
        EXPECT_EQ(gapReasons(context), row.gaps);
        if (row.visits == 0) continue;
        EXPECT_TRUE(context.encounters[0].sets.has(set("NEUROLOGY")));
        EXPECT_EQ(context.encounters[0].start->text, "2026-02-01T09:00:00Z");
        EXPECT_FALSE(context.encounters[0].current);
    }
}

} // namespace
} // namespace tcds::fhir::test
