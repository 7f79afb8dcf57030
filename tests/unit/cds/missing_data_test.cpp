#include "server/cds/missing_data.hpp"

#include "fhir/base/datetime.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::cds {

namespace {

using test::with;
using test::without;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Step = std::vector<std::string>;

// The missing-data ladder of the integration specification, section 2; PFD-03 to PFD-09.

constexpr std::string_view kEmpty = R"({"resourceType":"Bundle","type":"searchset","total":0})";
constexpr std::string_view kTwitching =
    R"({"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/pt1"},)"
    R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3"}]}})";

Instant const kNow = parseDateTime("2026-12-03T10:00:00Z")->from;

std::shared_ptr<rules::RuleSet const> const& potassiumRules()
{
    static auto const rules = test::rulesOf(
        {test::ruleText("EL-K-LOW", "when: {lab: {analyte: K, below_reference: true}}")});
    return rules;
}

/// patient-view of pt1 with every advertised key answered, and a complaint among the conditions.
std::string wholeCall()
{
    std::string text =
        R"({"hook":"patient-view","hookInstance":"6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11",)"
        R"("context":{"userId":"Practitioner/p1","patientId":"pt1"},"prefetch":{)"
        R"("patient":{"resourceType":"Patient","id":"pt1"}}})";
    text = with(text, "/prefetch/conditions", kTwitching);
    for (auto const key : {"medications", "labs", "encounterDiagnoses", "complaints"})
        text = with(text, std::string{"/prefetch/"} + key, kEmpty);
    return text;
}

std::vector<FhirQuery> missingIn(std::string const& body,
                                 std::string_view service = "twitch-patient-view",
                                 PrefetchChoice const& choice = {})
{
    auto request = readHookRequest(body, *findService(service));
    if (!request) throw std::runtime_error{request.error().what};
    fhir::ReadOptions options;
    options.asOf = kNow;
    options.hook = request->service->hook;
    options.patientId = request->patientId;
    options.encounterId = request->encounterId;
    auto const read = fhir::readChart(request->inputs, options, *potassiumRules()->terms);
    if (!read) throw std::runtime_error{read.error().what};
    return missingQueries(*request, *read, choice, *potassiumRules(), kNow);
}

std::vector<std::string> keysOf(std::vector<FhirQuery> const& queries)
{
    std::vector<std::string> keys;
    for (auto const& query : queries) keys.push_back(query.key);
    return keys;
}

TEST(MissingQueries, NothingWhenAllWasSent) // PFD-03
{
    EXPECT_THAT(missingIn(wholeCall()), IsEmpty());
}

TEST(MissingQueries, OnlyWhatWasNotSent) // PFD-03
{
    for (std::string const key :
         {"patient", "medications", "labs", "encounterDiagnoses", "complaints"})
        EXPECT_THAT(keysOf(missingIn(without(wholeCall(), "/prefetch/" + key))), ElementsAre(key));
    auto const none = without(wholeCall(), "/prefetch");
    EXPECT_THAT(keysOf(missingIn(none)), ElementsAre("patient", "conditions", "medications", "labs",
                                                     "encounterDiagnoses", "complaints"));
}

TEST(MissingQueries, AnswersAreNotAskedForAgain) // PFD-04, PFD-05, PFD-06
{
    constexpr std::string_view kFailed =
        R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]})";
    for (auto const value : {std::string_view{"null"}, kEmpty, kFailed})
        EXPECT_THAT(missingIn(with(wholeCall(), "/prefetch/labs", value)), IsEmpty()) << value;
}

TEST(MissingQueries, RubbishWasNotSent) // PFD-09
{
    for (auto const value :
         {R"("<html>")", "7", "[]", R"({"resource":1})", R"({"resourceType":"Coverage","id":"c"})"})
        EXPECT_THAT(keysOf(missingIn(with(wholeCall(), "/prefetch/labs", value))),
                    ElementsAre("labs"))
            << value;
}

TEST(MissingQueries, NextPageIsAskedForAsItIsNamed) // PFD-07
{
    auto const queries = missingIn(with(
        wholeCall(), "/prefetch/labs",
        R"({"resourceType":"Bundle","link":[{"relation":"next","url":"https://a.example/r4?p=2"}],)"
        R"("entry":[{"resource":{"resourceType":"Observation","id":"o1","status":"final",)"
        R"("subject":{"reference":"Patient/pt1"},"code":{"coding":[{"system":"http://loinc.org",)"
        R"("code":"2823-3"}]}}}]})"));

    ASSERT_THAT(keysOf(queries), ElementsAre("labs"));
    EXPECT_TRUE(queries[0].continues);
    EXPECT_THAT(queries[0].ladder, ElementsAre(Step{"https://a.example/r4?p=2"}));
}

TEST(MissingQueries, NothingButThePatientOnceEveryPlaceOfAComplaintIsEmpty)
{
    auto const harmless = with(wholeCall(), "/prefetch/conditions", kEmpty);
    EXPECT_THAT(missingIn(without(harmless, "/prefetch/labs")), IsEmpty());
    EXPECT_THAT(
        keysOf(missingIn(without(without(harmless, "/prefetch/labs"), "/prefetch/patient"))),
        ElementsAre("patient"));
    // One place was not looked at: there may be a complaint.
    EXPECT_THAT(
        keysOf(missingIn(without(without(harmless, "/prefetch/labs"), "/prefetch/complaints"))),
        ElementsAre("labs", "complaints"));
}

TEST(MissingQueries, VisitOfTheCallAndExtraKeysOfTheClient)
{
    auto const call = with(wholeCall(), "/context/encounterId", "\"e1\"");
    auto const queries =
        missingIn(call, "twitch-patient-view", {Profile::Context, {"vitals"}, false});

    ASSERT_THAT(keysOf(queries), ElementsAre("encounter", "vitals"));
    EXPECT_THAT(queries[0].ladder, ElementsAre(Step{"Encounter/e1"}));
    EXPECT_THAT(queries[1].ladder,
                ElementsAre(Step{"Observation?patient=pt1&category=vital-signs"}));
}

TEST(Ladder, WidensAsTheSpecificationSays)
{
    auto const queries = missingIn(without(wholeCall(), "/prefetch"));
    ASSERT_EQ(queries.size(), 6U);

    EXPECT_THAT(queries[0].ladder, ElementsAre(Step{"Patient/pt1"}));
    EXPECT_THAT(queries[1].ladder,
                ElementsAre(Step{"Condition?patient=pt1&category=problem-list-item"},
                            Step{"Condition?patient=pt1"}));
    EXPECT_THAT(queries[2].ladder,
                ElementsAre(Step{"MedicationRequest?patient=pt1&intent=order,plan&status=active"},
                            Step{"MedicationRequest?patient=pt1&intent=order&status=active"},
                            Step{"MedicationRequest?patient=pt1"}));
    EXPECT_THAT(queries[4].ladder,
                ElementsAre(Step{"Condition?patient=pt1&category=encounter-diagnosis"},
                            Step{"Condition?patient=pt1"}));
    EXPECT_THAT(queries[5].ladder,
                ElementsAre(Step{"Observation?patient=pt1&code=8661-1,10154-3"}));
    for (std::size_t const place : {0U, 1U, 2U, 4U, 5U})
        EXPECT_EQ(queries[place].wholeSteps, queries[place].ladder.size());
}

TEST(Ladder, ResultsByCodeThenOfAYearThenAFewCodesThatAreNotTheWhole)
{
    auto const labs = missingIn(without(wholeCall(), "/prefetch/labs"));
    ASSERT_EQ(labs.size(), 1U);
    auto const& ladder = labs[0].ladder;

    ASSERT_EQ(ladder.size(), 3U);
    EXPECT_THAT(ladder[0][0], HasSubstr("Observation?patient=pt1&code=2823-3,"));
    EXPECT_THAT(ladder[0][0], HasSubstr("&_sort=-date&_count=100"));
    // 365 days before 2026-12-03
    EXPECT_THAT(ladder[1],
                ElementsAre("Observation?patient=pt1&category=laboratory&date=ge2025-12-03"));
    EXPECT_THAT(ladder[2], ElementsAre("Observation?patient=pt1&code=2823-3")); // the one analyte
    EXPECT_EQ(labs[0].wholeSteps, 2U);
}

TEST(Ladder, BarOfACodeSystemIsEncoded) // PTM-11
{
    auto const labs = missingIn(without(wholeCall(), "/prefetch/labs"), "twitch-patient-view",
                                {Profile::Default, {}, true});

    EXPECT_THAT(labs.at(0).ladder[0][0], HasSubstr("&code=http://loinc.org%7C2823-3,"));
}

TEST(Ladder, DiagnosesOfTheVisitFirstWhereTheHookHasOne)
{
    auto call =
        with(without(wholeCall(), "/prefetch/encounterDiagnoses"), "/hook", "\"encounter-start\"");
    call = with(call, "/context/encounterId", "\"e1\"");
    call = with(call, "/prefetch/encounter", "null");
    auto const queries = missingIn(call, "twitch-encounter-start");

    ASSERT_THAT(keysOf(queries), ElementsAre("encounterDiagnoses"));
    EXPECT_THAT(queries[0].ladder,
                ElementsAre(Step{"Condition?patient=pt1&category=encounter-diagnosis&encounter=e1"},
                            Step{"Condition?patient=pt1&category=encounter-diagnosis"},
                            Step{"Condition?patient=pt1"}));
}

std::vector<FhirQuery> medicationsIn(std::string text, std::size_t most = 20)
{
    auto const document = json::Document::parse(std::move(text));
    std::vector<fhir::Input> const inputs{{"medications", "prefetch", &document->root()}};
    return missingMedications(inputs, most);
}

std::string orderOf(std::string_view reference)
{
    return R"({"resourceType":"MedicationRequest","medicationReference":)" +
           std::string{reference} + "}";
}

TEST(MissingMedications, ReferencesToWhatNobodySent)
{
    struct Row {
        char const* reference;
        char const* asked; // "" = nothing
    };
    for (auto const& row : {
             Row{R"({"reference":"Medication/m1"})", "Medication/m1"},
             Row{R"({"reference":"https://ehr.example.org/r4/Medication/m1"})", "Medication/m1"},
             Row{R"({"reference":"Medication/m1/_history/2"})", "Medication/m1"},
             Row{R"({"reference":"Medication/m1","display":"furosemide"})", ""},
             Row{R"({"reference":"#m1"})", ""},
             Row{R"({"reference":"urn:uuid:1"})", ""},
             Row{R"({"reference":"Medication/"})", ""},
             Row{R"({"reference":"Medication/a?b=c"})", ""},
             Row{R"({"reference":"Medication/%2e%2e"})", ""},
             Row{R"({"reference":"XMedication/m1"})", ""},
         }) {
        auto const queries = medicationsIn(orderOf(row.reference));
        if (std::string_view{row.asked}.empty())
            EXPECT_THAT(queries, IsEmpty()) << row.reference;
        else {
            ASSERT_EQ(queries.size(), 1U) << row.reference;
            EXPECT_THAT(queries[0].ladder, ElementsAre(Step{row.asked})) << row.reference;
        }
    }
}

TEST(MissingMedications, EachOnceNotThoseThatCameAndNoMoreThanAllowed)
{
    std::string const bundle = R"({"resourceType":"Bundle","entry":[)"
                               R"({"resource":{"resourceType":"Medication","id":"m1"}},)"
                               R"({"resource":)" +
                               orderOf(R"({"reference":"Medication/m1"})") + R"(},{"resource":)" +
                               orderOf(R"({"reference":"Medication/m2"})") + R"(},{"resource":)" +
                               orderOf(R"({"reference":"Medication/m2"})") + R"(},{"resource":)" +
                               orderOf(R"({"reference":"Medication/m3"})") + "}]}";

    EXPECT_THAT(keysOf(medicationsIn(bundle)), ElementsAre("medications", "medications"));
    EXPECT_THAT(medicationsIn(bundle).at(0).ladder, ElementsAre(Step{"Medication/m2"}));
    EXPECT_EQ(medicationsIn(bundle, 1).size(), 1U);
}

} // namespace

} // namespace tcds::cds
