#include "fhir/upkeep/table_files.hpp"

#include "tests/unit/upkeep/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tcds::upkeep {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> filesIn(fs::path const& folder)
{
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator{folder})
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

TEST(TableFiles, TextsTakeThePlaceOfFiles)
{
    test::Scratch const scratch;
    scratch.write("a.tsv", "old");
    ASSERT_EQ(::chmod((scratch.path() / "a.tsv").c_str(), 0640), 0);
    EXPECT_FALSE(replaceFiles(scratch.path(), {{"a.tsv", "new"}, {"b.tsv", "more"}}));
    EXPECT_EQ(scratch.read("a.tsv"), "new");
    EXPECT_EQ(scratch.read("b.tsv"), "more");
    EXPECT_THAT(filesIn(scratch.path()), testing::ElementsAre("a.tsv", "b.tsv"));
    EXPECT_EQ(static_cast<unsigned>(fs::status(scratch.path() / "a.tsv").permissions()), 0640U);
}

TEST(TableFiles, AFolderIsMade)
{
    test::Scratch const scratch;
    EXPECT_FALSE(replaceFiles(scratch.path() / "new" / "terms", {{"a.tsv", "new"}}));
    EXPECT_EQ(scratch.read("new/terms/a.tsv"), "new");
}

TEST(TableFiles, IfOneCannotBeReplacedNoneIs)
{
    test::Scratch const scratch;
    scratch.write("a.tsv", "old");
    fs::create_directories(scratch.path() / "b.tsv" / "inner"); // a folder stands in the way
    auto const error =
        replaceFiles(scratch.path(), {{"a.tsv", "new"}, {"c.tsv", "c"}, {"b.tsv", "more"}});
    ASSERT_TRUE(error);
    EXPECT_THAT(error->where, testing::EndsWith("b.tsv"));
    EXPECT_THAT(error->what, testing::HasSubstr("old tables stand"));
    EXPECT_EQ(scratch.read("a.tsv"), "old");
    EXPECT_THAT(filesIn(scratch.path()), testing::ElementsAre("a.tsv", "b.tsv"));
}

TEST(TableFiles, AnUnwritableFolderKeepsTheOldTable)
{
    if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write everywhere";
    test::Scratch const scratch;
    scratch.write("a.tsv", "old");
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0500), 0);
    auto const error = replaceFiles(scratch.path(), {{"a.tsv", "new"}});
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0700), 0);
    ASSERT_TRUE(error);
    EXPECT_EQ(scratch.read("a.tsv"), "old");
}

TEST(TableFiles, AFileInTheWayOfTheFolderIsNamed)
{
    test::Scratch const scratch;
    scratch.write("terms", "a file");
    auto const error = replaceFiles(scratch.path() / "terms", {{"a.tsv", "new"}});
    ASSERT_TRUE(error);
    EXPECT_EQ(scratch.read("terms"), "a file");
}

TEST(TableFiles, AFullDiskKeepsTheOldTable)
{
    test::Scratch const scratch;
    scratch.write("a.tsv", "old");
    // A limit on the length of files stands for a disk that takes a part of the text only.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const little{1024, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    auto const error = replaceFiles(scratch.path(), {{"a.tsv", std::string(4096, 'x')}});
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)std::signal(SIGXFSZ, handler);
    ASSERT_TRUE(error);
    EXPECT_THAT(error->fix, testing::HasSubstr("free space"));
    EXPECT_EQ(scratch.read("a.tsv"), "old");
    EXPECT_THAT(filesIn(scratch.path()), testing::ElementsAre("a.tsv"));
}

} // namespace
} // namespace tcds::upkeep
