#include "tests/bench/chart_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcds::bench {

namespace {

constexpr std::time_t kDay = 86'400;

struct Result {
    std::string_view loinc, name, value, unit;
};
// Low potassium and magnesium fire; the others are as a routine profile delivers them.
constexpr std::array kResults{
    Result{"2823-3", "Potassium [Moles/volume] in Serum or Plasma", "2.9", "mmol/L"},
    Result{"2601-3", "Magnesium [Moles/volume] in Serum or Plasma", "0.52", "mmol/L"},
    Result{"2951-2", "Sodium [Moles/volume] in Serum or Plasma", "139", "mmol/L"},
    Result{"2000-8", "Calcium [Moles/volume] in Serum or Plasma", "2.31", "mmol/L"},
    Result{"2075-0", "Chloride [Moles/volume] in Serum or Plasma", "101", "mmol/L"},
    Result{"1963-8", "Bicarbonate [Moles/volume] in Serum or Plasma", "25", "mmol/L"},
    Result{"2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "0.9", "mg/dL"},
    Result{"1751-7", "Albumin [Mass/volume] in Serum or Plasma", "4.1", "g/dL"},
    Result{"2345-7", "Glucose [Mass/volume] in Serum or Plasma", "96", "mg/dL"},
    Result{"718-7", "Hemoglobin [Mass/volume] in Blood", "13.4", "g/dL"},
    Result{"6690-2", "Leukocytes [#/volume] in Blood by Automated count", "6.2", "10*3/uL"},
    Result{"777-3", "Platelets [#/volume] in Blood by Automated count", "240", "10*3/uL"},
    Result{"3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "2.1", "m[IU]/L"},
    Result{"2157-6", "Creatine kinase [Enzymatic activity/volume] in Serum or Plasma", "110",
           "U/L"},
    Result{"33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "88", "mL/min/{1.73_m2}"},
};

struct Coded {
    std::string_view code, name;
};
constexpr std::array kMedicines{
    Coded{"313988", "furosemide 40 MG Oral Tablet"},
    Coded{"402014", "omeprazole 20 MG Delayed Release Oral Capsule"},
    Coded{"197361", "amlodipine 5 MG Oral Tablet"},
    Coded{"617311", "atorvastatin 40 MG Oral Tablet"},
    Coded{"314076", "lisinopril 10 MG Oral Tablet"},
    Coded{"861007", "metformin 500 MG Oral Tablet"},
    Coded{"312938", "sertraline 50 MG Oral Tablet"},
    Coded{"243670", "aspirin 81 MG Oral Tablet"},
    Coded{"197444", "carbidopa 25 MG / levodopa 100 MG Oral Tablet"},
    Coded{"866924", "metoprolol tartrate 25 MG Oral Tablet"},
};

constexpr std::array kProblems{
    Coded{"R25.3", "Fasciculation"},
    Coded{"I50.9", "Heart failure, unspecified"},
    Coded{"I10", "Essential hypertension"},
    Coded{"E11.9", "Type 2 diabetes mellitus without complications"},
};

constexpr std::string_view kHead =
    R"({"hook":"patient-view","hookInstance":"4b0a7a5e-52a1-4c0f-9d55-3f1f6a2f7c01",)"
    R"("context":{"userId":"Practitioner/bench","patientId":"bench-1"},"prefetch":{"patient":)"
    R"({"resourceType":"Patient","id":"bench-1","gender":"female","birthDate":"1958-04-12"})";
constexpr std::string_view kSubject = R"("subject":{"reference":"Patient/bench-1"})";

std::string day(std::time_t at)
{
    std::tm parts{};
    gmtime_r(&at, &parts);
    std::array<char, 16> text{};
    (void)std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts); // ten characters always fit
    return text.data();
}

/// Puts each `%` of the pattern in its place: values hold none of their own.
template <class... Values>
std::string fill(std::string_view pattern, Values const&... values)
{
    std::string text;
    auto const next = [&](std::string_view value) {
        auto const at = pattern.find('%');
        text.append(pattern.substr(0, at)).append(value);
        pattern.remove_prefix(at + 1);
    };
    (next(values), ...);
    return text.append(pattern);
}

// Resources carry what US Core asks for and servers send: about 800 bytes each, as the public
// sample charts of Synthea have them (SMART's have 1,200).
std::string condition(std::size_t index, std::time_t now)
{
    auto const& problem = kProblems[index % kProblems.size()];
    auto const recorded = day(now - kDay * static_cast<std::time_t>(1 + 90 * index));
    return fill(
        R"({"fullUrl":"https://ehr.example.org/fhir/Condition/c%","resource":{"resourceType":)"
        R"("Condition","id":"c%","meta":{"versionId":"1","lastUpdated":"%T07:12:44.310Z","profile":)"
        R"(["http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-problems-health-concerns"]},)"
        R"("clinicalStatus":{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},)"
        R"("verificationStatus":{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},)"
        R"("category":[{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item",)"
        R"("display":"Problem List Item"}]}],"code":{"coding":[{"system":)"
        R"("http://hl7.org/fhir/sid/icd-10-cm","code":"%","display":"%"}],"text":"%"},%,)"
        R"("recordedDate":"%"},"search":{"mode":"match"}})",
        std::to_string(index), std::to_string(index), recorded, problem.code, problem.name,
        problem.name, kSubject, recorded);
}

std::string medication(std::size_t index, std::time_t now)
{
    auto const& medicine = kMedicines[index % kMedicines.size()];
    auto const authored = day(now - kDay * static_cast<std::time_t>(60 + index));
    return fill(
        R"({"fullUrl":"https://ehr.example.org/fhir/MedicationRequest/m%","resource":{)"
        R"("resourceType":"MedicationRequest","id":"m%","meta":{"versionId":"2","lastUpdated":)"
        R"("%T11:05:02.118Z","profile":)"
        R"(["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest"]},)"
        R"("status":"active","intent":"order","category":[{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/medicationrequest-category","code":"community"}]}],)"
        R"("medicationCodeableConcept":{"coding":[{"system":)"
        R"("http://www.nlm.nih.gov/research/umls/rxnorm","code":"%","display":"%"}],"text":"%"},%,)"
        R"("encounter":{"reference":"Encounter/e1"},"authoredOn":"%","requester":{"reference":)"
        R"("Practitioner/bench"},"dosageInstruction":[{"text":"Take 1 by mouth daily","timing":)"
        R"({"repeat":{"frequency":1,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":)"
        R"({"value":1}}]}]},"search":{"mode":"match"}})",
        std::to_string(index), std::to_string(index), authored, medicine.code, medicine.name,
        medicine.name, kSubject, authored);
}

std::string observation(std::size_t index, std::time_t now)
{
    auto const& result = kResults[index % kResults.size()];
    // Every round through the table is an older profile.
    auto const age = 2 + 7 * (index / kResults.size());
    auto const taken = day(now - kDay * static_cast<std::time_t>(age));
    return fill(
        R"({"fullUrl":"https://ehr.example.org/fhir/Observation/o%","resource":{"resourceType":)"
        R"("Observation","id":"o%","meta":{"versionId":"1","lastUpdated":"%T09:31:15.702Z","profile":)"
        R"(["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},)"
        R"("status":"final","category":[{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory",)"
        R"("display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"%",)"
        R"("display":"%"}],"text":"%"},%,"encounter":{"reference":"Encounter/e1"},)"
        R"("effectiveDateTime":"%T06:40:00Z","issued":"%T09:31:15.702Z","valueQuantity":{"value":%,)"
        R"("unit":"%","system":"http://unitsofmeasure.org","code":"%"}},"search":{"mode":"match"}})",
        std::to_string(index), std::to_string(index), taken, result.loinc, result.name, result.name,
        kSubject, taken, taken, result.value, result.unit, result.unit);
}

void appendBundle(std::string& body, std::string_view key, std::size_t count,
                  std::string (*entry)(std::size_t, std::time_t), std::time_t now)
{
    body += fill(R"(,"%":{"resourceType":"Bundle","type":"searchset","entry":[)", key);
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) body += ',';
        body += entry(i, now);
    }
    body += "]}";
}

} // namespace

std::string chartBody(std::size_t bytes, std::time_t now)
{
    constexpr std::size_t kSmall = 5000;         // below: the least that fires
    constexpr std::size_t kPerObservation = 890; // what one takes, about
    auto const small = bytes < kSmall;
    std::string body{kHead};
    appendBundle(body, "conditions", small ? 1 : kProblems.size(), condition, now);
    appendBundle(body, "medications", small ? 0 : kMedicines.size(), medication, now);
    auto const left = bytes > body.size() ? bytes - body.size() : 0;
    appendBundle(body, "labs", std::max<std::size_t>(1, left / kPerObservation), observation, now);
    body += "}}";
    return body;
}

} // namespace tcds::bench
