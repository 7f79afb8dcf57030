#include "fhir/terms/code_systems.hpp"
#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace tcds::terms {
namespace {

using test::loadTexts;
using test::shipped;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kIngredients = "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n"
                                          "budesonide\t19831\t\tA07EA06\t\tword\n"
                                          "caffeine\t1886\t\tN06BC01\t255641001\tword\n"
                                          "finerenone\t\t\tC03DA05\t\tword\n"
                                          "furosemide\t4603\t4604|4605\tC03CA01\t\tword\n"
                                          "hydrochlorothiazide\t5487\t\tC03AA03\t\tword\n"
                                          "lisinopril\t29046\t\tC09AA03\t\tword\n";
constexpr std::string_view kNames =
    "name\tingredients\tmatch\tkind\tsource\nlasix\tfurosemide\tword\tbrand\tx\n";
constexpr std::string_view kProducts =
    "rxcui\ttype\tingredients\tothers\troute\tname\n"
    "197885\tSCD\thydrochlorothiazide|lisinopril\t0\toral\tHydrochlorothiazide 12.5 MG / "
    "Lisinopril 10 MG Oral Tablet\n"
    "310429\tSCD\tfurosemide\t0\toral\tFurosemide 20 MG Oral Tablet\n"
    "2601234\tSCD\tfinerenone\t0\toral\tfinerenone 10 MG Oral Tablet\n";
constexpr std::string_view kRoutes = "system\tcode_or_word\troute\tnote\n\toral\toral\t\n"
                                     "http://www.whocc.no/atc\tR03BA*\tinhaled\t\n";
constexpr std::string_view kForms = "word\troute\ninhaler\tinhaled\ntablet\toral\n";
constexpr std::string_view kThiazide = R"(
id: THIAZIDE
title: Thiazides
kind: drug-class
members:
  - {ingredient: hydrochlorothiazide, rxnorm: "5487"}
  - {system: "http://www.whocc.no/atc", code: "C03A*"}
  - {system: "http://www.whocc.no/atc", code: "C09BA*"}
)";

/// A small terminology whose rows are all visible above.
Terminology const& terms()
{
    static auto const loaded = [] {
        TerminologySources tables;
        tables.ingredients = kIngredients;
        tables.names = kNames;
        tables.products = kProducts;
        tables.routes = kRoutes;
        tables.doseForms = kForms;
        return loadTexts({{"THIAZIDE", kThiazide}}, {}, tables);
    }();
    EXPECT_EQ(loaded.report(), "");
    return *loaded.terms;
}

Coding rxnorm(char const* code, char const* display = "")
{
    return {std::string{kRxNorm}, code, display};
}
Coding atc(char const* code) { return {std::string{kAtc}, code, ""}; }

MedicationMeaning understand(std::vector<Coding> const& codes,
                             std::vector<std::string_view> const& texts = {})
{
    return terms().understandMedication(codes, texts);
}

std::vector<std::string> names(MedicationMeaning const& meaning)
{
    std::vector<std::string> list;
    for (auto const id : meaning.ingredients) list.push_back(terms().ingredient(id).name);
    return list;
}

TEST(Medication, ARxNormProductGivesAllItsIngredientsAndItsRoute)
{
    auto const meaning = understand({rxnorm("197885")});

    EXPECT_THAT(names(meaning), ElementsAre("hydrochlorothiazide", "lisinopril"));
    EXPECT_EQ(meaning.by, MatchedBy::RxNorm);
    EXPECT_EQ(meaning.route, Route::Oral);
    EXPECT_EQ(meaning.routeFrom, RouteOrigin::Product);
    EXPECT_FALSE(meaning.conflicting);
}

TEST(Medication, IngredientAndSaltNumbersLeadToTheIngredient)
{
    for (auto const* code : {"4603", "4604", "4605"}) {
        auto const meaning = understand({rxnorm(code)});
        EXPECT_THAT(names(meaning), ElementsAre("furosemide")) << code;
        EXPECT_EQ(meaning.by, MatchedBy::RxNorm);
        EXPECT_EQ(meaning.route, Route::Unknown);
    }
}

TEST(Medication, AProductOfAnIngredientWithoutNumberIsFoundByItsName)
{
    EXPECT_THAT(names(understand({rxnorm("2601234")})), ElementsAre("finerenone"));
}

TEST(Medication, AnAtcCodeNamesAnIngredientOrAClass)
{
    auto const ingredient = understand({atc("C03AA03")});
    EXPECT_THAT(names(ingredient), ElementsAre("hydrochlorothiazide"));
    EXPECT_EQ(ingredient.by, MatchedBy::Atc);
    EXPECT_TRUE(ingredient.sets.none()); // the ingredient says it already

    auto const group = understand({atc("c03aa04")});
    EXPECT_THAT(names(group), IsEmpty());
    EXPECT_EQ(group.by, MatchedBy::Atc);
    EXPECT_THAT(test::namesOf(terms(), group.sets), ElementsAre("THIAZIDE"));
}

TEST(Medication, OtherSystemsAreTriedInTheirOrder) // TOL-09
{
    EXPECT_EQ(understand({{std::string{kSnomed}, "255641001", ""}}).by, MatchedBy::Snomed);
    EXPECT_EQ(understand({{"urn:oid:2.16.840.1.113883.6.88", "4603", ""}}).by, MatchedBy::RxNorm);
    EXPECT_EQ(understand({{std::string{kNdc}, "00054-4297-25", ""}}).by, MatchedBy::None);
}

TEST(Medication, TheProductWinsOverEveryOtherCodeWhateverTheOrder) // TOL-09
{
    for (auto const& codes : {std::vector{atc("C03CA01"), rxnorm("29046"), rxnorm("197885")},
                              std::vector{rxnorm("197885"), rxnorm("29046"), atc("C03CA01")}}) {
        auto const meaning = understand(codes);
        EXPECT_THAT(names(meaning), ElementsAre("hydrochlorothiazide", "lisinopril"));
        EXPECT_TRUE(meaning.conflicting); // furosemide is another medicine
    }
}

TEST(Medication, ACodeForOnePartIsNoConflict)
{
    EXPECT_FALSE(understand({rxnorm("197885"), atc("C09AA03")}).conflicting);
    EXPECT_FALSE(understand({rxnorm("197885"), atc("C09BA03")}).conflicting); // names the group
    EXPECT_TRUE(understand({rxnorm("310429"), atc("C09AA03")}).conflicting);
}

TEST(Medication, NamesCountOnlyWhenNoCodeIsKnown)
{
    auto const byCode = understand({rxnorm("29046", "Lasix")}, {"Lasix 40 mg"});
    EXPECT_THAT(names(byCode), ElementsAre("lisinopril"));

    auto const byName =
        understand({rxnorm("99999999", "Lasix")}, {"something", "Lasix 40 mg tablet"});
    EXPECT_THAT(names(byName), ElementsAre("furosemide"));
    EXPECT_EQ(byName.by, MatchedBy::Name);
    EXPECT_EQ(byName.route, Route::Oral);
    EXPECT_EQ(byName.routeFrom, RouteOrigin::Name);
}

TEST(Medication, TheFirstTextThatNamesSomethingCounts)
{
    EXPECT_THAT(names(understand({}, {"lisinopril", "furosemide"})), ElementsAre("lisinopril"));
    EXPECT_EQ(understand({}, {"", "nothing of ours"}).by, MatchedBy::None);
}

TEST(Medication, ALocalAtcGroupTellsTheRouteOfAName)
{
    auto const meaning = understand({atc("R03BA02")}, {"Budesonide"});

    EXPECT_THAT(names(meaning), ElementsAre("budesonide"));
    EXPECT_EQ(meaning.by, MatchedBy::Name);
    EXPECT_EQ(meaning.route, Route::Inhaled);
    EXPECT_EQ(meaning.routeFrom, RouteOrigin::Product);
}

TEST(Medication, FormWordsInTheNameTellTheRouteOfAPlainIngredientCode)
{
    auto const meaning = understand({rxnorm("19831", "Budesonide inhaler")});

    EXPECT_EQ(meaning.by, MatchedBy::RxNorm);
    EXPECT_EQ(meaning.route, Route::Inhaled);
    EXPECT_EQ(meaning.routeFrom, RouteOrigin::Name);
}

/// RxNorm ingredient numbers of the clinical specification (C.0.1, those without question mark).
TEST(ShippedIngredients, HaveTheNumbersOfTheSpecification)
{
    constexpr std::pair<char const*, char const*> kRows[]{
        {"furosemide", "4603"},
        {"torsemide", "38413"},
        {"hydrochlorothiazide", "5487"},
        {"chlorthalidone", "2409"},
        {"spironolactone", "9997"},
        {"triamterene", "10763"},
        {"acetazolamide", "167"},
        {"prednisone", "8640"},
        {"dexamethasone", "3264"},
        {"pramipexole", "746741"},
        {"ropinirole", "72302"},
        {"amantadine", "620"},
        {"benztropine", "1424"},
        {"albuterol", "435"},
        {"salmeterol", "36117"},
        {"theophylline", "10438"},
        {"lithium", "6448"},
        {"sertraline", "36437"},
        {"venlafaxine", "39786"},
        {"tramadol", "10689"},
        {"methylphenidate", "6901"},
        {"haloperidol", "5093"},
        {"metoclopramide", "6915"},
        {"gabapentin", "25480"},
        {"morphine", "7052"},
        {"cefepime", "20481"},
        {"donepezil", "135447"},
        {"omeprazole", "7646"},
        {"atorvastatin", "83367"},
        {"levothyroxine", "10582"},
        {"digoxin", "3407"},
        {"losartan", "52175"},
        {"trimethoprim", "10829"},
        {"potassium chloride", "8591"},
        {"diazepam", "3322"},
        {"baclofen", "1292"},
    };
    for (auto const& [name, rxcui] : kRows) {
        std::array const codes{rxnorm(rxcui)};
        auto const meaning = shipped().understandMedication(codes, {});
        ASSERT_EQ(meaning.ingredients.size(), 1U) << name;
        EXPECT_EQ(shipped().ingredient(meaning.ingredients.front()).name, name);
    }
}

} // namespace
} // namespace tcds::terms
