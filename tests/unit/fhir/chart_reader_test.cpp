#include "reading_chart.hpp"

#include <algorithm>

namespace tcds::fhir::test {
namespace {

std::vector<std::uint16_t> allIds(PatientContext const& context)
{
    std::vector<std::uint16_t> ids{context.patient.id.value};
    auto const add = [&ids](auto const& facts) {
        for (auto const& fact : facts) ids.push_back(fact.id.value);
    };
    add(context.medications);
    add(context.labs);
    add(context.problems);
    add(context.complaints);
    add(context.findings);
    add(context.procedures);
    add(context.orders);
    add(context.encounters);
    add(context.gaps);
    std::sort(ids.begin(), ids.end());
    return ids;
}

Call chart()
{
    Call call;
    call.options.encounterId = "e1";
    call.bundle("labs", {potassium(R"("id":"o1","valueQuantity":{"value":3.1,"unit":"mmol/L"})"),
                         potassium(R"("id":"o2","status":"cancelled")")})
        .bundle("medications",
                {resource("MedicationRequest",
                          R"("id":"m1","status":"active","intent":"order","authoredOn":"2026-02-01",
            "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"4603"}]})")})
        .bundle("conditions",
                {resource("Condition", R"("id":"c1","code":{"text":"twitching and confusion"})"),
                 resource("Condition", R"("id":"c2","code":{"text":"chronic kidney disease"})")})
        .with("encounter",
              resource("Encounter", R"("id":"e1","status":"in-progress","class":{"code":"IMP"})"))
        .with("procedures",
              resource("Procedure", R"("status":"completed","code":{"text":"hemodialysis"})"))
        .with("serviceRequests",
              resource("ServiceRequest", R"("status":"active","code":{"text":"neurology"})"))
        .with("patient", R"({"resourceType":"Patient","id":"p1","birthDate":"1950-04-01"})");
    return call;
}

TEST(Chart, FactsAreNumberedWithoutGapsThePatientFirst)
{
    auto const context = chart().read();

    auto const ids = allIds(context);
    ASSERT_EQ(ids.size(), context.factCount);
    for (std::size_t at = 0; at < ids.size(); ++at) EXPECT_EQ(ids[at], at);
    EXPECT_EQ(context.patient.id, FactId{0});
    EXPECT_EQ(context.labs.at(0).id, FactId{1}); // first in the call
}

TEST(Chart, FactsOutliveTheDocument)
{
    auto const context = chart().read(); // the Call and its documents are gone

    EXPECT_EQ(context.labs.at(0).value->unit, "mmol/L");
    EXPECT_EQ(context.labs.at(0).source.resource, "Observation/o1");
    EXPECT_EQ(context.patient.birth->text, "1950-04-01");
    EXPECT_EQ(context.encounters.at(0).cls, EncounterClass::Inpatient);
    EXPECT_EQ(context.complaints.size(), 1U);
    EXPECT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.problems.size(), 2U); // the complaint is held by a finding set, too
}

TEST(Chart, HookAndTimeAreThoseOfTheCall)
{
    Call call;
    call.options.hook = Hook::OrderSign;

    auto const context = call.read();

    EXPECT_EQ(context.hook, Hook::OrderSign);
    EXPECT_EQ(toText(context.asOf), "2026-03-03T10:00:00.000Z");
}

TEST(Chart, OrderOfResourcesChangesNoFact)
{
    std::vector<std::string> resources{
        potassium(R"("id":"o1","valueQuantity":{"value":3.1,"unit":"mmol/L"})"),
        resource("Condition",
                 R"("id":"c1","onsetDateTime":"2019-01-01","code":{"text":"twitching"})"),
        resource(
            "Encounter",
            R"("id":"e1","status":"in-progress","diagnosis":[{"condition":{"reference":"Condition/c1"}}])")};
    std::sort(resources.begin(), resources.end());
    do {
        auto const context = Call{}.bundle("chart", resources).read();

        EXPECT_EQ(context.complaints.size(), 1U);
        EXPECT_EQ(context.labs.size(), 1U);
        EXPECT_EQ(context.encounters.size(), 1U);
    } while (std::next_permutation(resources.begin(), resources.end()));
}

} // namespace
} // namespace tcds::fhir::test
