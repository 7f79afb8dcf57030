#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

using Names = std::vector<std::string>;

PatientContext readWith(std::string const& members)
{
    return Call{}
        .with(
            "medications",
            resource("MedicationRequest",
                     R"("id":"m1","status":"active","intent":"order","authoredOn":"2026-02-01",)" +
                         members))
        .read();
}

TEST(Product, IsFoundInEveryPlaceThatFhirAllows) // TOL-08, TOL-10, T-26
{
    for (
        auto const* medication : {
            R"("medicationCodeableConcept":{"text":"furosemide"})",
            R"("medicationCodeableConcept":{"coding":[{"system":"urn:local","code":"9","display":"Furosemide 40 mg"}]})",
            R"("medicationReference":{"reference":"#m"},"contained":[{"resourceType":"Medication","id":"m","code":{"text":"furosemide"}}])",
            R"("medicationReference":{"reference":"Medication/unknown","display":"furosemide"})",
            R"("medicationReference":{"display":"furosemide"})",
            R"("medication":{"concept":{"text":"furosemide"}})", // R5
            R"("medication":{"reference":{"reference":"#m"}},"contained":[{"resourceType":"Medication","id":"m","code":{"text":"furosemide"}}])",
            R"("medicationCodeableConcept":[{"text":"furosemide"}])", // one-or-many slip
            R"("medicationCodeableConcept":"furosemide")",
        }) {
        SCOPED_TRACE(medication);
        auto const context = readWith(medication);

        ASSERT_EQ(context.medications.size(), 1U);
        EXPECT_EQ(ingredientNames(context.medications[0]), Names{"furosemide"});
        EXPECT_EQ(context.medications[0].matchedBy, MatchedBy::Name);
    }
}

TEST(Product, IsFoundInASiblingEntryByRelativeAbsoluteAndUrnReference) // TOL-08, T-26
{
    for (auto const* reference : {"Medication/x", "https://ehr.example/fhir/Medication/x",
                                  "urn:uuid:77", "Medication/x/_history/2"}) {
        SCOPED_TRACE(reference);
        auto const context =
            Call{}
                .with("medications", std::string{R"json({"resourceType":"Bundle","entry":[
                    {"resource":{"resourceType":"MedicationRequest","status":"active","intent":"order",
                      "medicationReference":{"reference":")json"} +
                                         reference + R"json("}}},
                    {"fullUrl":"urn:uuid:77","resource":{"resourceType":"Medication","id":"x",
                      "code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"4603"}]}}}]})json")
                .read();

        ASSERT_EQ(context.medications.size(), 1U);
        EXPECT_EQ(context.medications[0].matchedBy, MatchedBy::RxNorm);
    }
}

TEST(Product, CombinationCountsForAllItsParts)
{
    auto const context = readWith(
        R"("medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"197885"}]})");

    auto const& use = context.medications.at(0);
    auto names = ingredientNames(use);
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (Names{"hydrochlorothiazide", "lisinopril"}));
    EXPECT_TRUE(std::is_sorted(use.ingredients.begin(), use.ingredients.end()));
}

TEST(Product, AtcGroupNamesAClassWithoutAnIngredient)
{
    auto const context = readWith(
        R"("medicationCodeableConcept":{"coding":[{"system":"http://www.whocc.no/atc","code":"C03CX99"}]})");

    auto const& use = context.medications.at(0);
    EXPECT_TRUE(use.ingredients.empty());
    EXPECT_EQ(use.sets, sets({"LOOP"}));
    EXPECT_EQ(use.name, "Loop diuretics");
    EXPECT_EQ(use.matchedBy, MatchedBy::Atc);
}

TEST(Product, IngredientsOfAMedicationAreReadThreeDeep)
{
    auto const context = readWith(
        R"json("medicationReference":{"reference":"#a"},"contained":[
            {"resourceType":"Medication","id":"a","code":{"text":"house mixture"},"ingredient":[
               {"itemCodeableConcept":{"text":"lisinopril"}},
               {"itemCodeableConcept":{"text":"potassium chloride"},"isActive":false},
               {"itemReference":{"reference":"#b"}}]},
            {"resourceType":"Medication","id":"b","ingredient":[{"itemReference":{"reference":"#c"}},{"itemReference":{"reference":"#a"}}]},
            {"resourceType":"Medication","id":"c","ingredient":[{"itemCodeableConcept":{"text":"furosemide"}},{"itemReference":{"reference":"#d"}}]},
            {"resourceType":"Medication","id":"d","ingredient":[{"itemCodeableConcept":{"text":"hydrochlorothiazide"}}]}])json");

    auto names = ingredientNames(context.medications.at(0));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (Names{"furosemide",
                            "lisinopril"})); // the fourth level and inactive parts are left out
}

TEST(Product, MedicationThatNamesItselfEnds)
{
    auto const context = readWith(
        R"("medicationReference":{"reference":"#a"},"contained":[{"resourceType":"Medication","id":"a","code":{"text":"furosemide"},"ingredient":[{"itemReference":{"reference":"#a"}}]}])");

    EXPECT_EQ(ingredientNames(context.medications.at(0)), Names{"furosemide"});
}

TEST(Product, IngredientShapesOfR5AreRead)
{
    auto const context = readWith(
        R"("medication":{"reference":{"reference":"#a"}},"contained":[{"resourceType":"Medication","id":"a","ingredient":[{"item":{"concept":{"text":"furosemide"}}}]}])");

    EXPECT_EQ(ingredientNames(context.medications.at(0)), Names{"furosemide"});
}

TEST(Product, MedicationEnteredInErrorIsAGap)
{
    auto const context = readWith(
        R"("medicationReference":{"reference":"#a"},"contained":[{"resourceType":"Medication","id":"a","status":"entered-in-error","code":{"text":"furosemide"}}])");

    EXPECT_TRUE(context.medications.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::EnteredInError});
}

TEST(Product, RouteIsThatOfDosageThenFormThenProductThenName)
{
    struct Row {
        char const* name;
        char const* members;
        Route route;
        RouteOrigin from;
    };
    for (
        auto const& row : {
            Row{"dosage",
                R"("medicationReference":{"reference":"#a"},"contained":[{"resourceType":"Medication","id":"a","code":{"text":"furosemide"},"form":{"text":"tablet"}}],"dosageInstruction":[{"route":{"text":"intravenous"}}])",
                Route::Injected, RouteOrigin::Dosage},
            Row{"form",
                R"("medicationReference":{"reference":"#a"},"contained":[{"resourceType":"Medication","id":"a","code":{"text":"furosemide"},"form":{"text":"tablet"}}])",
                Route::Oral, RouteOrigin::Form},
            Row{"product",
                R"("medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"313988"}]})",
                Route::Oral, RouteOrigin::Product},
            Row{"name", R"("medicationCodeableConcept":{"text":"furosemide eye drops"})",
                Route::Ophthalmic, RouteOrigin::Name},
            Row{"nothing", R"("medicationCodeableConcept":{"text":"furosemide"})", Route::Unknown,
                RouteOrigin::None},
        }) {
        SCOPED_TRACE(row.name);
        auto const context = readWith(row.members);

        ASSERT_EQ(context.medications.size(), 1U);
        EXPECT_EQ(context.medications[0].route, row.route);
        EXPECT_EQ(context.medications[0].routeFrom, row.from);
    }
}

} // namespace
} // namespace tcds::fhir::test
