#include "fhir/terms/fhir_value_set.hpp"

#include "fhir/terms/code_systems.hpp"
#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tcds::terms {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kLoop = "{id: LOOP, title: Loop diuretics, kind: drug-class, members: "
                                   "[{ingredient: furosemide}], phrases: [water pill]}";
constexpr std::string_view kTwitch =
    "{id: TWITCH, title: Twitching, kind: complaint, members: "
    "[{system: 'http://hl7.org/fhir/sid/icd-10-cm', code: R25.3}], phrases: [twitch*]}";

TerminologySources tables()
{
    TerminologySources sources;
    sources.ingredients = "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n"
                          "furosemide\t4603\t99000003\tC03CA01\t\tword\n"
                          "torsemide\t38413\t\tC03CA04\t\tword\n"
                          "amiloride\t644\t\tC03DB01\t\tword\n";
    sources.products = "rxcui\ttype\tingredients\tothers\troute\tname\n"
                       "313988\tSCD\tfurosemide\t0\toral\tFurosemide 40 MG Oral Tablet\n"
                       "103933\tSBD\tamiloride|furosemide\t0\toral\tAridil\n"
                       "99000201\tSCD\ttorsemide\t0\tophthalmic\tnever sold\n";
    return sources;
}

/// An expansion of RxNorm codes.
std::string expansion(std::string_view codes, std::string_view more = "")
{
    std::string list;
    for (std::size_t at = 0; at < codes.size();) {
        auto const end = std::min(codes.find(' ', at), codes.size());
        list += list.empty() ? "" : ",";
        list += R"({"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":")" +
                std::string{codes.substr(at, end - at)} + R"("})";
        at = end + 1;
    }
    return R"({"resourceType":"ValueSet","url":"https://example.org/vs/loop","version":"3",)" +
           std::string{more} + R"("expansion":{"contains":[)" + list + "]}}";
}

/// LOOP and TWITCH, and a resource in a file of this name.
struct Result {
    std::vector<Tree> trees;
    std::shared_ptr<Terminology const> terms;
    Problems problems;

    [[nodiscard]] std::string report() const
    {
        std::string text;
        for (auto const& problem : problems.sorted()) text += toText(problem) + '\n';
        return text;
    }
    /// What a code of an order is taken for.
    [[nodiscard]] MedicationMeaning order(std::string_view code,
                                          std::string_view system = kRxNorm) const
    {
        std::array const coding{Coding{std::string{system}, std::string{code}, {}}};
        return terms->understandMedication(coding, {});
    }
    /// Is an order with the code in LOOP, through an ingredient or by its code?
    [[nodiscard]] bool inLoop(std::string_view code) const
    {
        auto const loop = terms->setNamed("LOOP");
        auto const meaning = order(code);
        if (meaning.sets.has(loop)) return true;
        for (auto const id : meaning.ingredients)
            if (terms->classesOf(id).has(loop)) return true;
        return false;
    }
};

std::unique_ptr<Result> with(std::string const& file, std::string_view json,
                             std::string_view loop = kLoop)
{
    auto result = std::make_unique<Result>();
    auto const add = [&](std::string_view text, std::string const& name) {
        auto tree = Tree::fromYaml(text, "valuesets/" + name, result->problems);
        if (tree) result->trees.push_back(std::move(*tree));
    };
    add(json, file); // as the folder is read: LOOP.json before LOOP.yaml
    add(loop, "LOOP.yaml");
    add(kTwitch, "TWITCH.yaml");
    auto sources = tables();
    for (auto const& tree : result->trees) sources.valueSets.push_back(&tree);
    result->terms = Terminology::load(sources, result->problems);
    return result;
}

TEST(FhirValueSet, AnIngredientOrSaltBecomesAMember)
{
    auto const result = with("LOOP.json", expansion("38413"));
    EXPECT_EQ(result->report(), "");
    EXPECT_TRUE(result->inLoop("38413"));
    EXPECT_TRUE(result->inLoop("99000003")); // furosemide stays
    auto const& loop = result->terms->set(result->terms->setNamed("LOOP"));
    ASSERT_EQ(loop.ingredients.size(), 2U);
    EXPECT_EQ(result->terms->ingredient(loop.ingredients[1].ingredient).name, "torsemide");
    EXPECT_EQ(loop.ingredients[1].source, "FHIR ValueSet https://example.org/vs/loop|3");
    EXPECT_EQ(loop.ingredients[1].routes, RouteMask::systemic()); // the scope of the set
}

TEST(FhirValueSet, ReplacingLeavesNothingOfTheOldMembers)
{
    auto const result = with("LOOP.replace.json", expansion("38413"));
    EXPECT_EQ(result->report(), "");
    EXPECT_TRUE(result->inLoop("38413"));
    EXPECT_FALSE(result->inLoop("4603"));
    EXPECT_FALSE(result->inLoop("313988"));
    EXPECT_TRUE(result->terms->set(result->terms->setNamed("LOOP")).hasPhrases); // words stay
}

TEST(FhirValueSet, AProductIsAMemberAloneWithoutItsIngredients)
{
    auto const result = with("LOOP.replace.json", expansion("103933"));
    EXPECT_EQ(result->report(), "");
    EXPECT_TRUE(result->inLoop("103933"));
    EXPECT_FALSE(result->inLoop("644")); // amiloride is not made a loop diuretic by a combination
    EXPECT_FALSE(result->inLoop("4603"));
    EXPECT_EQ(result->order("103933").ingredients.size(), 2U); // and is still understood
    EXPECT_EQ(result->order("103933").route, Route::Oral);
}

TEST(FhirValueSet, ANumberThatNoTableHasCountsByItselfAndIsReported)
{
    auto const result = with("LOOP.json", expansion("99000777"));
    EXPECT_THAT(result->report(), HasSubstr("warning L34: 1 code (RxNorm 99000777) in no table"));
    EXPECT_TRUE(result->inLoop("99000777"));
    EXPECT_EQ(result->order("99000777").by, MatchedBy::RxNorm);
    EXPECT_FALSE(result->inLoop("99000778"));
}

TEST(FhirValueSet, CodesThatNothingLooksAtAreReported)
{
    auto const result = with(
        "LOOP.json",
        R"({"resourceType":"ValueSet","compose":{"include":[{"system":"http://hl7.org/fhir/sid/ndc",)"
        R"("concept":[{"code":"00039006013"}]}]}})");
    EXPECT_THAT(result->report(), HasSubstr("1 code (NDC 00039006013) of code systems that nothing "
                                            "looks at in a drug-class"));
}

TEST(FhirValueSet, SystemsAreUnderstoodAsOidAndCodesOfOtherSetsToo)
{
    auto const result = with(
        "TWITCH.json",
        R"({"resourceType":"ValueSet","compose":{"include":[{"system":"urn:oid:2.16.840.1.113883.6.96",)"
        R"("concept":[{"code":"118217002","display":"x"},{"code":"1"}]}],)"
        R"("exclude":[{"system":"http://snomed.info/sct","concept":[{"code":"1"}]}]}})");
    EXPECT_EQ(result->report(), "");
    auto const twitch = result->terms->setNamed("TWITCH");
    EXPECT_TRUE(result->terms->meaningOf("http://snomed.info/sct", "118217002").sets.has(twitch));
    EXPECT_FALSE(result->terms->meaningOf("http://snomed.info/sct", "1").sets.has(twitch));
    EXPECT_TRUE(result->terms->meaningOf(kIcd10Cm, "R25.3").sets.has(twitch));
}

TEST(FhirValueSet, NestedEntriesCountAndHeadingsDoNot)
{
    auto const result =
        with("LOOP.replace.json",
             R"({"resourceType":"ValueSet","expansion":{"total":2,"contains":[{"abstract":true,)"
             R"("system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"4603","contains":[)"
             R"({"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"38413"}]}]}})");
    EXPECT_EQ(result->report(), "");
    EXPECT_TRUE(result->inLoop("38413"));
    EXPECT_FALSE(result->inLoop("4603"));
}

TEST(FhirValueSet, TheSetIsFoundByFileNameNameOrUrl)
{
    auto const named = with("vsac-loop.json", expansion("38413", R"("name":"LOOP",)"));
    EXPECT_EQ(named->report(), "");
    EXPECT_TRUE(named->inLoop("38413"));
    auto const byUrl =
        with("vsac.json",
             R"({"resourceType":"ValueSet","url":"https://example.org/fhir/ValueSet/LOOP",)"
             R"("compose":{"include":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm",)"
             R"("concept":[{"code":"38413"}]}]}})");
    EXPECT_EQ(byUrl->report(), "");
    EXPECT_TRUE(byUrl->inLoop("38413"));
}

TEST(FhirValueSet, AHeadWithoutMembersIsFilled)
{
    auto const result = with("LOOP.json", expansion("38413"),
                             "{id: LOOP, title: Loop diuretics, kind: drug-class}");
    EXPECT_EQ(result->report(), "");
    EXPECT_TRUE(result->inLoop("38413"));
}

TEST(FhirValueSet, WhatCannotBeTakenAtItsWordIsRefused)
{
    constexpr std::string_view kHead = R"({"resourceType":"ValueSet",)";
    struct Case {
        std::string json;
        char const* what;
    };
    auto const vs = [&](std::string_view rest) {
        return std::string{kHead} + std::string{rest} + '}';
    };
    for (
        auto const& each : {
            Case{R"({"resourceType":"CodeSystem"})", "a FHIR CodeSystem is no value set"},
            Case{vs(R"("status":"active")"), "neither expansion nor compose"},
            Case{
                vs(R"("compose":{"include":[{"system":"s","filter":[{"property":"concept","op":"is-a","value":"1"}]}]})"),
                "defined by a filter"},
            Case{vs(R"("compose":{"include":[{"valueSet":["http://example.org/other"]}]})"),
                 "names another value set"},
            Case{vs(R"("compose":{"include":[{"system":"http://loinc.org"}]})"),
                 "names a whole code system"},
            Case{
                vs(R"("compose":{"include":[{"system":"s","concept":[{"code":"1"}]}],"exclude":[{"system":"s","filter":[{"a":"b"}]}]})"),
                "this exclude are defined by a filter"},
            Case{vs(R"("modifierExtension":[{"url":"u"}],"compose":{"include":[]})"),
                 "modifierExtension"},
            Case{
                vs(R"("expansion":{"contains":[{"system":"s","code":"1","modifierExtension":[{"url":"u"}]}]})"),
                "modifierExtension"},
            Case{vs(R"("implicitRules":"http://example.org/r","expansion":{"contains":[]})"),
                 "implicitRules"},
            Case{vs(R"("expansion":{"total":3,"contains":[{"system":"s","code":"1"}]})"),
                 "states 3 codes and holds 1"},
            Case{vs(R"("expansion":{"offset":100,"contains":[{"system":"s","code":"1"}]})"),
                 "a page of a longer one"},
            Case{
                vs(R"("expansion":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/valueset-toocostly","valueBoolean":true}],"contains":[{"system":"s","code":"1"}]})"),
                "cut short by the server"},
            Case{vs(R"("expansion":{"contains":[]})"), "error L04"},
            Case{
                vs(R"("expansion":{"contains":[{"system":"http://www.whocc.no/atc","code":"C03C*"}]})"),
                "\"C03C*\" is no code"},
            Case{vs(R"("expansion":{"contains":[{"code":"4603"}]})"), "no system or no code"},
        }) {
        auto const result = with("LOOP.json", each.json);
        EXPECT_TRUE(result->problems.hasErrors()) << each.json;
        EXPECT_THAT(result->report(), HasSubstr(each.what)) << each.json;
        EXPECT_THAT(result->report(), HasSubstr("valuesets/LOOP.json:1:")) << each.json;
    }
}

TEST(FhirValueSet, ASetThatDoesNotExistIsNamed)
{
    auto const result = with("LOPP.json", expansion("38413"));
    EXPECT_THAT(result->report(),
                HasSubstr("error L03: value set \"LOPP\" does not exist. Fix: did "
                          "you mean \"LOOP\"?"));
}

TEST(FhirValueSet, ReplacingComesBeforeExtending)
{
    auto result = std::make_unique<Result>();
    for (auto const& [file, text] :
         {std::pair<std::string, std::string>{"LOOP.json", expansion("38413")},
          {"LOOP.replace.json", expansion("644")},
          {"LOOP.yaml", std::string{kLoop}}}) {
        auto tree = Tree::fromYaml(text, "valuesets/" + file, result->problems);
        ASSERT_TRUE(tree);
        result->trees.push_back(std::move(*tree));
    }
    auto sources = tables();
    for (auto const& tree : result->trees) sources.valueSets.push_back(&tree);
    result->terms = Terminology::load(sources, result->problems);
    EXPECT_TRUE(result->inLoop("38413"));
    EXPECT_TRUE(result->inLoop("644"));
    EXPECT_FALSE(result->inLoop("4603"));
}

} // namespace
} // namespace tcds::terms
