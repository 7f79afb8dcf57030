#include "tests/unit/app/calls.hpp"

#include "tests/support/json_edit.hpp"

namespace tcds::app::test {

namespace {

std::string text(std::string_view view) { return std::string{view}; }

std::string codeable(std::string_view system, std::string_view code)
{
    return R"({"coding":[{"system":")" + text(system) + R"(","code":")" + text(code) + R"("}]})";
}

} // namespace

std::string patient(std::string_view id)
{
    return R"({"resourceType":"Patient","id":")" + text(id) +
           R"(","gender":"female","birthDate":"1957-06-15"})";
}

std::string condition(std::string_view icd, std::string_view id)
{
    return R"({"resourceType":"Condition","id":")" + text(id) + R"(","clinicalStatus":)" +
           codeable("http://terminology.hl7.org/CodeSystem/condition-clinical", "active") +
           R"(,"verificationStatus":)" +
           codeable("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed") +
           R"(,"category":[)" +
           codeable("http://terminology.hl7.org/CodeSystem/condition-category",
                    "problem-list-item") +
           R"(],"code":)" + codeable("http://hl7.org/fhir/sid/icd-10-cm", icd) +
           R"(,"subject":{"reference":"Patient/pt1"},"recordedDate":"2026-01-20"})";
}

std::string order(std::string_view rxnorm, std::string_view name, std::string_view id)
{
    return R"({"resourceType":"MedicationRequest","id":")" + text(id) +
           R"(","status":"active","intent":"order","subject":{"reference":"Patient/pt1"},)"
           R"("authoredOn":"2025-12-01","medicationCodeableConcept":{"coding":[{"system":)"
           R"("http://www.nlm.nih.gov/research/umls/rxnorm","code":")" +
           text(rxnorm) + R"("}],"text":")" + text(name) + R"("}})";
}

std::string result(std::string_view loinc, std::string_view value, std::string_view unit,
                   std::string_view id, std::string_view taken)
{
    return R"({"resourceType":"Observation","id":")" + text(id) +
           R"(","status":"final","subject":{"reference":"Patient/pt1"},"code":)" +
           codeable("http://loinc.org", loinc) + R"(,"effectiveDateTime":")" + text(taken) +
           R"(","valueQuantity":{"value":)" + text(value) + R"(,"unit":")" + text(unit) +
           R"(","system":"http://unitsofmeasure.org","code":")" + text(unit) + R"("}})";
}

std::string bundle(std::string_view resources)
{
    std::string made = R"({"resourceType":"Bundle","type":"searchset","entry":[]})";
    auto const list = tcds::test::parseJson("[" + text(resources) + "]");
    for (auto const& each : list.GetArray())
        made = tcds::test::with(made, "/entry/-",
                                R"({"resource":)" + tcds::test::writeJson(each) + "}");
    return made;
}

std::string call()
{
    return R"({"hook":"patient-view","hookInstance":"6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11",)"
           R"("context":{"userId":"Practitioner/p1","patientId":"pt1"},"prefetch":{"patient":)" +
           patient() + R"(,"conditions":)" + bundle(condition("R25.3")) + R"(,"medications":)" +
           bundle(order("4603", "furosemide", "m1") + "," + order("8640", "prednisone", "m2")) +
           R"(,"labs":)" +
           bundle(result("2823-3", "2.9", "mmol/L", "o1") + "," +
                  result("19123-9", "1.3", "mg/dL", "o2")) +
           R"(,"encounterDiagnoses":)" + text(kEmptyBundle) + R"(,"complaints":)" +
           text(kEmptyBundle) + "}}";
}

std::string orderSelect()
{
    auto made = tcds::test::with(call(), "/hook", R"("order-select")");
    auto draft =
        tcds::test::with(order("5487", "hydrochlorothiazide", "d1"), "/status", R"("draft")");
    made = tcds::test::with(made, "/context/draftOrders", bundle(draft));
    return tcds::test::with(made, "/context/selections", R"(["MedicationRequest/d1"])");
}

std::string callOf(cds::Service const& service)
{
    using tcds::test::with;
    auto made = service.hook == Hook::OrderSelect ? orderSelect() : call();
    made = with(made, "/hook", '"' + text(toText(service.hook)) + '"');
    switch (service.hook) {
    case Hook::PatientView:
    case Hook::OrderSelect:
        return made;
    case Hook::EncounterStart:
        made = with(made, "/prefetch/encounter",
                    R"({"resourceType":"Encounter","id":"e1","status":"in-progress",)"
                    R"("class":{"code":"AMB"},"subject":{"reference":"Patient/pt1"}})");
        return with(made, "/context/encounterId", R"("e1")");
    case Hook::ProblemListItemCreate:
        return with(made, "/context/conditions", bundle(condition("R25.3", "c9")));
    case Hook::OrderSign:
        return with(made, "/context/draftOrders",
                    tcds::test::at(orderSelect(), "/context/draftOrders"));
    }
    return made;
}

std::string pathOf(cds::Service const& service) { return "/cds-services/" + text(service.id); }

std::string withoutComplaint()
{
    return tcds::test::with(call(), "/prefetch/conditions", bundle(condition("I10")));
}

} // namespace tcds::app::test
