#include "tests/bench/chart_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcds::bench {

namespace {

constexpr std::time_t kDay = 86'400;

struct Result {
    std::string_view loinc, value, unit;
};
// Low potassium, magnesium and calcium fire; the others are as a routine profile delivers them.
constexpr std::array kResults{
    Result{"2823-3", "2.9", "mmol/L"},
    Result{"19123-9", "0.52", "mmol/L"},
    Result{"2951-2", "139", "mmol/L"},
    Result{"17861-6", "1.85", "mmol/L"},
    Result{"2075-0", "101", "mmol/L"},
    Result{"1963-8", "25", "mmol/L"},
    Result{"2160-0", "0.9", "mg/dL"},
    Result{"1751-7", "4.1", "g/dL"},
    Result{"2345-7", "96", "mg/dL"},
    Result{"718-7", "13.4", "g/dL"},
    Result{"6690-2", "6.2", "10*3/uL"},
    Result{"777-3", "240", "10*3/uL"},
    Result{"1742-6", "22", "U/L"},
    Result{"1920-8", "25", "U/L"},
    Result{"3016-3", "2.1", "m[IU]/L"},
    Result{"2157-6", "110", "U/L"},
    Result{"33914-3", "88", "mL/min/{1.73_m2}"},
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
    Coded{"E78.5", "Hyperlipidemia, unspecified"},
    Coded{"K21.9", "Gastro-esophageal reflux disease"},
    Coded{"F32.9", "Major depressive disorder, single episode"},
    Coded{"M54.5", "Low back pain"},
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

std::string condition(std::size_t index, std::time_t now)
{
    auto const& problem = kProblems[index % kProblems.size()];
    return fill(
        R"({"resource":{"resourceType":"Condition","id":"c%","clinicalStatus":{"coding":[{"code":)"
        R"("active"}]},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"%",)"
        R"("display":"%"}]},%,"recordedDate":"%"}})",
        std::to_string(index), problem.code, problem.name, kSubject,
        day(now - kDay * static_cast<std::time_t>(1 + 90 * index)));
}

std::string medication(std::size_t index, std::time_t now)
{
    auto const& medicine = kMedicines[index % kMedicines.size()];
    return fill(
        R"({"resource":{"resourceType":"MedicationRequest","id":"m%","status":"active","intent":)"
        R"("order","medicationCodeableConcept":{"coding":[{"system":)"
        R"("http://www.nlm.nih.gov/research/umls/rxnorm","code":"%","display":"%"}]},%,)"
        R"("authoredOn":"%"}})",
        std::to_string(index), medicine.code, medicine.name, kSubject,
        day(now - kDay * static_cast<std::time_t>(60 + index)));
}

std::string observation(std::size_t index, std::time_t now)
{
    auto const& result = kResults[index % kResults.size()];
    // Every round through the table is an older profile.
    auto const age = 2 + 7 * (index / kResults.size());
    return fill(
        R"({"resource":{"resourceType":"Observation","id":"o%","status":"final","code":{"coding":)"
        R"([{"system":"http://loinc.org","code":"%"}]},%,"effectiveDateTime":"%T06:40:00Z",)"
        R"("valueQuantity":{"value":%,"unit":"%"}}})",
        std::to_string(index), result.loinc, kSubject,
        day(now - kDay * static_cast<std::time_t>(age)), result.value, result.unit);
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
    constexpr std::size_t kPerObservation = 270; // what one takes, about
    auto const small = bytes < kSmall;
    std::string body{kHead};
    appendBundle(body, "conditions", small ? 1 : kProblems.size(), condition, now);
    appendBundle(body, "medications", small ? 1 : kMedicines.size(), medication, now);
    auto const left = bytes > body.size() ? bytes - body.size() : 0;
    appendBundle(body, "labs", std::max<std::size_t>(2, left / kPerObservation), observation, now);
    body += "}}";
    return body;
}

} // namespace tcds::bench
