#include "server/cases/request.hpp"

#include "fhir/base/json.hpp"
#include "server/cds/request.hpp"
#include "tests/support/rule_texts.hpp"
#include "tests/unit/cases/case_text.hpp"

#include <gmock/gmock.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tcds::cases {
namespace {

using test::oneCase;

class Request : public testing::Test
{
protected:
    /// Writes the request of a case with these lines.
    void write(std::string const& lines)
    {
        auto const file = oneCase(lines + "\nexpect: {none: yes}");
        Problems problems;
        document_.Parse(writeRequest(file.cases.front(), *test::shippedRules(), problems));
        faults_ = problems.sorted();
    }

    /// The value at a JSON Pointer as compact JSON, texts without their quotes; "" when absent.
    std::string at(std::string const& pointer)
    {
        auto const* value = rapidjson::Pointer{pointer}.Get(document_);
        if (value == nullptr) return {};
        if (value->IsString()) return value->GetString();
        rapidjson::StringBuffer buffer;
        rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
        value->Accept(writer);
        return buffer.GetString();
    }

    rapidjson::Document document_;
    std::vector<Diagnostic> faults_;
};

TEST_F(Request, ResultHasTheFirstCodeOfItsAnalyteAndAnInstantBeforeNow)
{
    write("given: [{lab: {K: 3.10 mmol/L, at: -2 d, comparator: \"<\", note: haemolysed, "
          "range: [3.5 mmol/L, 5.0 mmol/L]}}]");

    std::string const result = "/prefetch/labs/entry/0/resource";
    EXPECT_EQ(at(result + "/code/coding/0/code"), "2823-3");
    EXPECT_EQ(at(result + "/effectiveDateTime"), "2026-01-29T08:00:00.000Z");
    EXPECT_EQ(at(result + "/valueQuantity/value"), "3.1");
    EXPECT_EQ(at(result + "/valueQuantity/comparator"), "<");
    EXPECT_EQ(at(result + "/valueQuantity/code"), "mmol/L");
    EXPECT_EQ(at(result + "/referenceRange/0/high/value"), "5.0");
    EXPECT_EQ(at(result + "/note/0/text"), "haemolysed");
    EXPECT_EQ(at(result + "/status"), "final");
}

TEST_F(Request, VitalSignGoesToVitals)
{
    write("given: [{lab: {TEMP: 38.5 Cel, at: -1 h}}]");

    EXPECT_EQ(at("/prefetch/vitals/entry/0/resource/code/coding/0/code"), "8310-5");
    EXPECT_EQ(at("/prefetch/labs/entry"), "[]");
}

TEST_F(Request, OrderStandsWhereItsStatusIsAskedFor)
{
    write("given:\n"
          "  - {med: {rxnorm: 4603, authored: -20 d, route: oral, dose: 40 mg, frequency: 2/d}}\n"
          "  - {med: {rxnorm: 6448, status: stopped, stop: -5 d}}");

    std::string const active = "/prefetch/medications/entry/0/resource";
    EXPECT_EQ(at(active + "/medicationCodeableConcept/coding/0/code"), "4603");
    EXPECT_EQ(at(active + "/authoredOn"), "2026-01-11T08:00:00.000Z");
    EXPECT_EQ(at(active + "/dosageInstruction/0/route/text"), "oral");
    EXPECT_EQ(at(active + "/dosageInstruction/0/timing/repeat/frequency"), "2");
    EXPECT_EQ(at(active + "/dosageInstruction/0/doseAndRate/0/doseQuantity/value"), "40");
    EXPECT_EQ(at("/prefetch/medications/entry/1"), "");
    EXPECT_EQ(at("/prefetch/stopped/entry/0/resource/dosageInstruction/0/timing/repeat/"
                 "boundsPeriod/end"),
              "2026-01-26T08:00:00.000Z");
}

TEST_F(Request, EveryKeyIsSentUnlessItFailedOrIsAbsent)
{
    write("given: [{lab: {K: 3.1 mmol/L, at: -2 d}}]\nfailed: [labs]\nabsent: [procedures]");

    EXPECT_EQ(at("/prefetch/labs/resourceType"), "OperationOutcome");
    EXPECT_EQ(at("/prefetch/labs/issue/0/severity"), "error");
    EXPECT_EQ(at("/prefetch/procedures"), "");
    EXPECT_EQ(at("/prefetch/administrations/entry"), "[]");
    EXPECT_EQ(at("/prefetch/conditions/entry"), "[]");
    EXPECT_EQ(at("/prefetch/encounter"), "null");
    EXPECT_EQ(at("/prefetch/patient/birthDate"), "1950-04-01");
}

TEST_F(Request, ReasonOfTheEncounterMakesOne)
{
    write("given: [{complaint: {code: R25.3, in: encounter}}]");

    EXPECT_EQ(at("/context/encounterId"), at("/prefetch/encounter/id"));
    EXPECT_EQ(at("/prefetch/encounter/reasonCode/0/coding/0/code"), "R25.3");
    EXPECT_EQ(at("/prefetch/encounter/status"), "in-progress");
    EXPECT_EQ(at("/prefetch/conditions/entry"), "[]");
}

TEST_F(Request, DraftStandsInTheContextAndIsSelectedUnlessItSaysNo)
{
    write("hook: order-select\n"
          "given: [{id: a, draft: {rxnorm: 8591}}, {id: b, draft: {rxnorm: 6448, selected: no}}]");

    EXPECT_EQ(at("/context/draftOrders/entry/0/resource/status"), "draft");
    EXPECT_EQ(at("/context/draftOrders/entry/1/resource/id"), "b");
    EXPECT_EQ(at("/context/selections"), R"(["MedicationRequest/a"])");
    EXPECT_EQ(at("/prefetch/medications/entry"), "[]");
}

TEST_F(Request, ComplaintAndSignStandInTheResourceThatIsNamed)
{
    write("given:\n"
          "  - {complaint: {text: twitching, onset: -7 d, in: observation}}\n"
          "  - {finding: {text: clonus, at: -1 d, in: answer}}\n"
          "  - {finding: {code: J38.5, at: -1 d}}");

    EXPECT_EQ(at("/prefetch/complaints/entry/0/resource/valueString"), "twitching");
    EXPECT_EQ(at("/prefetch/complaints/entry/0/resource/effectiveDateTime"),
              "2026-01-24T08:00:00.000Z");
    EXPECT_EQ(at("/prefetch/questionnaires/entry/0/resource/item/0/answer/0/valueString"),
              "clonus");
    EXPECT_EQ(at("/prefetch/conditions/entry/0/resource/recordedDate"), "2026-01-30T08:00:00.000Z");
}

struct Unwritable {
    std::string name, lines, message;
};

class RequestFault : public Request, public testing::WithParamInterface<Unwritable>
{
};

TEST_P(RequestFault, NamesTheFact)
{
    write(GetParam().lines);

    ASSERT_FALSE(faults_.empty());
    EXPECT_THAT(toText(faults_.front()), testing::HasSubstr(GetParam().message));
    EXPECT_THAT(faults_.front().where, testing::StartsWith("tests/core/EL-T.yaml:"));
}

INSTANTIATE_TEST_SUITE_P(
    Request, RequestFault,
    testing::Values(Unwritable{"Time", "given: [{med: {rxnorm: 1, authored: yesterday}}]",
                               "\"yesterday\" is no time"},
                    Unwritable{"Number", "given: [{lab: {K: low, at: -1 d}}]",
                               "\"low\" is no number with a unit"},
                    Unwritable{"Analyte", "given: [{lab: {KX: 3 mmol/L, at: -1 d}}]",
                               "\"KX\" is no analyte with a code"},
                    Unwritable{"Draft", "given: [{draft: {rxnorm: 8591}}]",
                               "a draft on a hook that carries no orders"},
                    Unwritable{"Nameless", "given: [{med: {authored: -1 d}}]",
                               "neither code nor name"},
                    Unwritable{"Place", "given: [{complaint: {code: R25.3, in: letter}}]",
                               "it cannot stand in \"letter\""}),
    [](auto const& row) { return row.param.name; });

class RequestOfHook : public testing::TestWithParam<cds::Service>
{
};

TEST_P(RequestOfHook, IsAcceptedByTheReaderOfHookCalls)
{
    auto const file =
        oneCase("hook: " + std::string{tcds::toText(GetParam().hook)} + "\nexpect: {none: yes}");
    Problems problems;
    auto body = writeRequest(file.cases.front(), *test::shippedRules(), problems);

    auto const request = cds::readHookRequest(std::move(body), GetParam());

    ASSERT_TRUE(request) << request.error().where << ": " << request.error().what;
    EXPECT_EQ(request->patientId, "p1");
}

INSTANTIATE_TEST_SUITE_P(Request, RequestOfHook, testing::ValuesIn(cds::services()),
                         [](auto const& row) {
                             std::string name{tcds::toText(row.param.hook)};
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace tcds::cases
