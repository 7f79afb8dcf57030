#include "fhir/upkeep/update.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::upkeep {
namespace {

using testing::ElementsAre;

constexpr std::string_view kOldIngredients = "furosemide\t4603\t\tC03CA01\t\tword\n"
                                             "haloperidol\t5093\t\tN05AD01\t\tword\n"
                                             "haloperidol decanoate\t\t\t\t\tword\n"
                                             "hydrochlorothiazide\t5487\t\tC03AA03\t\tword\n"
                                             "piretanide\t33770\t\tC03CA03\t\tword\n"
                                             "triamterene\t10763\t\tC03DB02\t\tword\n";
constexpr std::string_view kOldProducts =
    "104218\tSBD\tfurosemide\t0\toral\tFurosemide 500 MG Oral Tablet [Lasix]\n"
    "205732\tSBD\tfurosemide\t0\toral\tFurosemide 80 MG Oral Tablet [Lasix]\n"
    "313988\t\tfurosemide\t0\t\tFUROSEMIDE 40MG TAB\n"
    "859867\tSCD\thaloperidol\t0\tinjected\thaloperidol decanoate 50 MG/ML Injectable Solution\n"
    "99000999\t\tfurosemide\t0\toral\tFUROSEMIDE 30MG TAB\n";

DrugRows oldRows()
{
    Problems problems;
    auto rows = readDrugRows(std::string{test::kIngredients} + std::string{kOldIngredients},
                             std::string{test::kProducts} + std::string{kOldProducts}, problems);
    EXPECT_TRUE(problems.empty());
    return rows;
}

terms::RouteTable forms()
{
    terms::RouteTable table;
    Problems problems;
    table.load("word\troute\noral\toral\ntablet\toral\ncapsule\toral\npill\toral\n"
               "injectable solution\tinjected\n",
               "terms/dose_forms.tsv", "word", false, problems);
    EXPECT_TRUE(problems.empty());
    return table;
}

Release sample()
{
    auto release = readRelease(test::sampleRelease());
    EXPECT_TRUE(release);
    return std::move(*release);
}

/// The sample with lines of a test behind its own, and with history.
Release sampleWith(std::string const& names, std::string const& relations,
                   std::string const& history)
{
    test::Scratch const scratch;
    test::copySample(scratch);
    scratch.write("RXNCONSO.RRF", scratch.read("RXNCONSO.RRF") + names);
    scratch.write("RXNREL.RRF", scratch.read("RXNREL.RRF") + relations);
    if (!history.empty()) scratch.write("RXNCUI.RRF", history);
    auto release = readRelease(scratch.path());
    EXPECT_TRUE(release) << toText(release.error());
    return std::move(*release);
}

ProductRow const& row(Update const& update, std::uint32_t rxcui)
{
    static ProductRow const none;
    for (auto const& each : update.rows.products)
        if (each.rxcui == rxcui) return each;
    ADD_FAILURE() << "no row " << rxcui;
    return none;
}

TEST(Update, TheTableIsThatOfTheRelease)
{
    auto const update = upkeep::update(oldRows(), sample(), forms());
    EXPECT_EQ(
        productsText(update.rows.products),
        std::string{test::kProducts} +
            "104218\tSBD\tfurosemide\t0\toral\tFurosemide 500 MG Oral Tablet [Lasix]\n"
            "104245\tSCD\ttriamterene\t1\toral\tbenzthiazide 25 MG / triamterene 50 MG Oral "
            "Capsule\n"
            "198316\tSCD\thydrochlorothiazide|triamterene\t0\toral\thydrochlorothiazide 25 MG / "
            "triamterene 37.5 MG Oral Capsule\n"
            "200809\tSBD\tfurosemide\t0\toral\tfurosemide 40 MG Oral Tablet [Lasix]\n"
            "205732\tSBD\tfurosemide\t0\toral\tFurosemide 80 MG Oral Tablet [Lasix]\n"
            "313988\tSCD\tfurosemide\t0\toral\tfurosemide 40 MG Oral Tablet\n"
            "368487\tSBDF\tfurosemide\t0\toral\tfurosemide Oral Tablet [Lasix]\n"
            "859867\tSCD\thaloperidol decanoate\t0\tinjected\thaloperidol decanoate 50 MG/ML "
            "Injectable Solution\n"
            "99000101\tSCDC\tfurosemide\t0\t\tfurosemide 40 MG\n"
            "99000102\tSBDC\tfurosemide\t0\t\tfurosemide 40 MG [Lasix]\n"
            "99000103\tSCDC\tfurosemide\t0\t\tfurosemide 10 MG/ML\n"
            "99000104\tSCDC\thydrochlorothiazide\t0\t\thydrochlorothiazide 25 MG\n"
            "99000105\tSCDC\ttriamterene\t0\t\ttriamterene 37.5 MG\n"
            "99000107\tSCDC\ttriamterene\t0\t\ttriamterene 50 MG\n"
            "99000108\tSCDC\thaloperidol decanoate\t0\t\thaloperidol decanoate 50 MG/ML\n"
            "99000109\tSCDC\tfurosemide\t0\t\tfurosemide 50 MG\n"
            "99000201\tSCD\tfurosemide\t0\tinjected\tfurosemide 10 MG/ML Injectable Solution\n"
            "99000301\tGPCK\tfurosemide\t0\toral\t{12 (furosemide 40 MG Oral Tablet) } Pack\n"
            "99000302\tBPCK\tfurosemide\t0\toral\t{12 (furosemide 40 MG Oral Tablet [Lasix]) } "
            "Pack "
            "[Lasix Pack]\n"
            "99000401\tSCDF\tfurosemide\t0\toral\tfurosemide Oral Tablet\n"
            "99000402\tSCDG\tfurosemide\t0\toral\tfurosemide Pill\n"
            "99000999\t\tfurosemide\t0\toral\tFUROSEMIDE 30MG TAB\n");
    EXPECT_EQ(update.kept, 3U);
    EXPECT_EQ(update.forAnimals, 1U);
}

TEST(Update, IngredientsGetNumbersAndSalts)
{
    auto const update = upkeep::update(oldRows(), sample(), forms());
    EXPECT_EQ(ingredientsText(update.rows.ingredients),
              std::string{test::kIngredients} + "furosemide\t4603\t99000003\tC03CA01\t\tword\n"
                                                "haloperidol\t5093\t\tN05AD01\t\tword\n"
                                                "haloperidol decanoate\t99000002\t\t\t\tword\n"
                                                "hydrochlorothiazide\t5487\t\tC03AA03\t\tword\n"
                                                "piretanide\t33770\t\tC03CA03\t\tword\n"
                                                "triamterene\t10763\t\tC03DB02\t\tword\n");
    EXPECT_THAT(update.numbered, ElementsAre("haloperidol decanoate"));
    EXPECT_EQ(update.salts, 1U);
}

TEST(Update, ASecondImportChangesNothing)
{
    auto const once = upkeep::update(oldRows(), sample(), forms());
    auto const twice = upkeep::update(once.rows, sample(), forms());
    EXPECT_EQ(productsText(twice.rows.products), productsText(once.rows.products));
    EXPECT_EQ(ingredientsText(twice.rows.ingredients), ingredientsText(once.rows.ingredients));
    EXPECT_EQ(twice.salts, 0U);
}

TEST(Update, ASubsetSaysNothingOfTheNumbersThatItLacks)
{
    auto const update = upkeep::update(oldRows(), sample(), forms());
    Retired const obsolete{104218, "Furosemide 500 MG Oral Tablet [Lasix]", false, {}};
    EXPECT_THAT(update.retired, ElementsAre(obsolete));
}

TEST(Update, HistoryLeadsARowToItsSuccessor)
{
    // Two steps: 205732 -> 99000600 (itself retired) -> 99000201, an injection.
    auto const release = sampleWith("", "",
                                    "205732|a|b|1|99000600|\n"
                                    "99000600|a|b|1|99000201|\n"
                                    "33770|a|b|1|33770|\n");
    auto const update = upkeep::update(oldRows(), release, forms());
    EXPECT_EQ(row(update, 205732), (ProductRow{205732, "SBD", "furosemide", "0", "injected",
                                               "Furosemide 80 MG Oral Tablet [Lasix]"}));
    EXPECT_THAT(
        update.retired,
        ElementsAre(Retired{33770, "piretanide", true, {}},
                    Retired{104218, "Furosemide 500 MG Oral Tablet [Lasix]", false, {}},
                    Retired{205732, "Furosemide 80 MG Oral Tablet [Lasix]", false, {99000201}}));
}

TEST(Update, ARemappedIngredientIsUnderstoodByItsNewNumber)
{
    auto const release = sampleWith(test::name("99000004", "IN", "piretanide") +
                                        test::name("99000110", "SCDC", "piretanide 6 MG"),
                                    test::relation("99000110", "has_ingredient", "99000004"),
                                    "33770|a|b|1|99000004|\n");
    auto const update = upkeep::update(oldRows(), release, forms());
    EXPECT_EQ(row(update, 99000110).ingredients, "piretanide");
    EXPECT_EQ(update.rows.ingredients[4].rxnorm, "33770"); // the class files name it
    EXPECT_THAT(update.rows.ingredients[4].precise, ElementsAre(99000004U));
    EXPECT_EQ(update.retired.front(), (Retired{33770, "piretanide", true, {99000004}}));
}

TEST(Update, ARowThatTheReleaseContradictsGoes)
{
    // The old table took 99000700 for furosemide; RxNorm says that benzthiazide is all of it.
    auto rows = oldRows();
    rows.products.push_back({99000700, "SCD", "furosemide", "0", "oral", "wrong"});
    auto const release = sampleWith(test::name("99000700", "SCD", "benzthiazide 25 MG Oral Tablet"),
                                    test::relation("99000700", "consists_of", "99000106"), "");
    auto const update = upkeep::update(std::move(rows), release, forms());
    for (auto const& each : update.rows.products) EXPECT_NE(each.rxcui, 99000700U);
}

TEST(Update, RingsInTheRelationsEnd)
{
    auto const release = sampleWith(test::name("99000801", "SCD", "ring a") +
                                        test::name("99000802", "SCD", "ring b"),
                                    test::relation("99000801", "isa", "99000802") +
                                        test::relation("99000802", "isa", "99000801"),
                                    "");
    auto const update = upkeep::update(oldRows(), release, forms());
    for (auto const& each : update.rows.products) {
        EXPECT_NE(each.rxcui, 99000801U);
        EXPECT_NE(each.rxcui, 99000802U);
    }
}

TEST(Update, APackOfSeveralRoutesHasNone)
{
    auto const release = sampleWith(test::name("99000303", "GPCK", "mixed pack"),
                                    test::relation("99000303", "contains", "313988") +
                                        test::relation("99000303", "contains", "99000201"),
                                    "");
    auto const update = upkeep::update(oldRows(), release, forms());
    EXPECT_EQ(row(update, 99000303).ingredients, "furosemide");
    EXPECT_EQ(row(update, 99000303).route, "");
}

TEST(RetiredTable, HoldsIngredientsWithWhatTookTheirPlace)
{
    EXPECT_EQ(retiredText({{4603, "furosemide", true, {11, 12}},
                           {7, "furosemide 40 MG Oral Tablet", false, {8}},
                           {9, "other", true, {}}}),
              "rxcui\tname\tsuccessors\n4603\tfurosemide\t11|12\n9\tother\t\n");
}

} // namespace
} // namespace tcds::upkeep
