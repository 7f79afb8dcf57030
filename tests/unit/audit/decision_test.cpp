#include "server/audit/decision.hpp"

#include "fhir/base/json.hpp"
#include "server/audit/digest.hpp"
#include "tests/unit/audit/decision_stage.hpp"

namespace tcds::audit {
namespace {

using test::DecisionStage;

/// The text between `from` and the next `to`, both included.
std::string part(std::string const& text, std::string const& from, std::string const& to)
{
    auto const start = text.find(from);
    if (start == std::string::npos) return "no " + from + " in " + text;
    return text.substr(start, text.find(to, start) + to.size() - start);
}

std::string fact(std::string const& members, std::string const& id)
{
    auto const start = members.find("{\"id\":\"" + id + "\"");
    if (start == std::string::npos) return "absent";
    int depth = 0;
    for (auto end = start; end < members.size(); ++end) {
        if (members[end] == '{') ++depth;
        if (members[end] == '}' && --depth == 0) return members.substr(start, end + 1 - start);
    }
    return "unfinished";
}

// Pseudonyms: openssl dgst -sha256 -mac HMAC over "mercy-west|https://ehr.example.org/fhir|..".
TEST(DecisionRecord, BeginsWithCallEngineAndContent)
{
    DecisionStage const stage;

    auto const members = stage.members();

    EXPECT_TRUE(members.starts_with(
        R"("decisionId":"019cb32f-8e9e-70d8-98e0-985ecc7f6041",)"
        R"("hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","hook":"patient-view",)"
        R"("service":"twitch-patient-view","client":{"name":"mercy","trigger":"7"},)"
        R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","user":"PractitionerRole/r1",)"
        R"("subject":{"patientKey":"k26q1:KwNrETh5XwElSA0VCTdxEA","encounterKey":"k26q1:)"))
        << members.substr(0, 600);
    EXPECT_EQ(
        part(members, "\"fhirServer\"", "\"inputs\":"),
        R"("fhirServer":"https://ehr.example.org/fhir","request":{"bytes":41877,"sha256":)"
        R"("7f07c8b7eadc73f2755c60efb1d9d7ac0f094dd7c1dba3069d3be0214be10fb6"},)"
        R"("engine":{"version":"0.1.0","commit":"9f3c2ab"},"pack":{"id":"twitch-core",)"
        R"("version":"2026.11","sha256":)"
        R"("a4b2416a1fbdd28de3a062b11f08d16fd8fa7002488fb01167dd2b9115dff4c8",)"
        R"("signer":"embedded"},"settings":)"
        R"("4bebf94d7ff2b14f7a9007cb9d2c6fe9ddc742686ee65df10566e472c1bb8b73",)"
        R"("mode":"sandbox","phi":"facts","evaluatedAt":"2026-03-03T10:12:44.318Z","inputs":)");
}

TEST(DecisionRecord, ListsInputsWithWhatBecameOfThem)
{
    DecisionStage const stage;

    EXPECT_EQ(part(stage.members(), "\"inputs\"", "]"),
              R"("inputs":[{"key":"patient","via":"prefetch","status":"ok","count":1},)"
              R"({"key":"medications","via":"prefetch","status":"partial","count":50},)"
              R"({"key":"labs","status":"absent","count":0}])");
}

struct FactCase {
    char const* id;
    char const* json;
};

// `ref` is left out of the comparison: PseudonymOfAFact proves it.
TEST(DecisionRecord, WritesEachKindOfFactWithAllItsMembers)
{
    DecisionStage const stage;
    auto const members = stage.members();

    for (
        auto const& expected : {
            FactCase{"f0", R"({"id":"f0","kind":"patient","in":"patient",)"
                           R"("ageYears":67,"sex":"female"})"},
            FactCase{"f1", R"({"id":"f1","kind":"complaint","in":"patient",)"
                           R"("kinds":["CRAMP","TWITCH"],)"
                           R"("codes":[["http://hl7.org/fhir/sid/icd-10-cm","R25.3"]],)"
                           R"("sites":["SITE_LEG"],"by":"code","onset":"2026-03"})"},
            FactCase{"f2", "absent"},
            FactCase{"f3", R"({"id":"f3","kind":"condition","in":"patient",)"
                           R"("codes":[["http://hl7.org/fhir/sid/icd-10-cm","A00"],)"
                           R"(["http://hl7.org/fhir/sid/icd-10-cm","Z99.9"]]})"},
            FactCase{"f4", R"({"id":"f4","kind":"condition","in":"patient",)"
                           R"("codes":[["http://hl7.org/fhir/sid/icd-10-cm","N18.3"]],)"
                           R"("sets":["CKD"],"by":"code","status":"active",)"
                           R"("verification":"confirmed","recorded":"2024-01-05",)"
                           R"("encounter":true})"},
            FactCase{"f5", R"({"id":"f5","kind":"medication","in":"medications","use":"order",)"
                           R"("codes":[["http://www.nlm.nih.gov/research/umls/rxnorm","313988"]],)"
                           R"("ingredients":["furosemide","lisinopril"],"by":"rxnorm",)"
                           R"("status":"active","state":"stopped",)"
                           R"("history":[["active","2025-06-14"],["on-hold","2026-02-01"]],)"
                           R"("start":"2025-06-14T08:00:00+02:00","stop":"2026-03-01",)"
                           R"("dose":{"value":"40.0","unit":"mg"},"route":"oral",)"
                           R"("routeFrom":"dosage","prn":true})"},
            FactCase{"f6", R"({"id":"f6","kind":"medication","in":"medications","use":"draft",)"
                           R"("state":"draft","selected":false})"},
            FactCase{"f7", R"({"id":"f7","kind":"lab","in":"labs","analyte":"K",)"
                           R"("codes":[["http://loinc.org","2823-3"]],"value":"2.90",)"
                           R"("comparator":"<","unit":"mmol/L","status":"final",)"
                           R"("ranges":[{"type":"normal","low":"3.5","unit":"mmol/L"}],)"
                           R"("flags":["A","LL"],"notes":["haemolysed","preliminary"],)"
                           R"("at":"2026-03-01T06:40:00Z"})"},
            FactCase{"f8", R"({"id":"f8","kind":"lab","in":"labs","value":"5","unit":"furlong",)"
                           R"("unusable":"bad-unit","status":"final"})"},
            FactCase{"f9", R"({"id":"f9","kind":"finding","in":"labs","sets":["SEIZURE"],)"
                           R"("by":"phrase","at":"2026-03-02","complaint":true})"},
            FactCase{"f10", R"({"id":"f10","kind":"procedure","sets":["DIALYSIS_PROCEDURE"],)"
                            R"("stop":"2026-03-02T12:00:00Z"})"},
            FactCase{"f11", R"({"id":"f11","kind":"order","sets":["NEUROLOGY_REFERRAL"],)"
                            R"("draft":true,"status":"draft"})"},
            FactCase{"f12", R"({"id":"f12","kind":"encounter","in":"patient",)"
                            R"("class":"inpatient","icu":true,"current":true,)"
                            R"("start":"2026-03-01"})"},
            FactCase{"f13", R"({"id":"f13","kind":"visit","in":"patient","sets":["NEUROLOGY"]})"},
            FactCase{
                "f14",
                R"({"id":"f14","kind":"gap","in":"labs","of":"lab",)"
                R"("why":"entered-in-error","analyte":"CA","codes":[["http://loinc.org","17861-6"]]})"},
            FactCase{"f15", R"({"id":"f15","kind":"recent",)"
                            R"("key":"k26q1:LcGEPmFtz7RCuJxwpj9ttw","what":"returned",)"
                            R"("until":"2026-03-04T10:00:00.000Z",)"
                            R"("cluster":"K","rule":"EL-K-LOW","level":"warning"})"},
        }) {
        auto written = fact(members, expected.id);
        if (auto const ref = written.find(",\"ref\":\""); ref != std::string::npos)
            written.erase(ref, written.find('"', ref + 8) + 1 - ref);
        EXPECT_EQ(written, expected.json);
    }
}

/// What evaluation and cards look at beside the table of facts: without it no replay is the
/// decision.
TEST(DecisionRecord, HoldsWhatADecisionNeedsToBeMadeAgain)
{
    DecisionStage stage;
    stage.context.patient.human = false;
    stage.rules.day = "2026-03-01";
    stage.record.forPatients = true;
    auto& lab = stage.context.labs[0];
    lab.ucum = "mmol/L{x}";
    lab.canonical = Decimal{29, 1};
    lab.codes.push_back({"http://loinc.org", "6298-4", ""});
    lab.ranges[0].high = Quantity{Decimal{5, 0}, "meq/L"};
    lab.ranges[0].ageFromDays = 365;
    stage.context.problems[2].state = ProblemState::Inactive;
    stage.context.findings[0].codes = {{"http://snomed.info/sct", "91175000", "Seizure"}};
    auto& use = stage.context.medications[0];
    use.source.resource = "MedicationUsage/m1";

    auto const members = stage.members();

    for (auto const* const part :
         {R"("human":false)", R"("day":"2026-03-01"})", R"("audience":"patient")",
          R"("unit":"mmol/L","ucum":"mmol/L{x}","canonical":"2.9")",
          R"("low":"3.5","high":"5","unit":"mmol/L","highUnit":"meq/L","ageFromDays":365,)"
          R"("ageFits":true)",
          R"("state":"inactive","sets":["CKD"])",
          R"("codes":[["http://snomed.info/sct","91175000"]],"sets":["SEIZURE"])",
          R"("use":"order","type":"MedicationUsage")"})
        EXPECT_NE(members.find(part), std::string::npos) << part << "\n" << members;
}

/// Which of two results of one instant counts hangs on the ids of their resources.
TEST(DecisionRecord, RanksFactsThatOnlyTheirIdsTellApart)
{
    DecisionStage stage;
    auto second = stage.context.labs[0];
    second.id = FactId{stage.context.factCount++};
    second.source.resource = "Observation/o10"; // before o7
    stage.context.labs.push_back(second);

    auto const members = stage.members();

    EXPECT_NE(fact(members, "f7").find(R"("rank":1})"), std::string::npos);
    EXPECT_NE(fact(members, "f15").find(R"("rank":0})"), std::string::npos);
    EXPECT_EQ(fact(members, "f8").find("rank"), std::string::npos);
}

TEST(DecisionRecord, NamesResourcesByPseudonymsAlone)
{
    DecisionStage const stage;
    auto const members = stage.members();

    EXPECT_NE(fact(members, "f7").find(R"("ref":"k26q1:I6MtH20aze6Scg1e6em8NQ")"),
              std::string::npos)
        << fact(members, "f7");
    EXPECT_EQ(fact(members, "f8").find("\"ref\""), std::string::npos) << "it had no id";
    for (auto const* const kept :
         {"Patient/p1", "\"p1\"", "Condition/", "MedicationRequest/", "Observation/",
          "Encounter/e1", "Jane", "secret", "Furosemide 40", "1958"})
        EXPECT_EQ(members.find(kept), std::string::npos) << kept;
}

TEST(DecisionRecord, GivesTheAgeInDaysOnlyBelowTwoYears)
{
    DecisionStage stage;
    stage.context.patient.birth = parseDateTime("2025-03-03").value();
    EXPECT_NE(stage.members().find(R"("ageYears":1,"ageDays":365,)"), std::string::npos);

    stage.context.patient.birth = parseDateTime("2024-03-03").value();
    EXPECT_NE(stage.members().find(R"("ageYears":2,"sex")"), std::string::npos);

    stage.context.patient.birth = parseDateTime("2026-04-01").value();
    EXPECT_EQ(stage.members().find("\"age"), std::string::npos) << "born after the call";
}

TEST(DecisionRecord, ListsCandidatesByIdWithOutcomeAndReason)
{
    DecisionStage const stage;

    EXPECT_EQ(part(stage.members(), "\"missing\"", "\"cards\""),
              R"("missing":["lab:CA","source:labs"],"rules":[)"
              R"({"id":"EL-CA-LOW","version":"1.0.0","outcome":"unknown","why":"no-result",)"
              R"("what":"lab:CA","facts":[],"us":0},)"
              R"({"id":"EL-K-LOW","version":"1.0.0","outcome":"fired","level":"critical",)"
              R"("tier":"definite","band":"severe","facts":["f1","f7"],"us":31},)"
              R"({"id":"MED-LOOP","version":"1.0.0","outcome":"suppressed","why":"normal",)"
              R"("level":"info","tier":"possible","facts":["f5"],"us":0},)"
              R"({"id":"RF-ALS","version":"1.0.0","outcome":"not-met","why":"complaint",)"
              R"("what":"gate","facts":["f1"],"us":0}],"idle":1,"cards")");
}

TEST(DecisionRecord, KeepsTheMaskedCardWithItsDigest)
{
    DecisionStage const stage;
    std::string const masked{DecisionStage::kMasked};

    auto const members = stage.members();

    EXPECT_NE(
        members.find(R"("cards":[{"uuid":"5ac73063-6082-5a75-8033-837f4aef1a65","rule":"EL-K-LOW",)"
                     R"("rules":["EL-K-LOW"],"level":"critical","indicator":"warning",)"
                     R"("topic":"ELKLOW","sha256":")" +
                     sha256(masked) + R"(","card":)" + masked +
                     R"(}],"response":{"http":200,)"
                     R"("bytes":2362,"sha256":)"
                     R"("14998947d95502d315d56a3e140e2c93cc096116ba8f094cda802033269d4cd5",)"
                     R"("degraded":true},"timing":{"totalUs":231870,"parseUs":2100,"evalUs":410},)"
                     R"("redacted":["/cards/*/card/**/reference"])"),
        std::string::npos)
        << part(members, "\"cards\"", "\"redacted\"");
}

TEST(DecisionRecord, NamesTheCallThatItRepeats) // TOL-16
{
    DecisionStage stage;
    EXPECT_EQ(stage.members().find("retryOf"), std::string::npos);
    stage.record.retryOf = "019cb32f-8d00-70d8-98e0-985ecc7f6041";

    EXPECT_NE(stage.members().find(R"("retryOf":"019cb32f-8d00-70d8-98e0-985ecc7f6041",)"),
              std::string::npos);
}

TEST(DecisionRecord, LeavesOutWhatTheCallDidNotName)
{
    DecisionStage stage;
    stage.record.client = stage.record.trigger = stage.record.traceId = {};
    stage.record.encounterKey = stage.record.fhirServer = {};
    stage.record.sent = {};

    auto const members = stage.members();

    EXPECT_NE(members.find(R"("client":{},"user")"), std::string::npos);
    EXPECT_EQ(members.find("encounterKey"), std::string::npos);
    EXPECT_EQ(members.find("fhirServer"), std::string::npos);
    EXPECT_TRUE(members.ends_with(R"("redacted":[])"));
}

} // namespace
} // namespace tcds::audit
