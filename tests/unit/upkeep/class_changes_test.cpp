#include "fhir/upkeep/class_changes.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::upkeep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kLoop =
    "{id: LOOP, title: Loop diuretics, kind: drug-class, members: [{ingredient: furosemide}]}";
constexpr std::string_view kLoopAndMore =
    "{id: LOOP, title: Loop diuretics, kind: drug-class, members: [{ingredient: furosemide}, "
    "{ingredient: torsemide}, {system: 'http://www.whocc.no/atc', code: C03CA01}]}";
constexpr std::string_view kThiazide = "{id: THIAZIDE, title: Thiazides, kind: drug-class, "
                                       "members: [{ingredient: hydrochlorothiazide}]}";
constexpr std::string_view kTwitch =
    "{id: TWITCH, title: Twitching, kind: complaint, members: "
    "[{system: 'http://hl7.org/fhir/sid/icd-10-cm', code: R25.3}]}";
constexpr std::string_view kIngredients = "furosemide\t4603\t\t\t\tword\n"
                                          "hydrochlorothiazide\t5487\t\t\t\tword\n"
                                          "torsemide\t38413\t\t\t\tword\n";

std::vector<ClassChange> compare(test::Small const& before, test::Small const& after)
{
    return classChanges({*before.terms, before.rows.products}, {*after.terms, after.rows.products});
}

std::unique_ptr<test::Small> withProducts(std::string products)
{
    return test::makeSmall({{"LOOP.yaml", kLoop}, {"THIAZIDE.yaml", kThiazide}},
                           std::string{kIngredients}, std::move(products));
}

TEST(ClassChanges, EqualTablesDifferInNothing)
{
    auto const before = withProducts("10\tSCD\tfurosemide\t0\toral\tten\n");
    auto const after = withProducts("10\tSCDF\tfurosemide\t0\toral\tother name\n");
    EXPECT_THAT(compare(*before, *after), IsEmpty()); // names and types change no class
}

TEST(ClassChanges, ProductsComeGoAndMove)
{
    auto const before = withProducts("10\tSCD\tfurosemide\t0\toral\tten\n"
                                     "11\tSCD\tfurosemide\t0\toral\televen\n"
                                     "12\tSCD\tfurosemide|hydrochlorothiazide\t0\toral\ttwelve\n");
    auto const after = withProducts("11\tSCD\thydrochlorothiazide\t0\toral\televen\n"
                                    "12\tSCD\tfurosemide\t0\toral\ttwelve\n"
                                    "13\tSCD\tfurosemide\t0\toral\tthirteen\n");
    auto const changes = compare(*before, *after);
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_EQ(changes[0].name, "LOOP");
    EXPECT_EQ(changes[0].title, "Loop diuretics");
    EXPECT_THAT(changes[0].gained, ElementsAre(ProductChange{13, "thirteen", {}}));
    EXPECT_THAT(changes[0].lost, ElementsAre(ProductChange{10, "ten", {}}));
    EXPECT_THAT(changes[0].movedOut, ElementsAre(ProductChange{11, "eleven", {"THIAZIDE"}}));
    EXPECT_THAT(changes[0].movedIn, IsEmpty());
    EXPECT_THAT(changes[1].movedIn, ElementsAre(ProductChange{11, "eleven", {"LOOP"}}));
    EXPECT_THAT(changes[1].lost, ElementsAre(ProductChange{12, "twelve", {}}));
}

TEST(ClassChanges, TheRouteDecidesWhoBelongs)
{
    auto const before = withProducts("10\tSCD\tfurosemide\t0\tophthalmic\tten\n"
                                     "11\tSCD\tfurosemide\t0\toral\televen\n");
    auto const after = withProducts("10\tSCD\tfurosemide\t0\t\tten\n"
                                    "11\tSCD\tfurosemide\t0\tinjected\televen\n");
    auto const changes = compare(*before, *after);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(changes[0].gained, ElementsAre(ProductChange{10, "ten", {}})); // unknown counts
    EXPECT_THAT(changes[0].rerouted,
                ElementsAre(ProductChange{11, "eleven", {"oral", "injected"}}));
}

TEST(ClassChanges, MembersAndSetsAreCompared)
{
    auto const before = test::makeSmall({{"LOOP.yaml", kLoop}, {"TWITCH.yaml", kTwitch}},
                                        std::string{kIngredients}, "");
    auto const after = test::makeSmall({{"LOOP.yaml", kLoopAndMore}, {"THIAZIDE.yaml", kThiazide}},
                                       std::string{kIngredients}, "");
    auto const changes = compare(*before, *after);
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_THAT(changes[0].membersGained, ElementsAre("ATC C03CA01", "torsemide (38413)"));
    EXPECT_THAT(changes[0].membersLost, IsEmpty());
    EXPECT_EQ(changes[1].name, "THIAZIDE");
    EXPECT_TRUE(changes[1].added);
    EXPECT_EQ(changes[2].name, "TWITCH");
    EXPECT_TRUE(changes[2].removed);
    EXPECT_THAT(changes[2].membersLost, ElementsAre("ICD-10-CM R25.3"));
}

TEST(ClassChanges, AProductMayBelongByItsNumber)
{
    auto const before = withProducts("10\tSCD\tfurosemide\t0\toral\tten\n"
                                     "11\tSCD\ttorsemide\t0\toral\televen\n");
    auto const after = test::makeSmall(
        {{"LOOP.replace.json",
          R"({"resourceType":"ValueSet","compose":{"include":[{"system":"urn:oid:2.16.840.1.113883.6.88",)"
          R"("concept":[{"code":"11"}]}]}})"},
         {"LOOP.yaml", kLoop},
         {"THIAZIDE.yaml", kThiazide}},
        std::string{kIngredients}, before->products.substr(test::kProducts.size()));
    auto const changes = compare(*before, *after);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(changes[0].gained, ElementsAre(ProductChange{11, "eleven", {}}));
    EXPECT_THAT(changes[0].lost, ElementsAre(ProductChange{10, "ten", {}}));
    EXPECT_THAT(changes[0].membersGained, ElementsAre("RxNorm 11"));
}

} // namespace
} // namespace tcds::upkeep
