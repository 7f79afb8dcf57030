#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace tcds::terms {
namespace {

using test::shipped;
using testing::ElementsAreArray;

/// Names of the ingredients that a text names, sorted.
std::vector<std::string> ingredientsIn(std::string_view text)
{
    std::array const texts{text};
    std::vector<std::string> names;
    for (auto const id : shipped().understandMedication({}, texts).ingredients)
        names.push_back(shipped().ingredient(id).name);
    std::sort(names.begin(), names.end());
    return names;
}

struct Row {
    char const* text;
    std::vector<std::string> ingredients; // sorted
};

void expectAll(std::vector<Row> const& rows)
{
    for (auto const& row : rows)
        EXPECT_THAT(ingredientsIn(row.text), ElementsAreArray(row.ingredients)) << row.text;
}

TEST(DrugName, IsFoundWhateverStandsAroundIt)
{
    expectAll({
        {"furosemide", {"furosemide"}},
        {"FUROSEMIDE 40 MG ORAL TABLET", {"furosemide"}},
        {"Furosemide 40mg tabs, 1 po bid", {"furosemide"}},
        {"Lasix 40mg", {"furosemide"}},
        {"Frusemide", {"furosemide"}},
        {"furosémide", {"furosemide"}},
        {"Carbamazepine[Tegretol]", {"carbamazepine"}},
        {"Furosemide 20 MG Oral Tablet [Lasix]", {"furosemide"}},
        {"torasemide 10 mg", {"torsemide"}},
        {"Salbutamol 100 mcg inhaler", {"albuterol"}},
        {"Ventolin HFA", {"albuterol"}},
        {"insulin glargine 100 UNT/ML", {"insulin glargine"}}, // the longest name wins
        {"Insulin, sliding scale", {"insulin"}},
        {"St. John's Wort", {"st johns wort"}},
        {"St Johns wort", {"st johns wort"}},
        {"5-HTP", {"5-hydroxytryptophan"}},
        {"polyethylene glycol 3350 powder", {"polyethylene glycol 3350"}},
        {"Vitamin D3 1000 units", {"cholecalciferol"}},
        {"omeprazole (Prilosec) 20 mg", {"omeprazole"}},
        {"24 HR metoprolol succinate 50 MG", {"metoprolol"}},
        {"levodopa", {"levodopa"}},
        {"Toprol XL", {"metoprolol"}},
        {"Simvastatin 10 MG", {"simvastatin"}},
    });
}

TEST(DrugName, IsNeverGuessedFromALikeSpelling)
{
    expectAll({
        {"Simvistatin 10 MG", {}},
        {"furosemid", {}},
        {"losartn", {}},
        {"water", {}},
        {"unknownol 5 mg", {}},
        {"40 mg", {}},
        {"", {}},
        {"prednisolones", {}}, // whole words only
    });
}

TEST(DrugName, ASaltBehindADrugIsPartOfIt)
{
    expectAll({
        {"losartan potassium", {"losartan"}},
        {"Losartan Potassium 50 MG Oral Tablet", {"losartan"}},
        {"penicillin V potassium 500 mg", {}}, // no ingredient of ours, and no potassium
        {"amoxicillin / clavulanate potassium", {}},
        {"penicillin G potassium injection", {"penicillin g"}},
        {"diclofenac sodium", {"diclofenac"}},
        {"esomeprazole magnesium 40 mg", {"esomeprazole"}},
        {"atorvastatin calcium", {"atorvastatin"}},
        {"dexamethasone sodium phosphate 4 mg/ml", {"dexamethasone"}}, // no laxative
        {"prednisolone acetate", {"prednisolone"}},
        {"sertraline hydrochloride", {"sertraline"}},
        {"metoprolol tartrate", {"metoprolol"}},
        {"valproate sodium", {"valproate"}},
        {"potassium iodide", {}},
        {"calcium channel blocker", {}},
    });
}

TEST(DrugName, ASaltThatIsTheMedicineCounts)
{
    expectAll({
        {"potassium chloride", {"potassium chloride"}},
        {"Potassium Chloride 20 MEQ Extended Release Oral Tablet", {"potassium chloride"}},
        {"Klor-Con M20", {"potassium chloride"}},
        {"K-Dur", {"potassium chloride"}},
        {"KCl 40 mEq", {"potassium chloride"}},
        {"dextrose 5% with potassium chloride 20 mEq", {"potassium chloride"}},
        {"losartan potassium / potassium chloride", {"losartan", "potassium chloride"}},
        {"oral potassium chloride", {"potassium chloride"}},
        {"sodium phosphate enema", {"sodium phosphate"}},
        {"lithium carbonate 300 mg", {"lithium"}},
        {"lithium citrate", {"lithium"}},
        {"magnesium citrate", {"magnesium citrate"}},
        {"magnesium oxide 400 mg", {"magnesium oxide"}},
        {"calcium carbonate 1250 mg", {"calcium carbonate"}},
    });
}

TEST(DrugName, ACombinationNamesEachPart)
{
    expectAll({
        {"lisinopril/hydrochlorothiazide", {"hydrochlorothiazide", "lisinopril"}},
        {"Lisinopril 20 MG / Hydrochlorothiazide 12.5 MG Oral Tablet",
         {"hydrochlorothiazide", "lisinopril"}},
        {"lisinopril-HCTZ 20-12.5", {"hydrochlorothiazide", "lisinopril"}},
        {"carbidopa-levodopa 25-100", {"carbidopa", "levodopa"}},
        {"Sinemet CR", {"carbidopa", "levodopa"}},
        {"carbidopa, levodopa and entacapone", {"carbidopa", "entacapone", "levodopa"}},
        {"Dyazide", {"hydrochlorothiazide", "triamterene"}},
        {"triamterene-hydrochlorothiazide", {"hydrochlorothiazide", "triamterene"}},
        {"Zestoretic [lisinopril / hydrochlorothiazide]", {"hydrochlorothiazide", "lisinopril"}},
        {"Entresto", {"sacubitril", "valsartan"}},
    });
}

TEST(DrugName, ABrandThatIsAPlainWordMustBeTheWholeText)
{
    expectAll({
        {"concept ob", {"magnesium sulfate", "niacin"}},
        {"Concept OB capsule", {"magnesium sulfate", "niacin"}},
        {"new concept ob clinic form", {}},
    });
}

TEST(DrugName, SuppliesAndFlushesAreNoMedicine)
{
    expectAll({
        {"insulin syringe", {"insulin supplies"}},
        {"heparin flush 10 units/ml", {"heparin flush"}},
    });
    auto const& terms = shipped();
    for (auto const* name : {"insulin supplies", "heparin flush"})
        for (auto const& set : terms.sets())
            for (auto const& member : set.ingredients)
                EXPECT_NE(member.ingredient, terms.ingredientNamed(name)) << set.name;
}

} // namespace
} // namespace tcds::terms
