#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

std::string const kK = potassium(R"("id":"o1","valueQuantity":{"value":3.1,"unit":"mmol/L"})");

TEST(Source, StatusTellsWhatTheInputWas)
{
    struct Row {
        char const* name;
        std::string json;
        SourceStatus status;
        std::size_t count;
    };
    auto const outcome = [](char const* severity) {
        return std::string{R"({"resourceType":"OperationOutcome","issue":[{"severity":")"} +
               severity + R"(","code":"processing"}]})";
    };
    for (auto const& row : {
             Row{"results", Call::bundleOf({kK}), SourceStatus::Ok, 1},
             Row{"single resource", kK, SourceStatus::Ok, 1},
             Row{"null", "null", SourceStatus::Empty, 0},
             Row{"no entry", R"({"resourceType":"Bundle","type":"searchset","total":0})",
                 SourceStatus::Empty, 0},
             Row{"empty entry", R"({"resourceType":"Bundle","entry":[]})", SourceStatus::Empty, 0},
             Row{"string", R"("none")", SourceStatus::Invalid, 0},
             Row{"number", "7", SourceStatus::Invalid, 0},
             Row{"array", "[]", SourceStatus::Invalid, 0},
             Row{"no resource", R"({"a":1})", SourceStatus::Invalid, 0},
             Row{"other type", R"({"resourceType":"Coverage","id":"c"})", SourceStatus::Invalid, 0},
             Row{"failed", outcome("error"), SourceStatus::Failed, 0},
             Row{"fatal", outcome("fatal"), SourceStatus::Failed, 0},
             Row{"warning alone", outcome("warning"), SourceStatus::Empty, 0},
             Row{"failure as entry", Call::bundleOf({outcome("error")}), SourceStatus::Failed, 0},
             Row{"information as entry", Call::bundleOf({outcome("information")}),
                 SourceStatus::Empty, 0},
             Row{"warning beside a result", Call::bundleOf({kK, outcome("warning")}),
                 SourceStatus::Ok, 1},
             Row{"failure beside a result", Call::bundleOf({kK, outcome("error")}),
                 SourceStatus::Partial, 1},
         }) {
        SCOPED_TRACE(row.name);
        auto const context = Call{}.with("labs", row.json).read();

        EXPECT_EQ(context.source("labs"), row.status);
        EXPECT_EQ(context.inputs.at(3).key, "labs");
        EXPECT_EQ(context.inputs.at(3).count, row.count);
    }
}

TEST(Source, NextLinkIsPartial)
{
    auto const context =
        Call{}
            .with(
                "labs",
                R"({"resourceType":"Bundle","link":[{"relation":"self","url":"a"},{"relation":"next","url":"b"}],
                "entry":[{"resource":)" +
                    kK + "}]}")
            .read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Partial);
    EXPECT_EQ(context.labs.size(), 1U);
}

// What was fetched for a key, and what was sent and fetched for it.

std::string page(std::vector<std::string> const& resources, bool last)
{
    auto text = Call::bundleOf(resources);
    if (!last) text.insert(1, R"("link":[{"relation":"next","url":"https://a.example/n"}],)");
    return text;
}

std::string const kOlder = potassium(
    R"("id":"o2","effectiveDateTime":"2026-03-01","valueQuantity":{"value":3.4,"unit":"mmol/L"})");

TEST(FetchedSource, PagesAddUp)
{
    auto const context =
        Call{}.fetched("labs", page({kK}, false)).fetched("labs", page({kOlder}, true)).read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Ok);
    EXPECT_EQ(context.inputs.at(3).count, 2U);
    EXPECT_EQ(context.inputs.at(3).via, "fhir");
    EXPECT_EQ(context.labs.size(), 2U);
}

TEST(FetchedSource, LastPageThatWasNotFollowedIsPartial)
{
    auto const context = Call{}
                             .fetched("labs", page({kK}, false))
                             .fetched("labs", page({kOlder}, false), SourceStatus::Partial)
                             .read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Partial);
    EXPECT_EQ(context.labs.size(), 2U);
}

TEST(FetchedSource, RestOfWhatWasSentMakesItWhole) // PFD-07
{
    auto const whole = Call{}
                           .with("labs", page({kK}, false))
                           .continued()
                           .fetched("labs", page({kOlder}, true))
                           .read();
    auto const cut =
        Call{}.with("labs", page({kK}, false)).failed("labs", SourceStatus::Timeout).read();

    EXPECT_EQ(whole.source("labs"), SourceStatus::Ok);
    EXPECT_EQ(cut.source("labs"), SourceStatus::Partial);
    EXPECT_EQ(cut.labs.size(), 1U);
}

TEST(FetchedSource, FailureIsSaidAsItIs)
{
    for (auto const why : {SourceStatus::Denied, SourceStatus::Timeout, SourceStatus::Failed,
                           SourceStatus::Invalid}) {
        EXPECT_EQ(Call{}.failed("labs", why).read().source("labs"), why);
        // What was sent instead was rubbish; why the fetch failed says more.
        EXPECT_EQ(Call{}.with("labs", "7").failed("labs", why).read().source("labs"), why);
    }
}

TEST(FetchedSource, GoodAnswerStandsForRubbishThatWasSent) // PFD-09
{
    auto const context = Call{}.with("labs", "7").fetched("labs", page({kK}, true)).read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Ok);
}

TEST(FetchedSource, FewCodesForTheWholeListArePartialEvenWhenEmpty)
{
    auto const context = Call{}.fetched("labs", page({}, true), SourceStatus::Partial).read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Partial);
}

TEST(FetchedSource, PatientOfSomebodyElseIsDropped) // CTL-07, PFD-12
{
    std::string const other = R"({"resourceType":"Patient","id":"p2","birthDate":"1950-01-01"})";
    auto const fetched = Call{}.fetched("patient", other).read();
    auto const sent = Call{}.with("patient", other).tryRead();

    EXPECT_FALSE(fetched.patient.birth.has_value());
    ASSERT_EQ(fetched.gaps.size(), 1U);
    EXPECT_EQ(fetched.gaps[0].reason, Reason::OtherPatient);
    EXPECT_FALSE(sent); // the caller contradicts itself
}

TEST(Source, OurKeysStandFirstInTheirOrderThenTheOthers)
{
    auto const context = Call{}.with("zeta", "null").with("labs", "null").read();

    std::vector<std::string> keys;
    for (auto const& input : context.inputs) keys.push_back(input.key);
    EXPECT_EQ(keys, (std::vector<std::string>{"patient", "conditions", "medications", "labs",
                                              "encounter", "encounterDiagnoses", "complaints",
                                              "statements", "questionnaires", "stopped",
                                              "administrations", "dispenses", "serviceRequests",
                                              "vitals", "procedures", "appointments", "zeta"}));
    EXPECT_EQ(context.source("conditions"), SourceStatus::Absent);
}

TEST(Source, ForeignKeyCountsForTheKeyOfOursThatNobodyDelivered)
{
    auto const context = Call{}.bundle("labs-user", {kK}).read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Ok);
    EXPECT_EQ(context.inputs.at(3).count, 1U);
    EXPECT_EQ(context.source("vitals"), SourceStatus::Absent);
    EXPECT_EQ(context.labs.size(), 1U);
}

TEST(Source, ForeignKeyDoesNotMendAKeyThatFailed)
{
    auto const context =
        Call{}
            .with("labs", R"({"resourceType":"OperationOutcome","issue":[{"severity":"error"}]})")
            .bundle("labs-user", {kK})
            .read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Failed);
    EXPECT_EQ(context.labs.size(), 1U); // read all the same
}

TEST(Source, ForeignKeyIsClassifiedByTypeCategoryStatusAndCode)
{
    struct Row {
        char const* key;
        std::string json;
    };
    auto const subject = std::string{R"("subject":{"reference":"Patient/p1"})"};
    for (auto const& row : {
             Row{"conditions", resource("Condition", subject + R"(,"code":{"text":"x"})")},
             Row{"encounterDiagnoses",
                 resource("Condition",
                          subject +
                              R"(,"category":[{"coding":[{"code":"encounter-diagnosis"}]}])")},
             Row{"medications", resource("MedicationRequest", subject + R"(,"status":"active")")},
             Row{"stopped", resource("MedicationRequest", subject + R"(,"status":"completed")")},
             Row{"labs", kK},
             Row{"vitals",
                 resource("Observation",
                          R"("code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]})")},
             Row{"vitals",
                 resource("Observation", R"("category":[{"coding":[{"code":"vital-signs"}]}])")},
             Row{"labs", resource("Observation", R"("category":"laboratory")")},
             Row{"complaints", resource("Observation", R"("code":{"coding":[{"code":"8661-1"}]})")},
             Row{"encounter", resource("Encounter", subject)},
             Row{"statements", resource("MedicationStatement", subject)},
             Row{"questionnaires", resource("QuestionnaireResponse", subject)},
             Row{"administrations", resource("MedicationAdministration", subject)},
             Row{"dispenses", resource("MedicationDispense", subject)},
             Row{"serviceRequests", resource("ServiceRequest", subject)},
             Row{"procedures", resource("Procedure", subject)},
             Row{"appointments", resource("Appointment", "")},
         }) {
        SCOPED_TRACE(row.json);
        auto const context = Call{}.with("x", row.json).read();

        for (auto const& input : context.inputs) {
            if (input.key == "x") continue;
            EXPECT_EQ(input.status, input.key == row.key ? SourceStatus::Ok : SourceStatus::Absent)
                << input.key;
        }
    }
}

TEST(Source, PartialForeignInputIsPartialForOurKeyToo)
{
    auto const context =
        Call{}
            .with(
                "labs-user",
                R"({"resourceType":"Bundle","link":[{"relation":"next","url":"b"}],"entry":[{"resource":)" +
                    kK + "}]}")
            .read();

    EXPECT_EQ(context.source("labs"), SourceStatus::Partial);
}

TEST(Source, NewConditionsOfTheCallAnswerForNoQuery)
{
    auto const context =
        Call{}
            .bundle("context.conditions",
                    {R"json({"resourceType":"Condition","code":{"text":"twitching"}})json"})
            .read();

    EXPECT_EQ(context.source("conditions"), SourceStatus::Absent);
    EXPECT_EQ(context.source("context.conditions"), SourceStatus::Ok);
    EXPECT_EQ(context.complaints.size(), 1U);
}

TEST(Duplicate, SameVersionIsReadOnceWithoutAWord) // TOL-14
{
    auto const context = Call{}.bundle("labs", {kK, kK}).bundle("vitals", {kK}).read();

    EXPECT_EQ(context.labs.size(), 1U);
    EXPECT_TRUE(context.gaps.empty());
}

TEST(Duplicate, NewestVersionWins) // TOL-14
{
    struct Row {
        char const* name;
        char const* older;
        char const* newer;
    };
    for (auto const& row :
         {Row{"by date", R"({"versionId":"9","lastUpdated":"2026-03-01T00:00:00Z"})",
              R"({"versionId":"1","lastUpdated":"2026-03-02T00:00:00Z"})"},
          Row{"by number", R"({"versionId":"9"})", R"({"versionId":"10"})"}}) {
        auto const older = potassium(
            std::string{R"("id":"o1","valueQuantity":{"value":3.1,"unit":"mmol/L"},"meta":)"} +
            row.older);
        auto const newer = potassium(
            std::string{R"("id":"o1","valueQuantity":{"value":4.2,"unit":"mmol/L"},"meta":)"} +
            row.newer);
        for (auto const& bundle : {std::vector{older, newer}, std::vector{newer, older}}) {
            SCOPED_TRACE(row.name);
            auto const context = Call{}.bundle("labs", bundle).read();

            ASSERT_EQ(context.labs.size(), 1U);
            EXPECT_EQ(context.labs[0].value->value.text(), "4.2");
            EXPECT_EQ(gapReasons(context), std::vector{Reason::Duplicate});
        }
    }
}

TEST(Duplicate, ResourcesWithoutAnIdAreAllRead)
{
    auto const k = potassium(R"("valueQuantity":{"value":3.1,"unit":"mmol/L"})");

    EXPECT_EQ(Call{}.bundle("labs", {k, k}).read().labs.size(), 2U);
}

TEST(Bundle, MoreEntriesThanAllowedIsTooLarge) // CTL-11
{
    Call call;
    call.options.maxEntries = 2;
    call.bundle("labs", {kK, potassium(""), potassium("")});

    auto const context = call.tryRead();

    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().kind, Error::Kind::TooLarge);
    EXPECT_EQ(context.error().where, "/prefetch/labs");
}

TEST(Bundle, NestedBundlesAndBareResourcesAreRead)
{
    auto const context = Call{}
                             .with("labs", R"({"resourceType":"Bundle","entry":[{"resource":)" +
                                               Call::bundleOf({kK}) + "}," +
                                               potassium(R"("id":"o2","valueInteger":4)") + "]}")
                             .read();

    EXPECT_EQ(context.labs.size(), 2U);
}

TEST(Subject, OtherPatientsAreDroppedWithAGap)
{
    struct Row {
        char const* reference;
        bool ours;
    };
    for (auto const& row :
         {Row{"Patient/p1", true}, Row{"https://ehr.example/fhir/Patient/p1", true},
          Row{"Patient/p1/_history/3", true}, Row{"urn:uuid:p1", true}, Row{"Patient/p2", false},
          Row{"https://ehr.example/fhir/Patient/p2", false}, Row{"urn:uuid:9d2f", false},
          Row{"#other", false}, Row{"Group/p1", false}, Row{"Device/p1", false}}) {
        SCOPED_TRACE(row.reference);
        auto const k = std::string{R"({"resourceType":"Observation","status":"final",
            "contained":[{"resourceType":"Patient","id":"other"}],
            "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},
            "valueQuantity":{"value":3.1,"unit":"mmol/L"},"subject":{"reference":")"} +
                       row.reference + "\"}}";
        auto const context = Call{}.with("labs", k).read();

        EXPECT_EQ(context.labs.size(), row.ours ? 1U : 0U);
        EXPECT_EQ(gapReasons(context),
                  row.ours ? std::vector<Reason>{} : std::vector{Reason::OtherPatient});
    }
}

TEST(Subject, ResolvesThroughTheFullUrlOfThePatient)
{
    auto const context = Call{}
                             .with("chart", R"json({"resourceType":"Bundle","entry":[
                {"fullUrl":"urn:uuid:aa","resource":{"resourceType":"Patient","id":"p1"}},
                {"resource":{"resourceType":"Condition","subject":{"reference":"urn:uuid:aa"},
                  "code":{"text":"twitching"}}}]})json")
                             .read();

    EXPECT_EQ(context.complaints.size(), 1U);
}

TEST(Subject, MissingOrDisplayOnlyIsThePatientOfTheCall)
{
    for (auto const* subject :
         {R"("id":"c")", R"("subject":{"display":"Somebody"})", R"("subject":{})"}) {
        SCOPED_TRACE(subject);
        auto const context =
            Call{}
                .with("conditions", resource("Condition", std::string{subject} +
                                                              R"(,"code":{"text":"twitching"})"))
                .read();

        EXPECT_EQ(context.complaints.size(), 1U);
    }
}

} // namespace
} // namespace tcds::fhir::test
