#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

using test::loadTexts;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kLoop = R"(
id: LOOP
title: Loop diuretics
kind: drug-class
route: systemic
members:
  - {ingredient: furosemide, rxnorm: "4603"}
  - {system: "http://www.whocc.no/atc", code: "C03C*"}
)";
constexpr std::string_view kSteroid = R"(
id: STEROID
title: Steroids
kind: drug-class
route: systemic
look_back: 7 d
members: [{ingredient: prednisone, rxnorm: "8640"}]
)";

ClassMember const& member(Terminology const& terms, std::string_view set,
                          std::string_view ingredient)
{
    for (auto const& each : terms.set(terms.setNamed(set)).ingredients)
        if (each.ingredient == terms.ingredientNamed(ingredient)) return each;
    throw std::out_of_range{"no such member"};
}

TEST(ValueSet, ExpandsIncludesWithTheScopeOfEachIncludedSet)
{
    auto const loaded = loadTexts({{"LOOP", kLoop}, {"STEROID", kSteroid}, {"K_LOWERING", R"(
id: K_LOWERING
title: Medicines that lower potassium
kind: drug-class
includes: [LOOP, {set: STEROID, route: any, look_back: 30 d}]
)"}});
    auto const& terms = *loaded.terms;

    ASSERT_EQ(loaded.report(), "");
    EXPECT_EQ(member(terms, "K_LOWERING", "furosemide").routes, RouteMask::systemic());
    EXPECT_FALSE(member(terms, "K_LOWERING", "furosemide").lookBack);
    EXPECT_EQ(member(terms, "K_LOWERING", "prednisone").routes, RouteMask::any());
    EXPECT_EQ(member(terms, "K_LOWERING", "prednisone").lookBack,
              (Duration{30, Duration::Unit::Day}));
    EXPECT_EQ(member(terms, "STEROID", "prednisone").routes, RouteMask::systemic());
    EXPECT_EQ(member(terms, "STEROID", "prednisone").lookBack, (Duration{7, Duration::Unit::Day}));
    EXPECT_THAT(test::namesOf(terms, terms.meaningOf("http://www.whocc.no/atc", "C03CA01").sets),
                ElementsAre("LOOP", "K_LOWERING"));
}

TEST(ValueSet, PhrasesOfAnIncludedSetCountForTheOther)
{
    auto const loaded = loadTexts({{"WASTING", R"(
id: WASTING
title: Wasting
kind: finding
phrases: [wasting]
)"},
                                   {"SIGNS", R"(
id: SIGNS
title: Signs
kind: finding
includes: [WASTING]
)"}});
    auto const& terms = *loaded.terms;

    ASSERT_EQ(loaded.report(), "");
    EXPECT_THAT(test::namesOf(
                    terms, terms.understandText("wasting", terms.ofKind(SetKind::Finding)).stated),
                ElementsAre("WASTING", "SIGNS"));
}

TEST(ValueSet, ThatIsADraftMatchesNothing)
{
    auto const loaded = loadTexts({{"TWITCH_DE", R"(
id: TWITCH_DE
title: Zuckungen
kind: complaint
status: draft
members: [{system: "http://hl7.org/fhir/sid/icd-10-cm", code: R25.3}]
phrases: [zuckung*]
)"}});
    auto const& terms = *loaded.terms;

    ASSERT_EQ(loaded.report(), "");
    EXPECT_TRUE(terms.meaningOf("http://hl7.org/fhir/sid/icd-10-cm", "R25.3").sets.none());
    EXPECT_TRUE(terms.ofKind(SetKind::Complaint).none());
    EXPECT_TRUE(
        terms.understandText("Zuckungen", test::setsNamed(terms, {"TWITCH_DE"})).stated.none());
}

TEST(ValueSet, ARouteListHoldsTheseRoutesOnly)
{
    auto const loaded = loadTexts({{"PENICILLIN_IV", R"(
id: PENICILLIN_IV
title: Penicillins by injection
kind: drug-class
route: [injected]
members: [{ingredient: penicillin g, rxnorm: "7980"}]
)"}});

    auto const& routes = member(*loaded.terms, "PENICILLIN_IV", "penicillin g").routes;
    EXPECT_TRUE(routes.has(Route::Injected));
    EXPECT_TRUE(routes.has(Route::Intravenous));
    EXPECT_FALSE(routes.has(Route::Oral));
    EXPECT_FALSE(routes.has(Route::Unknown));
}

TEST(RouteMask, SystemicHoldsUnknownAndLeavesOutLocalRoutes)
{
    auto const systemic = RouteMask::systemic();

    for (auto const route :
         {Route::Unknown, Route::Oral, Route::Injected, Route::Transdermal, Route::Intrathecal})
        EXPECT_TRUE(systemic.has(route));
    for (auto const route :
         {Route::Inhaled, Route::Nebulised, Route::Nasal, Route::Topical, Route::Ophthalmic,
          Route::Otic, Route::Rectal, Route::Vaginal, Route::IntraArticular})
        EXPECT_FALSE(systemic.has(route));
}

struct Fault {
    char const *file, *yaml, *message;
};

TEST(ValueSet, FaultsNamePlaceFindingAndFix)
{
    constexpr Fault kFaults[]{
        {"LOOP",
         "id: LOOP\ntitle: Loop\nkind: drug-class\nmembrs: []\nmembers: [{ingredient: a, rxnorm: "
         "\"1\"}]\n",
         "valuesets/LOOP.yaml:4:1: error L01: unknown key \"membrs\" in a value set. Fix: did you "
         "mean \"members\"?"},
        {"LOOP",
         "id: LOOP\ntitle: Loop\nkind: drugclass\nmembers: [{ingredient: a, rxnorm: \"1\"}]\n",
         "valuesets/LOOP.yaml:3:7: error L01: \"drugclass\" is no kind of value set. Fix: did you "
         "mean \"drug-class\"?"},
        {"LOPP",
         "id: LOOP\ntitle: Loop\nkind: drug-class\nmembers: [{ingredient: a, rxnorm: \"1\"}]\n",
         "valuesets/LOPP.yaml:1:5: error L02: the file is called \"LOPP\", its id is \"LOOP\"."},
        {"LOOP", "id: LOOP\ntitle: Loop\nkind: drug-class\n",
         "error L04: value set \"LOOP\" is empty."},
        {"LOOP", "id: LOOP\ntitle: Loop\nkind: drug-class\nmembers: [{ingredient: nothing}]\n",
         "error L03: ingredient \"nothing\" does not exist."},
        {"LOOP",
         "id: LOOP\ntitle: Loop\nkind: drug-class\nmembers: [{system: \"http://www.whocc.no/atc\", "
         "code: \"C03*\"}]\n",
         "error L04: class \"LOOP\" has no member with an RxNorm number."},
        {"LOOP",
         "id: LOOP\ntitle: L\nkind: drug-class\nincludes: [DIURETIK]\nmembers: [{ingredient: a, "
         "rxnorm: \"1\"}]\n",
         "valuesets/LOOP.yaml:4:12: error L03: value set \"DIURETIK\" does not exist."},
        {"LOOP",
         "id: LOOP\ntitle: L\nkind: drug-class\nroute: sytemic\nmembers: [{ingredient: a, rxnorm: "
         "\"1\"}]\n",
         "valuesets/LOOP.yaml:4:8: error L01: \"sytemic\" is no route. Fix: did you mean "
         "\"systemic\"?"},
        {"LOOP",
         "id: LOOP\ntitle: L\nkind: drug-class\nmembers: [{ingredient: a, rxnorm: \"4603x\"}]\n",
         "error L01: \"4603x\" is no RxNorm number."},
        {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nphrases: [\"a b*c\"]\n",
         "error L01: \"a b*c\" is no phrase."},
        {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nphrases: [{all_of: [[a]]}]\n",
         "error L01: all_of needs two groups of phrases or more."},
        {"SIGN",
         "id: SIGN\ntitle: S\nkind: finding\nmembers: [{system: \"http://snomed.info/sct\", code: "
         "\"12*\"}]\n",
         "error L01: only ICD and ATC codes can be prefixes."},
        {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nmembers: [{ingredient: a, rxnorm: \"1\"}]\n",
         "error L01: only a drug-class holds ingredients."},
        {"SIGN", "id: SIGN\nkind: finding\nphrases: [a]\n",
         "error L01: a value set needs \"title\"."},
        {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nwindow: 7\nphrases: [a]\n",
         "error L01: \"7\" is no duration."},
        {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nphrases: [a]\nnegation: [no]\n",
         "error L01: \"negation\" belongs to a set of kind cues."},
    };
    for (auto const& fault : kFaults)
        EXPECT_THAT(loadTexts({{fault.file, fault.yaml}}).report(), HasSubstr(fault.message));
}

TEST(ValueSet, ACycleOfIncludesIsAnError)
{
    auto const loaded =
        loadTexts({{"A", "id: A\ntitle: A\nkind: finding\nincludes: [B]\nphrases: [a]\n"},
                   {"B", "id: B\ntitle: B\nkind: finding\nincludes: [A]\nphrases: [b]\n"}});

    EXPECT_THAT(loaded.report(),
                HasSubstr("valuesets/B.yaml:4:12: error L09: \"A\" and \"B\" include each other."));
}

TEST(ValueSet, TheSameIdTwiceIsAnError)
{
    constexpr auto kYaml = "id: A\ntitle: A\nkind: finding\nphrases: [a]\n";

    EXPECT_THAT(loadTexts({{"A", kYaml}, {"A", kYaml}}).report(),
                HasSubstr("error L02: value set \"A\" exists twice."));
}

TEST(ValueSet, ADrugClassCannotIncludeFindings)
{
    auto const loaded =
        loadTexts({{"LOOP", "id: LOOP\ntitle: L\nkind: drug-class\nincludes: [SIGN]\n"
                            "members: [{ingredient: a, rxnorm: \"1\"}]\n"},
                   {"SIGN", "id: SIGN\ntitle: S\nkind: finding\nphrases: [a]\n"}});

    EXPECT_THAT(loaded.report(),
                HasSubstr("error L03: \"SIGN\" is a finding, this set a drug-class."));
}

TEST(ValueSet, ANumberThatBelongsToAnotherIngredientIsAnError)
{
    TerminologySources tables;
    tables.ingredients =
        "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\nfurosemide\t4603\t\t\t\tword\n";

    EXPECT_THAT(loadTexts({{"LOOP", "id: LOOP\ntitle: L\nkind: drug-class\n"
                                    "members: [{ingredient: furosemide, rxnorm: \"4604\"}]\n"}},
                          {}, tables)
                    .report(),
                HasSubstr("RxNorm number 4604 of furosemide is 4603 in terms/ingredients.tsv"));
    EXPECT_THAT(
        loadTexts({{"LOOP",
                    "id: LOOP\ntitle: L\nkind: drug-class\nmembers: [{ingredient: furosemid}]\n"}},
                  {}, tables)
            .report(),
        HasSubstr("ingredient \"furosemid\" does not exist. Fix: did you mean \"furosemide\"?"));
}

} // namespace
} // namespace tcds::terms
