#include "fhir/terms/code_systems.hpp"
#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tcds::terms {
namespace {

using test::shipped;
using testing::Contains;
using testing::HasSubstr;

TEST(ShippedContent, LoadsWithoutAFinding)
{
    EXPECT_EQ(test::shippedProblems(), "");
    EXPECT_GT(shipped().sets().size(), 100U);
    EXPECT_GT(shipped().ingredients().size(), 480U);
    EXPECT_GT(shipped().analytes().size(), 30U);
}

/// Members of classes, from the list of the clinical specification (C.0.1).
TEST(ShippedContent, ClassesHoldTheMembersOfTheSpecification)
{
    constexpr std::pair<char const*, char const*> kMembers[]{
        {"LOOP", "furosemide"},
        {"THIAZIDE", "hydrochlorothiazide"},
        {"MRA", "spironolactone"},
        {"KSPARE_ENAC", "triamterene"},
        {"CARBONIC_ANHYDRASE", "acetazolamide"},
        {"CORTICOSTEROID", "prednisone"},
        {"LEVODOPA", "levodopa"},
        {"COMT_INHIBITOR", "entacapone"},
        {"DOPAMINE_AGONIST", "pramipexole"},
        {"MAOB", "rasagiline"},
        {"AMANTADINE", "amantadine"},
        {"ANTICHOLINERGIC_PD", "benztropine"},
        {"BETA2", "albuterol"},
        {"THEOPHYLLINE", "theophylline"},
        {"LITHIUM", "lithium"},
        {"SEROTONERGIC", "sertraline"},
        {"SEROTONERGIC", "tramadol"},
        {"PPI", "omeprazole"},
        {"K_LOWERING", "furosemide"},
        {"K_LOWERING", "albuterol"},
        {"K_LOWERING", "prednisone"},
        {"K_RAISING", "lisinopril"},
        {"MG_LOWERING", "hydrochlorothiazide"},
        {"DIURETIC", "spironolactone"},
        {"LITHIUM_INTERACTING", "ibuprofen"},
        {"MAOI", "linezolid"},
    };
    for (auto const& [set, ingredient] : kMembers) {
        auto const id = shipped().setNamed(set);
        ASSERT_TRUE(id.known()) << set;
        auto const wanted = shipped().ingredientNamed(ingredient);
        ASSERT_TRUE(wanted.known()) << ingredient;
        auto const& members = shipped().set(id).ingredients;
        EXPECT_TRUE(
            std::any_of(members.begin(), members.end(),
                        [&](ClassMember const& member) { return member.ingredient == wanted; }))
            << set << " without " << ingredient;
    }
    for (auto const& member : shipped().set(shipped().setNamed("LEVODOPA")).ingredients)
        EXPECT_NE(shipped().ingredient(member.ingredient).name, "carbidopa"); // decision D15
}

TEST(ShippedContent, BetaAgonistsLowerPotassiumByAnyRouteAndSteroidsSystemicallyOnly)
{
    auto const& set = shipped().set(shipped().setNamed("K_LOWERING"));
    for (auto const& member : set.ingredients) {
        auto const& name = shipped().ingredient(member.ingredient).name;
        if (name == "albuterol") {
            EXPECT_TRUE(member.routes.has(Route::Inhaled));
        }
        if (name == "prednisone") {
            EXPECT_FALSE(member.routes.has(Route::Topical));
        }
    }
}

TEST(ShippedContent, ComplaintCodesOpenTheirKind)
{
    auto const setsOf = [](std::string_view system, char const* code) {
        return test::namesOf(shipped(), shipped().meaningOf(system, code).sets);
    };
    // Clinical specification B.1.
    for (auto const& [code, kind] : {std::pair{"R25.3", "TWITCH"},
                                     {"R25.9", "TWITCH_UNSPEC"},
                                     {"G51.4", "MYOKYMIA"},
                                     {"G25.3", "MYOCLONUS"},
                                     {"R25.2", "CRAMP"},
                                     {"R29.0", "TETANY"},
                                     {"R25.1", "TREMOR"},
                                     {"G25.81", "RLS"},
                                     {"G24.9", "DYSTONIA_DYSKINESIA"},
                                     {"F95.2", "TIC"}})
        EXPECT_THAT(setsOf(kIcd10Cm, code), Contains(kind)) << code;
    EXPECT_THAT(setsOf(kSnomed, "82470000"), Contains("TWITCH"));
}

std::string explained(std::string_view query)
{
    std::string text;
    for (auto const& line : shipped().explain(query)) text += line + '\n';
    return text;
}

TEST(Explain, TellsWhatACodeIsAndWhereItStands)
{
    EXPECT_THAT(explained("4603"), HasSubstr("ingredient: furosemide (RxNorm 4603)"));
    EXPECT_THAT(explained("4603"), HasSubstr("class: LOOP, Loop diuretics (systemic routes)"));
    EXPECT_THAT(explained("urn:oid:2.16.840.1.113883.6.90|r253"), HasSubstr("complaint: TWITCH"));
    EXPECT_THAT(explained("2823-3"), HasSubstr("analyte K, Potassium, kept in mmol/L"));
    EXPECT_THAT(explained("2823-3"),
                HasSubstr("limits, everybody else: low 3.5 mmol/L, high 5.0 mmol/L"));
    EXPECT_THAT(explained("R29.2"), HasSubstr("only beside hyperreflex*"));
}

TEST(Explain, TellsHowANameWasUnderstood)
{
    EXPECT_THAT(explained("Lasix 40mg"), HasSubstr("matched by name"));
    EXPECT_THAT(explained("Lasix 40mg"), HasSubstr("ingredient: furosemide"));
    EXPECT_THAT(explained("LOOP"), HasSubstr("ingredient: bumetanide"));
    EXPECT_THAT(explained("no twitching"),
                HasSubstr("denied, somebody else's, past or supposed: TWITCH"));
}

TEST(Explain, SuggestsTheNearestNameForWhatIsUnknown)
{
    EXPECT_THAT(explained("losartn"), HasSubstr("\"losartn\" is not known"));
    EXPECT_THAT(explained("losartn"), HasSubstr("did you mean \"losartan\"?"));
    EXPECT_THAT(explained(""), HasSubstr("nothing to look up"));
}

} // namespace
} // namespace tcds::terms
