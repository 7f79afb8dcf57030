#pragma once

#include <string>
#include <string_view>

namespace tcds::audit_export::test {

// A decision record written by hand: an invented patient of 67, magnesium 1.1 mg/dL, omeprazole.
// Results were read from the EHR's server; the medication list came with the call, cut short.

inline constexpr std::string_view kDecisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
inline constexpr std::string_view kCard = "5ac73063-6082-5a75-8033-837f4aef1a65";

inline constexpr std::string_view kHead =
    R"({"v":1,"type":"decision","seq":48211,"ts":"2026-03-03T10:12:44.402Z","node":"cds-1",)"
    R"("tenant":"mercy-west")";

inline constexpr std::string_view kMembers =
    R"("decisionId":"019cb32f-8e9e-70d8-98e0-985ecc7f6041",)"
    R"("hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","hook":"patient-view",)"
    R"("service":"twitch-patient-view","client":{"name":"mercy-ehr"},)"
    R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","user":"PractitionerRole/e-QokEGU",)"
    R"("subject":{"patientKey":"k26q1:tC_M5rekMcR77-_ryN3thg",)"
    R"("encounterKey":"k26q1:LGbyJ9OZyGT0vvnrumfhCQ"},)"
    R"("fhirServer":"https://ehr.mercy.example/api/FHIR/R4",)"
    R"("request":{"bytes":41877,"sha256":"7f07"},"engine":{"version":"0.4.0"},)"
    R"("pack":{"id":"twitch-core","version":"2026.2","sha256":"a4b2","signer":"embedded"},)"
    R"("settings":"4beb","mode":"active","phi":"facts","evaluatedAt":"2026-03-03T10:12:44.318Z",)"
    R"("inputs":[{"key":"patient","status":"ok","count":1,"via":"prefetch"},)"
    R"({"key":"medications","status":"partial","count":50,"via":"prefetch"},)"
    R"({"key":"labs","status":"ok","count":31,"via":"fhir",)"
    R"("query":"Observation?patient={patientKey}&category=laboratory&date=ge2025-12-03",)"
    R"("http":200,"ms":142,"requestId":"cc6d168e-5871-4ec0-9f63-0242ac130002"}],)"
    R"("facts":[{"id":"f0","kind":"patient","in":"patient","ref":"k26q1:FI3pxaekTRnlbNmuGlVL9g",)"
    R"("ageYears":67,"sex":"female"},)"
    R"({"id":"f1","kind":"complaint","in":"encounterDiagnoses","ref":"k26q1:Ln0sA6lQeuJl7PW1NWiFpQ",)"
    R"("kinds":["TWITCH"],"codes":[["http://hl7.org/fhir/sid/icd-10-cm","R25.3"]],"by":"code"},)"
    R"({"id":"f2","kind":"lab","in":"labs","ref":"k26q1:ZcdMFaaGGHu2u_mVj0lPxg",)"
    R"("codes":[["http://loinc.org","19123-9"]],"value":"1.1","unit":"mg/dL","status":"final"},)"
    R"({"id":"f3","kind":"medication","use":"order","in":"medications",)"
    R"("ref":"k26q1:YsZqel3XDDFGYYBjw0TlMQ","ingredients":["omeprazole"],"status":"active"}],)"
    R"("missing":["lab:K","med:dose","source:stopped"],)"
    R"("rules":[{"id":"CMB-LOWK-LOWMG","version":"1.0.0","outcome":"unknown","why":"no-result",)"
    R"("what":"lab:K","facts":["f2"],"us":6},)"
    R"({"id":"EL-MG-LOW","version":"1.2.0","outcome":"fired","level":"critical","tier":"definite",)"
    R"("band":"severe","facts":["f1","f2"],"us":31},)"
    R"({"id":"MED-PPI","version":"1.0.1","outcome":"fired","level":"info","tier":"possible",)"
    R"("facts":["f1","f2","f3"],"us":24}],"idle":34,)"
    R"("cards":[{"uuid":"5ac73063-6082-5a75-8033-837f4aef1a65","rule":"EL-MG-LOW",)"
    R"("rules":["EL-MG-LOW","MED-PPI"],"level":"critical","indicator":"warning",)"
    R"("topic":"ELMGLOW","sha256":"6f8c","card":{"uuid":"5ac73063-6082-5a75-8033-837f4aef1a65",)"
    R"("summary":"Low magnesium 1.1 mg/dL is a likely cause","indicator":"warning",)"
    R"("detail":"**Findings:** **Magnesium 1.1 mg/dL**\n\n**Why:** 5 \\* 2",)"
    R"("source":{"label":"twitch-cds","topic":{"system":"urn:twitch-cds:rule","code":"ELMGLOW",)"
    R"("display":"Low magnesium"}},"links":[{"label":"About this rule",)"
    R"("url":"https://cds.example.org/rules/EL-MG-LOW","type":"absolute"}]}}],)"
    R"("response":{"http":200,"bytes":2362,"sha256":"1499","degraded":true},)"
    R"("timing":{"totalUs":231870,"parseUs":2100,"evalUs":410},)"
    R"("redacted":["/cards/*/card/**/reference"])";

/// The record as a line of a log.
inline std::string sampleLine()
{
    return std::string{kHead} + "," + std::string{kMembers} + R"(,"prev":")" +
           std::string(64, '0') + R"(","hash":")" + std::string(64, 'a') + R"("})";
}

/// `feedback` on its card.
inline std::string feedbackMembers(std::string_view outcome, std::string_view at)
{
    return R"("service":"twitch-patient-view","card":")" + std::string{kCard} +
           R"(","decisionId":")" + std::string{kDecisionId} + R"(","outcome":")" +
           std::string{outcome} +
           R"(","reason":{"system":"urn:twitch-cds:override-reason","code":"known-stable",)"
           R"("display":"Known and stable"},"receivedAt":")" +
           std::string{at} + R"(","user":"Practitioner/7")";
}

} // namespace tcds::audit_export::test
