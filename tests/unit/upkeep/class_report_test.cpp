#include "fhir/upkeep/class_report.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tcds::upkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ClassChange loop()
{
    ClassChange change;
    change.name = "LOOP";
    change.title = "Loop diuretics";
    for (std::uint32_t i = 1; i <= 7; ++i)
        change.gained.push_back({i, "p" + std::to_string(i), {}});
    change.movedOut.push_back({9, "nine \"quoted\"", {"THIAZIDE"}});
    change.membersLost = {"torsemide (38413)"};
    return change;
}

TEST(ClassReport, TextNamesWhatAReaderMustSee)
{
    std::ostringstream out;
    print(std::vector{loop()}, out);
    EXPECT_EQ(out.str(), "LOOP (Loop diuretics)\n"
                         "  - torsemide (38413)\n"
                         "  gained 7 products\n"
                         "    1 p1\n    2 p2\n    3 p3\n    4 p4\n    5 p5\n    and 2 more\n"
                         "  moved out 1 product\n"
                         "    9 nine \"quoted\" (to THIAZIDE)\n"
                         "1 value set differs\n");
}

TEST(ClassReport, JsonHoldsEverything)
{
    auto const json = toJson(std::vector{loop()});
    EXPECT_THAT(json, HasSubstr(R"("name":"LOOP","title":"Loop diuretics","change":"changed")"));
    EXPECT_THAT(json, HasSubstr(R"({"rxcui":7,"name":"p7"})"));
    EXPECT_THAT(json, HasSubstr(R"({"rxcui":9,"name":"nine \"quoted\"","to":["THIAZIDE"]})"));
}

TEST(ClassReport, ARetiredNumberHasTheClassesThatItConcerns)
{
    auto const small = test::makeSmall(
        {{"LOOP.yaml",
          "{id: LOOP, title: Loop, kind: drug-class, members: [{ingredient: furosemide}]}"},
         {"ANY.yaml", "{id: ANY, title: Any, kind: drug-class, includes: [LOOP]}"}},
        "furosemide\t4603\t\t\t\tword\nother\t77\t\t\t\tword\n",
        "10\tSCD\tfurosemide\t0\toral\tten\n11\tSCD\tother\t0\toral\televen\n");
    auto const all = withClasses(
        {{4603, "furosemide", true, {5}}, {10, "ten", false, {}}, {11, "eleven", false, {}}},
        {*small->terms, small->rows.products});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_THAT(all[0].classes, ElementsAre("ANY", "LOOP"));
    EXPECT_THAT(all[1].classes, ElementsAre("ANY", "LOOP"));
    EXPECT_TRUE(all[2].classes.empty());

    ImportReport report;
    report.retired = all;
    std::ostringstream out;
    print(report, out);
    EXPECT_THAT(out.str(), HasSubstr("retired ingredient: furosemide 4603, now 5; in ANY, LOOP\n"));
    EXPECT_THAT(out.str(), HasSubstr("retired products: 2\n  10 ten; in ANY, LOOP\n  11 eleven\n"));
    EXPECT_THAT(
        toJson(report),
        HasSubstr(
            R"({"rxcui":4603,"name":"furosemide","kind":"ingredient","successors":[5],"classes":["ANY","LOOP"]})"));
}

} // namespace
} // namespace tcds::upkeep
