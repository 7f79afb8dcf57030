#include "fhir/upkeep/release.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

namespace tcds::upkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Release, TheRrfFolderBelowIsFound)
{
    auto const release = readRelease(test::sampleRelease());
    ASSERT_TRUE(release) << toText(release.error());
    EXPECT_EQ(release->version, "RXNORM_SAMPLE");
    EXPECT_FALSE(release->knowsHistory);
    EXPECT_EQ(release->concepts.size(), 34U); // one a number: synonyms and other sources left out
}

TEST(Release, ANumberHasTheNameThatRxNormGivesIt)
{
    auto const release = readRelease(test::sampleRelease() / "rrf");
    ASSERT_TRUE(release);
    auto const* const tablet = release->find(313988);
    ASSERT_NE(tablet, nullptr);
    EXPECT_EQ(tablet->name, "furosemide 40 MG Oral Tablet");
    EXPECT_EQ(tablet->type, TermType::Scd);
    EXPECT_FALSE(tablet->obsolete);
    EXPECT_TRUE(release->find(104218)->obsolete);
    EXPECT_EQ(release->find(99000999), nullptr); // of another vocabulary
    EXPECT_TRUE(release->elsewhere.contains(99000999));
}

TEST(Release, ARelationLeadsFromTheSecondNumberToTheFirst)
{
    auto const release = readRelease(test::sampleRelease());
    ASSERT_TRUE(release);
    auto const parts = release->from(198316, Relation::ConsistsOf);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].to, 99000104U);
    EXPECT_EQ(parts[1].to, 99000105U);
    EXPECT_TRUE(release->from(99000104, Relation::ConsistsOf).empty());
    // What another vocabulary says of a number is not taken.
    EXPECT_TRUE(release->from(313988, Relation::HasIngredient).empty());
}

TEST(Release, OnlyWhatIsForAnimalsAloneIsLeftToThem)
{
    auto const release = readRelease(test::sampleRelease());
    ASSERT_TRUE(release);
    EXPECT_THAT(release->forAnimals, testing::UnorderedElementsAre(99000202U));
}

TEST(Release, TheOrderOfLinesDoesNotMatter)
{
    test::Scratch const forth, back;
    for (auto const* const scratch : {&forth, &back}) test::copySample(*scratch);
    auto const first =
        test::name("99000500", "SCD", "b name") + test::name("99000500", "SCD", "a name");
    auto const second = test::name("99000500", "SCD", "old name", "O");
    forth.write("RXNCONSO.RRF", first + second);
    back.write("RXNCONSO.RRF", second + test::name("99000500", "SCD", "a name") +
                                   test::name("99000500", "SCD", "b name"));
    for (auto const* const scratch : {&forth, &back}) {
        auto const release = readRelease(scratch->path());
        ASSERT_TRUE(release);
        ASSERT_EQ(release->concepts.size(), 1U);
        EXPECT_EQ(release->concepts.front().name, "a name");
        EXPECT_FALSE(release->concepts.front().obsolete);
    }
}

TEST(Release, HistoryTellsWhatBecameOfNumbers)
{
    test::Scratch const scratch;
    test::copySample(scratch);
    scratch.write("RXNCUI.RRF", "205732|20AA_200101F|20AA_200901F|1|200809|\n"
                                "205733|20AA_200101F|20AA_200901F|2|200809|\n"
                                "205733|20AA_200101F|20AA_200901F|2|313988|\n"
                                "205734|20AA_200101F|20AA_200901F|1|205734|\n");
    scratch.write("RXNATOMARCHIVE.RRF",
                  "1||old name|a|b|c||N|ENG|20200101|||205735|RXNORM|SCD|313988|\n"
                  "2||still in use|a|b|c||N|ENG|20200101|||313988|RXNORM|SCD|200809|\n"
                  "3||other source|a|b|c||N|ENG|20200101|||205736|MTHSPL|DP|200809|\n");
    auto const release = readRelease(scratch.path());
    ASSERT_TRUE(release) << toText(release.error());
    EXPECT_TRUE(release->knowsHistory);
    EXPECT_EQ(release->successors.size(), 3U);
    EXPECT_THAT(release->successors.at(205732), ElementsAre(200809U));
    EXPECT_THAT(release->successors.at(205733), ElementsAre(200809U, 313988U));
    EXPECT_THAT(release->successors.at(205735), ElementsAre(313988U));
}

TEST(Release, EachNeededFileMustBeThere)
{
    for (auto const* const file : {"RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF"}) {
        test::Scratch const scratch;
        test::copySample(scratch);
        std::filesystem::remove(scratch.path() / file);
        auto const release = readRelease(scratch.path());
        ASSERT_FALSE(release) << file;
        EXPECT_EQ(release.error().kind, Error::Kind::NotFound);
        EXPECT_THAT(release.error().where, HasSubstr(file));
    }
    test::Scratch const scratch;
    EXPECT_EQ(readRelease(scratch.path() / "absent").error().kind, Error::Kind::NotFound);
}

TEST(Release, FaultsOfFilesAreNamedWithTheirLine)
{
    struct Case {
        char const* file;
        std::string line;
        char const* what;
    };
    for (auto const& each : {
             Case{"RXNCONSO.RRF", test::name("12x", "IN", "a"),
                  "RXCUI \"12x\" is no RxNorm number"},
             Case{"RXNCONSO.RRF", test::name("12", "IN", ""), "the name is empty"},
             Case{"RXNCONSO.RRF", test::name("12", "IN", "tab\there"), "plain UTF-8"},
             Case{"RXNCONSO.RRF", test::name("12", "IN", "\xff"), "plain UTF-8"},
             Case{"RXNCONSO.RRF", "12|ENG|\n", "2 columns, RXNCONSO.RRF has 18"},
             Case{"RXNREL.RRF", test::relation("x", "isa", "1"), "RXCUI2 \"x\""},
             Case{"RXNREL.RRF", test::relation("1", "isa", "99999999999"), "RXCUI1"},
             Case{"RXNSAT.RRF", "y|||1|AUI|y|||RXN_VET_DRUG|RXNORM|US|N|4096|\n", "RXCUI \"y\""},
         }) {
        test::Scratch const scratch;
        test::copySample(scratch);
        scratch.write(each.file, each.line);
        auto const release = readRelease(scratch.path());
        ASSERT_FALSE(release) << each.line;
        EXPECT_EQ(release.error().where, std::string{each.file} + ":1");
        EXPECT_THAT(release.error().what, HasSubstr(each.what));
    }
}

TEST(Release, FilesWithoutAnythingOfRxNormAreRefused)
{
    test::Scratch const scratch;
    test::copySample(scratch);
    scratch.write("RXNCONSO.RRF", test::name("12", "DP", "a", "N", "MTHSPL"));
    auto const release = readRelease(scratch.path());
    ASSERT_FALSE(release);
    EXPECT_THAT(release.error().what, HasSubstr("no concepts of RxNorm"));
}

TEST(Release, AnyChangedByteIsReadOrRefused)
{
    test::Scratch const scratch;
    test::copySample(scratch);
    std::mt19937 random{14}; // the same changes in every run
    constexpr std::string_view kBytes = "|\n\r0x\t\xff";
    for (int round = 0; round < 100; ++round) {
        auto const* const file =
            std::array{"RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF"}[random() % 3];
        auto const text = scratch.read(file);
        auto changed = text;
        changed[random() % changed.size()] = kBytes[random() % kBytes.size()];
        if (round % 5 == 0) changed.resize(random() % changed.size());
        scratch.write(file, changed);
        auto const release = readRelease(scratch.path());
        if (!release) {
            EXPECT_FALSE(release.error().where.empty());
            EXPECT_FALSE(release.error().fix.empty());
        }
        scratch.write(file, text);
    }
}

} // namespace
} // namespace tcds::upkeep
