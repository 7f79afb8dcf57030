// Any bytes as what a client delivers for conditions, medications and results, beside a patient and
// a recorded complaint of twitching: read as facts, judged by every rule, made into cards.

#include "fhir/base/json.hpp"
#include "fhir/read/chart_reader.hpp"
#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/rules_in_use.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace {

using namespace tcds;
using fuzz::claim;

constexpr auto kPatient =
    R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1958-04-12"})";
constexpr auto kComplaint =
    R"({"resourceType":"Condition","id":"recorded-before","clinicalStatus":{"coding":[{"code":"active"}]},)"
    R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3"}]},)"
    R"("subject":{"reference":"Patient/p1"},"recordedDate":"2026-11-20"})";

json::Document documentOf(char const* text)
{
    auto document = json::Document::parse(text);
    claim(document.has_value(), "the fixed part of the chart can be read");
    return std::move(*document);
}

fhir::ReadOptions readOptions()
{
    fhir::ReadOptions options;
    options.asOf = fuzz::now();
    options.patientId = "p1";
    options.complaintWindow = fuzz::shippedRules().complaintWindow;
    return options;
}

void judge(PatientContext const& context)
{
    claim(!context.complaints.empty(), "the recorded complaint is seen whatever else is sent");
    rules::EvaluateOptions options;
    options.everyRule = true;
    options.trace = true;
    auto const evaluation = rules::evaluate(context, fuzz::shippedRules(), options);
    for (auto const& judgement : evaluation->judged)
        claim(judgement.outcome != rules::Outcome::Error, "no rule breaks");
    for (auto const& card : rules::compose(*evaluation, {}))
        claim(!card.summary.empty() && (!card.rules.empty() || !card.lead.known()),
              "a card says what and why");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    static auto const patient = documentOf(kPatient);
    static auto const complaint = documentOf(kComplaint);
    auto const sent = json::Document::parse({reinterpret_cast<char const*>(bytes), size});
    if (!sent) return 0;
    std::array const inputs{
        fhir::Input{"patient", "prefetch", &patient.root()},
        fhir::Input{"encounterDiagnoses", "prefetch", &complaint.root()},
        fhir::Input{"conditions", "prefetch", &sent->root()},
        fhir::Input{"medications", "prefetch", &sent->root()},
        fhir::Input{"labs", "prefetch", &sent->root()},
    };
    auto const context = fhir::readChart(inputs, readOptions(), *fuzz::shippedRules().terms);
    if (context) judge(*context);
    return 0;
}
