#include "server/witness/note_directory.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/witness/collector.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace tcds::witness {
namespace {

namespace files = std::filesystem;

class NoteFolder : public testing::Test
{
protected:
    [[nodiscard]] std::set<std::string> names() const
    {
        std::set<std::string> found;
        for (auto const& entry : files::recursive_directory_iterator{folder})
            if (entry.is_regular_file())
                found.insert(entry.path().string().substr(folder.size() + 1));
        return found;
    }
    [[nodiscard]] std::string content(std::string const& name) const
    {
        std::ifstream file{folder + "/" + name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    tcds::test::TemporaryFolder own;
    std::string folder = own.path();
};

constexpr auto kSeven = "mercy-west/cds-1/2026-03-03/000000000007.note";

TEST_F(NoteFolder, HoldsAFileForEachCheckpoint)
{
    NoteDirectory directory{folder};
    EXPECT_TRUE(directory.deliver(test::publication(7), test::attempt()));
    EXPECT_TRUE(directory.deliver(test::publication(1000), test::attempt()));

    EXPECT_EQ(names(),
              (std::set<std::string>{kSeven, "mercy-west/cds-1/2026-03-03/000000001000.note"}));
    EXPECT_EQ(content(kSeven), "note of 7\n");
}

TEST_F(NoteFolder, TakesTheSameCheckpointTwice)
{
    NoteDirectory directory{folder};
    EXPECT_TRUE(directory.deliver(test::publication(7), test::attempt()));
    EXPECT_TRUE(directory.deliver(test::publication(7), test::attempt()));
    EXPECT_EQ(names(), std::set<std::string>{kSeven});
}

TEST_F(NoteFolder, NeverReplacesACheckpoint)
{
    NoteDirectory directory{folder};
    EXPECT_TRUE(directory.deliver(test::publication(7), test::attempt()));
    auto other = test::publication(7);
    other.checkpoint.note = "another\n";

    EXPECT_TRUE(directory.deliver(other, test::attempt()));

    EXPECT_EQ(content(kSeven), "note of 7\n");
    EXPECT_EQ(content("mercy-west/cds-1/2026-03-03/000000000007.2.note"), "another\n");
    for (int i = 3; i <= 9; ++i) {
        other.checkpoint.note = std::to_string(i);
        EXPECT_TRUE(directory.deliver(other, test::attempt()));
    }
    other.checkpoint.note = "one too many";
    EXPECT_FALSE(directory.deliver(other, test::attempt()));
}

TEST_F(NoteFolder, IsNotMadeWhereNothingIsMounted)
{
    NoteDirectory directory{folder + "/mount"};

    auto const delivered = directory.deliver(test::publication(7), test::attempt());

    ASSERT_FALSE(delivered);
    EXPECT_EQ(delivered.error().kind, Error::Kind::Unavailable);
    EXPECT_EQ(names(), std::set<std::string>{});
    files::create_directory(folder + "/mount");
    EXPECT_TRUE(directory.deliver(test::publication(7), test::attempt()));
}

TEST_F(NoteFolder, SaysThatItCannotBeWritten)
{
    std::ofstream{folder + "/mercy-west"} << "a file where a folder belongs";
    NoteDirectory directory{folder};
    EXPECT_FALSE(directory.deliver(test::publication(7), test::attempt()));
}

} // namespace
} // namespace tcds::witness
