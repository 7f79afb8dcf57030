#include "server/audit_export/audit_event.hpp"

#include "tests/unit/audit_export/goldens.hpp"
#include "tests/unit/audit_export/sample_record.hpp"

#include <gmock/gmock.h>

namespace tcds::audit_export::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<Resource> eventsOf(std::string_view line)
{
    auto const decision = Decision::read(line);
    EXPECT_TRUE(decision) << toText(decision.error());
    return auditEvents(*decision);
}

/// The sample with its one fetched source asked and answered in another way.
std::string fetched(std::string_view query, std::string_view http, std::string_view status = "ok")
{
    auto const quoted = [](std::string_view text) { return "\"" + std::string{text} + "\""; };
    auto line = with(sampleLine(), "/inputs/2/query", quoted(query));
    line = with(line, "/inputs/2/http", http);
    return with(line, "/inputs/2/status", quoted(status));
}

TEST(AuditEvents, OfACallSayWhoAskedForWhomAndWhatWasDecided)
{
    auto const events = eventsOf(sampleLine());

    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].type, "AuditEvent");
    EXPECT_EQ(events[0].id, "242e3427-eef5-596b-8674-e0f9ebe18002"); // UUIDv5 of "AuditEvent"
    expectSame(events[0].json, R"({
        "resourceType": "AuditEvent", "id": "242e3427-eef5-596b-8674-e0f9ebe18002",
        "meta": {"security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
             "code": "PSEUDED", "display": "pseudonymized"}]},
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM",
                 "code": "110112", "display": "Query"},
        "subtype": [{"system": "urn:twitch-cds:hook", "code": "patient-view"}],
        "action": "E", "recorded": "2026-03-03T10:12:44.402Z", "outcome": "0",
        "agent": [
          {"type": {"coding": [{"system": "http://dicom.nema.org/resources/ontology/DCM",
                                "code": "110153", "display": "Source Role ID"}]},
           "who": {"type": "Device",
                   "identifier": {"system": "urn:twitch-cds:client", "value": "mercy-ehr"}},
           "requestor": false},
          {"type": {"coding": [{"system": "http://dicom.nema.org/resources/ontology/DCM",
                                "code": "110152", "display": "Destination Role ID"}]},
           "who": {"type": "Device",
                   "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                   "display": "twitch-cds 0.4.0"},
           "requestor": false, "network": {"address": "cds-1", "type": "1"}},
          {"type": {"coding": [
              {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
               "code": "IRCP", "display": "information recipient"}]},
           "who": {"type": "PractitionerRole", "identifier": {"system": "urn:ietf:rfc:3986",
               "value": "https://ehr.mercy.example/api/FHIR/R4/PractitionerRole/e-QokEGU"}},
           "requestor": true}],
        "source": {"site": "mercy-west",
          "observer": {"type": "Device",
                       "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                       "display": "twitch-cds 0.4.0"},
          "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                    "code": "4", "display": "Application Server"}]},
        "entity": [
          {"what": {"type": "Patient", "identifier": {"system": "urn:twitch-cds:patient-key",
                    "value": "k26q1:tC_M5rekMcR77-_ryN3thg"}},
           "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
                    "code": "1", "display": "Person"},
           "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role",
                    "code": "1", "display": "Patient"}},
          {"what": {"type": "Encounter", "identifier": {"system": "urn:twitch-cds:encounter-key",
                    "value": "k26q1:LGbyJ9OZyGT0vvnrumfhCQ"}},
           "type": {"system": "http://hl7.org/fhir/resource-types", "code": "Encounter"}},
          {"what": {"type": "GuidanceResponse", "identifier": {"system": "urn:ietf:rfc:3986",
                    "value": "urn:uuid:019cb32f-8e9e-70d8-98e0-985ecc7f6041"}},
           "type": {"system": "http://hl7.org/fhir/resource-types", "code": "GuidanceResponse"},
           "detail": [
             {"type": "service", "valueString": "twitch-patient-view"},
             {"type": "hookInstance", "valueString": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"},
             {"type": "traceId", "valueString": "4bf92f3577b34da6a3ce929d0e0e4736"},
             {"type": "seq", "valueString": "48211"},
             {"type": "hash", "valueString": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
             {"type": "settings", "valueString": "4beb"},
             {"type": "pack", "valueString": "a4b2"}]}]})");
}

// IHE Basic Audit Log Patterns 1.1.4, IHE.BasicAudit.PatientQuery: every element that it requires.
TEST(AuditEvents, OfASearchFollowPatientQuery)
{
    auto const events = eventsOf(sampleLine());

    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[1].id, "269b7f0c-30f1-57df-97f1-da13bc79ca20"); // of "AuditEvent labs"
    expectSame(events[1].json, R"({
        "resourceType": "AuditEvent", "id": "269b7f0c-30f1-57df-97f1-da13bc79ca20",
        "meta": {"profile": [
            "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientQuery"],
          "security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
             "code": "PSEUDED", "display": "pseudonymized"}]},
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
                 "code": "rest", "display": "Restful Operation"},
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction",
                     "code": "search", "display": "search"}],
        "action": "E", "recorded": "2026-03-03T10:12:44.402Z", "outcome": "0",
        "agent": [
          {"type": {"coding": [{"system": "http://dicom.nema.org/resources/ontology/DCM",
                                "code": "110153", "display": "Source Role ID"}]},
           "who": {"type": "Device",
                   "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                   "display": "twitch-cds 0.4.0"},
           "requestor": false, "network": {"address": "cds-1", "type": "1"}},
          {"type": {"coding": [{"system": "http://dicom.nema.org/resources/ontology/DCM",
                                "code": "110152", "display": "Destination Role ID"}]},
           "who": {"identifier": {"system": "urn:ietf:rfc:3986",
                                  "value": "https://ehr.mercy.example/api/FHIR/R4"}},
           "requestor": false,
           "network": {"address": "https://ehr.mercy.example/api/FHIR/R4", "type": "5"}},
          {"type": {"coding": [
              {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
               "code": "IRCP", "display": "information recipient"}]},
           "who": {"type": "PractitionerRole", "identifier": {"system": "urn:ietf:rfc:3986",
               "value": "https://ehr.mercy.example/api/FHIR/R4/PractitionerRole/e-QokEGU"}},
           "requestor": true}],
        "source": {"site": "mercy-west",
          "observer": {"type": "Device",
                       "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"},
                       "display": "twitch-cds 0.4.0"},
          "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                    "code": "4", "display": "Application Server"}]},
        "entity": [
          {"what": {"type": "Patient", "identifier": {"system": "urn:twitch-cds:patient-key",
                    "value": "k26q1:tC_M5rekMcR77-_ryN3thg"}},
           "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
                    "code": "1", "display": "Person"},
           "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role",
                    "code": "1", "display": "Patient"}},
          {"type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
                    "code": "2", "display": "System Object"},
           "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role",
                    "code": "24", "display": "Query"},
           "description": "GET https://ehr.mercy.example/api/FHIR/R4/Observation?patient={patientKey}&category=laboratory&date=ge2025-12-03",
           "query": "R0VUIGh0dHBzOi8vZWhyLm1lcmN5LmV4YW1wbGUvYXBpL0ZISVIvUjQvT2JzZXJ2YXRpb24/cGF0aWVudD17cGF0aWVudEtleX0mY2F0ZWdvcnk9bGFib3JhdG9yeSZkYXRlPWdlMjAyNS0xMi0wMw=="},
          {"what": {"identifier": {"value": "cc6d168e-5871-4ec0-9f63-0242ac130002"}},
           "type": {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                    "code": "XrequestId"}}]})");
}

// As the example ex-auditBasicReadClient of the guide has it: of a read, the client is the
// destination of the data and the server its source, though of a query it is the other way round.
TEST(AuditEvents, OfAReadFollowPatientRead)
{
    auto const event = eventsOf(fetched("Patient/{patientKey}", "200")).at(1).json;

    EXPECT_EQ(at(event, "/meta/profile/0"),
              "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead");
    EXPECT_EQ(at(event, "/subtype/0/code"), "read");
    EXPECT_EQ(at(event, "/action"), "R");
    EXPECT_EQ(at(event, "/agent/0/type/coding/0/code"), "110152");
    EXPECT_EQ(at(event, "/agent/0/who/identifier/value"), "cds-1");
    EXPECT_EQ(at(event, "/agent/1/type/coding/0/code"), "110153");
    EXPECT_EQ(at(event, "/agent/1/network/address"), "https://ehr.mercy.example/api/FHIR/R4");
    EXPECT_EQ(at(event, "/entity/0/role/code"), "1");
    EXPECT_EQ(at(event, "/entity/1/type/code"), "2");
    EXPECT_EQ(at(event, "/entity/1/role/code"), "4");
    EXPECT_EQ(at(event, "/entity/1/what/identifier/value"), "k26q1:tC_M5rekMcR77-_ryN3thg");
    EXPECT_EQ(at(event, "/entity/1/query"), "");
}

TEST(AuditEvents, NameWhatWasReadWithoutAnIdOfTheChart)
{
    auto const visit = eventsOf(fetched("Encounter/{encounterKey}", "200")).at(1).json;
    EXPECT_EQ(at(visit, "/entity/1/what/type"), "Encounter");
    EXPECT_EQ(at(visit, "/entity/1/what/identifier/value"), "k26q1:LGbyJ9OZyGT0vvnrumfhCQ");

    auto const pages = eventsOf(fetched("{next}", "200")).at(1).json;
    EXPECT_EQ(at(pages, "/action"), "E");
    EXPECT_EQ(at(pages, "/entity/1/description"), "GET {next}");

    auto const several =
        eventsOf(fetched("Observation?code=a Observation?code=b", "200")).at(1).json;
    EXPECT_EQ(at(several, "/entity/1/description"),
              "GET https://ehr.mercy.example/api/FHIR/R4/Observation?code=a\n"
              "GET https://ehr.mercy.example/api/FHIR/R4/Observation?code=b");
}

TEST(AuditEvents, OfFailuresClaimNoProfileOfSuccess)
{
    struct Row {
        std::string_view http, status, outcome;
    };
    for (auto const& row : {Row{"403", "denied", "4"}, Row{"404", "error", "4"},
                            Row{"503", "error", "8"}, Row{"200", "ok", "0"}}) {
        SCOPED_TRACE(row.http);
        auto const event =
            eventsOf(fetched("Observation?patient={patientKey}", row.http, row.status)).at(1).json;
        EXPECT_EQ(at(event, "/outcome"), row.outcome);
        EXPECT_EQ(at(event, "/meta/profile").empty(), row.http != "200");
        EXPECT_EQ(at(event, "/outcomeDesc"), row.http == "200" ? "" : row.status);
    }
    auto line =
        without(fetched("Observation?patient={patientKey}", "1", "timeout"), "/inputs/2/http");
    EXPECT_EQ(at(eventsOf(line).at(1).json, "/outcome"), "8");
    EXPECT_EQ(at(eventsOf(line).at(1).json, "/meta/profile"), "");
}

TEST(AuditEvents, TellTestDataAndPeopleApart)
{
    auto const sandbox = eventsOf(with(sampleLine(), "/mode", "\"sandbox\"")).front().json;
    EXPECT_EQ(at(sandbox, "/meta/security/1/code"), "HTEST");

    auto const hashed =
        eventsOf(with(sampleLine(), "/user", "\"k26q1:u7pTgcJc4H4h7Nw0D8Ss6A\"")).front().json;
    EXPECT_EQ(at(hashed, "/agent/2/who/identifier/system"), "urn:twitch-cds:user-key");
    EXPECT_EQ(at(hashed, "/agent/2/who/type"), "");

    auto const unknown = eventsOf(without(sampleLine(), "/client/name")).front().json;
    EXPECT_EQ(at(unknown, "/agent/0/who/display"), "a client without an entry");

    auto const refused = eventsOf(with(sampleLine(), "/response/http", "412")).front().json;
    EXPECT_EQ(at(refused, "/outcome"), "4");
}

TEST(AuditEvents, NeedARecordOfADecision)
{
    struct Row {
        std::string line, where;
    };
    for (auto const& row :
         {Row{"{}", "/type"}, Row{"{", "byte"},
          Row{with(sampleLine(), "/type", "\"stop\""), "/type"},
          Row{with(sampleLine(), "/decisionId", "\"../etc\""), "/decisionId"},
          Row{without(sampleLine(), "/ts"), "/ts"},
          Row{with(sampleLine(), "/evaluatedAt", "\"yesterday\""), "/evaluatedAt"}}) {
        SCOPED_TRACE(row.line.substr(0, 40));
        auto const read = Decision::read(row.line);
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().where, HasSubstr(row.where));
    }
}

std::string accessLine(std::string_view http)
{
    return R"({"v":1,"type":"access","seq":9,"ts":"2026-03-04T08:00:00.000Z","node":"cds-1",)"
           R"("tenant":"mercy-west","actor":"auditor-1","role":"auditor","what":"decision",)"
           R"("decisionId":"019cb32f-8e9e-70d8-98e0-985ecc7f6041","as":"json","http":)" +
           std::string{http} + R"(,"records":1,"remote":"10.0.0.7","prev":")" +
           std::string(64, '0') + R"(","hash":")" +
           [] {
               std::string hash;
               for (int i = 0; i < 32; ++i) hash += "0a";
               return hash;
           }() +
           R"("})";
}

TEST(AccessEvent, SaysWhoLookedAtWhich)
{
    auto const event = accessEvent(accessLine("200"));

    ASSERT_TRUE(event) << toText(event.error());
    EXPECT_EQ(event->id, "f80bdd61-bb08-5e59-a96f-26144bfe2e31"); // of urn:twitch-cds:record:HASH
    expectSame(event->json, R"({
        "resourceType": "AuditEvent", "id": "f80bdd61-bb08-5e59-a96f-26144bfe2e31",
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM",
                 "code": "110101", "display": "Audit Log Used"},
        "action": "R", "recorded": "2026-03-04T08:00:00.000Z", "outcome": "0",
        "agent": [{"type": {"coding": [
              {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
               "code": "IRCP", "display": "information recipient"}]},
           "who": {"identifier": {"system": "urn:twitch-cds:admin", "value": "auditor-1"}},
           "requestor": true, "network": {"address": "10.0.0.7", "type": "2"}}],
        "source": {"site": "mercy-west",
          "observer": {"type": "Device",
                       "identifier": {"system": "urn:twitch-cds:node", "value": "cds-1"}},
          "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                    "code": "4", "display": "Application Server"}]},
        "entity": [{
          "what": {"type": "GuidanceResponse", "identifier": {"system": "urn:ietf:rfc:3986",
                   "value": "urn:uuid:019cb32f-8e9e-70d8-98e0-985ecc7f6041"}},
          "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
                   "code": "2", "display": "System Object"},
          "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role",
                   "code": "13", "display": "Security Resource"},
          "detail": [{"type": "what", "valueString": "decision"},
                     {"type": "as", "valueString": "json"},
                     {"type": "role", "valueString": "auditor"},
                     {"type": "records", "valueString": "1"},
                     {"type": "seq", "valueString": "9"},
                     {"type": "hash", "valueString": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}]}]})");
    EXPECT_EQ(at(accessEvent(accessLine("403"))->json, "/outcome"), "4");
}

} // namespace

} // namespace tcds::audit_export::test
