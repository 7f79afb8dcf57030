#include "server/audit_export/guidance_response.hpp"

#include "tests/unit/audit_export/goldens.hpp"
#include "tests/unit/audit_export/sample_record.hpp"

namespace tcds::audit_export::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;

constexpr std::string_view kBase = "https://hospital.example.org/fhir";

std::string responseOf(std::string_view line)
{
    auto const decision = Decision::read(line);
    EXPECT_TRUE(decision) << toText(decision.error());
    FeedbackBook const feedback;
    RuleLibrary rules;
    return guidanceResponse(*decision, {feedback, rules, kBase}).json;
}

TEST(GuidanceResponse, SaysWhatWasAskedConcludedAndLacking)
{
    expectSame(responseOf(sampleLine()), R"({
        "resourceType": "GuidanceResponse", "id": "019cb32f-8e9e-70d8-98e0-985ecc7f6041",
        "meta": {"security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
             "code": "PSEUDED", "display": "pseudonymized"}]},
        "contained": [
          {"resourceType": "RequestGroup", "id": "cards", "status": "draft", "intent": "proposal",
           "subject": {"type": "Patient", "identifier": {"system": "urn:twitch-cds:patient-key",
                       "value": "k26q1:tC_M5rekMcR77-_ryN3thg"}},
           "authoredOn": "2026-03-03T10:12:44.318Z",
           "author": {"type": "Device",
                      "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                      "display": "twitch-cds 0.4.0"},
           "action": [{
             "title": "Low magnesium 1.1 mg/dL is a likely cause",
             "description": "Findings: Magnesium 1.1 mg/dL\n\nWhy: 5 * 2",
             "code": [{"coding": [{"system": "urn:twitch-cds:rule", "code": "ELMGLOW",
                                   "display": "Low magnesium"}]}],
             "resource": {"type": "DetectedIssue", "identifier": {"system": "urn:ietf:rfc:3986",
                          "value": "urn:uuid:5ac73063-6082-5a75-8033-837f4aef1a65"}}}]},
          {"resourceType": "OperationOutcome", "id": "sources",
           "issue": [{"severity": "warning", "code": "incomplete",
                      "diagnostics": "medications: partial"}]}],
        "requestIdentifier": {"system": "urn:ietf:rfc:3986",
                              "value": "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"},
        "identifier": [
          {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:019cb32f-8e9e-70d8-98e0-985ecc7f6041"},
          {"system": "urn:twitch-cds:record-hash",
           "value": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],
        "moduleCanonical": "https://hospital.example.org/fhir/Library/TwitchCdsManifest|2026.2",
        "status": "data-requested",
        "subject": {"type": "Patient", "identifier": {"system": "urn:twitch-cds:patient-key",
                    "value": "k26q1:tC_M5rekMcR77-_ryN3thg"}},
        "encounter": {"type": "Encounter", "identifier": {"system": "urn:twitch-cds:encounter-key",
                      "value": "k26q1:LGbyJ9OZyGT0vvnrumfhCQ"}},
        "occurrenceDateTime": "2026-03-03T10:12:44.318Z",
        "performer": {"type": "Device",
                      "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                      "display": "twitch-cds 0.4.0"},
        "reasonCode": [{"coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R25.3"}]}],
        "note": [{"time": "2026-03-03T10:12:44.318Z",
          "text": "CMB-LOWK-LOWMG 1.0.0: unknown, no-result, lab:K\nEL-MG-LOW 1.2.0: fired, critical, definite\nMED-PPI 1.0.1: fired, info, possible\n34 rules had no code, class or result to go by."}],
        "evaluationMessage": [{"reference": "#sources"}],
        "result": {"reference": "#cards"},
        "dataRequirement": [
          {"type": "Observation", "codeFilter": [{"path": "code",
              "code": [{"system": "urn:twitch-cds:analyte", "code": "K"}]}]},
          {"type": "MedicationRequest", "mustSupport": ["dosageInstruction"]},
          {"type": "MedicationRequest"}]})");
}

TEST(GuidanceResponse, HasAStatusOfItsOwnForEachEnd)
{
    auto const complete = with(with(sampleLine(), "/missing", "[]"), "/inputs/1/status", "\"ok\"");
    struct Row {
        std::string line, status;
    };
    for (auto const& row :
         {Row{complete, "success"},
          Row{with(complete, "/missing", R"(["lab:K"])"), "data-requested"},
          Row{with(complete, "/inputs/2/status", "\"timeout\""), "data-requested"},
          Row{with(complete, "/response/http", "412"), "data-required"},
          Row{with(complete, "/response/http", "503"), "failure"}}) {
        SCOPED_TRACE(row.status);
        EXPECT_EQ(at(responseOf(row.line), "/status"), row.status);
    }
    EXPECT_EQ(at(responseOf(complete), "/dataRequirement"), "");
    EXPECT_EQ(at(responseOf(complete), "/evaluationMessage"), "");
}

TEST(GuidanceResponse, IsWholeWithoutCardsFactsAndOptionalMembers) // as at level digest
{
    auto line = with(sampleLine(), "/cards", "[]");
    for (auto const* member :
         {"/facts", "/inputs", "/missing", "/rules", "/idle", "/user", "/client", "/traceId",
          "/fhirServer", "/hash", "/prev", "/subject/encounterKey"})
        line = without(line, member);

    auto const response = responseOf(line);

    EXPECT_EQ(at(response, "/status"), "success");
    for (auto const* member : {"/contained", "/result", "/reasonCode", "/note", "/encounter"})
        EXPECT_EQ(at(response, member), "") << member;
}

TEST(GuidanceResponse, NamesACallThatHasNoUuidAsItWasNamed)
{
    auto const response = responseOf(with(sampleLine(), "/hookInstance", "\"call 7\""));

    expectSame(at(response, "/requestIdentifier"),
               R"({"system": "urn:twitch-cds:hook-instance", "value": "call 7"})");
}

TEST(GuidanceResponse, TakesNoCodeThatFhirDoesNot)
{
    auto const line = with(sampleLine(), "/facts/1/codes",
                           R"([["a system","R25.3"],["urn:x"," R25.3 "],["urn:x",""],"R25.3"])");

    auto const response = responseOf(line);

    expectSame(at(response, "/reasonCode"), R"([{"coding": [{"code": "R25.3"}]}])");
}

} // namespace

} // namespace tcds::audit_export::test
