#include "server/audit/log_file.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace tcds::audit {
namespace {

using test::SetClock;
using test::TemporaryDirectory;

constexpr auto kName = "decisions-2026-03-03.jsonl";

std::string members(std::size_t bytes) { return "\"m\":\"" + std::string(bytes, 'x') + "\""; }

/// No file may grow beyond `bytes` while this lives: writes come back short, then fail.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        rlimit const limit{bytes, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
    FileSizeLimit(FileSizeLimit const&) = delete;
    FileSizeLimit& operator=(FileSizeLimit const&) = delete;
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    sighandler_t handler_ = SIG_DFL;
};

TEST(LogDiskFull, LeavesNothingOfARecordThatWasWrittenInPart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = Log::open(test::optionsIn(folder.path()), clock);
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->append("decision", members(1000)));
    auto const before = test::readFile(folder.path(kName));
    {
        FileSizeLimit const limit{before.size() + 2000};

        auto const kept = (*log)->append("decision", members(5000));

        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().kind, Error::Kind::Unavailable);
        EXPECT_NE(kept.error().fix.find("free space"), std::string::npos);
    }
    EXPECT_EQ(test::readFile(folder.path(kName)), before);
    EXPECT_FALSE((*log)->healthy());
}

TEST(LogDiskFull, GoesOnInTheSameChainWhenThereIsSpaceAgain)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto log = Log::open(test::optionsIn(folder.path()), clock);
    ASSERT_TRUE(log);
    {
        FileSizeLimit const limit{1000};
        ASSERT_FALSE((*log)->append("decision", members(5000)));
        ASSERT_FALSE((*log)->append("decision", members(5000)));
        ASSERT_TRUE((*log)->append("decision", members(10))) << "what fits is kept";
        EXPECT_TRUE((*log)->healthy());
        ASSERT_FALSE((*log)->append("decision", members(5000)));
    }
    ASSERT_TRUE((*log)->append("decision", members(5000)));

    EXPECT_TRUE((*log)->healthy());
    log->reset();
    EXPECT_EQ(test::breakIn(folder.path()), "");
    EXPECT_EQ(test::recordsIn(folder.path()).size(), 4U); // start, two, stop
}

TEST(LogDiskFull, StaysInTheOldFileWhenANewDayCannotBegin)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:00:00Z"};
    auto log = Log::open(test::optionsIn(folder.path()), clock);
    ASSERT_TRUE(log);
    clock.set("2026-03-04T10:00:00Z");
    {
        FileSizeLimit const limit{100};
        ASSERT_FALSE((*log)->append("decision", members(10)));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path("decisions-2026-03-04.jsonl")));

    ASSERT_TRUE((*log)->append("decision", members(10)));

    log->reset();
    EXPECT_EQ(test::breakIn(folder.path()), "");
    EXPECT_EQ(test::linesOf(folder.path("decisions-2026-03-04.jsonl")).size(), 3U);
}

/// What the child found on its small file system: an exit code for the parent.
enum Finding : int {
    Good = 0,
    NoMount = 10,
    NotOpened = 11,
    NeverFull = 12,
    NotHealthyAgain = 13,
    Broken = 14
};

int fillSmallFileSystem(std::string const& directory)
{
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=512k") != 0)
        return NoMount;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    test::writeFile(directory + "/ballast", std::string(256 * 1024, 'b'));
    auto options = test::optionsIn(directory, Sync::Always);
    options.retry = std::chrono::milliseconds{1};
    auto log = Log::open(options, clock);
    if (!log) return NotOpened;
    auto full = false;
    for (int i = 0; i < 200 && !full; ++i) full = !(*log)->append("decision", members(6000));
    if (!full) return NeverFull;
    auto file = LogFile::open(directory + "/" + kName, Disk::ofSystem());
    auto const size = std::filesystem::file_size(directory + "/" + kName);
    if (!file || file->couldGrow()) return NeverFull;
    if (std::filesystem::file_size(directory + "/" + kName) != size) return Broken;
    std::filesystem::remove(directory + "/ballast");
    while (!(*log)->healthy()) std::this_thread::yield(); // nobody calls: its own look tells
    if (!(*log)->append("decision", members(6000)) || !(*log)->healthy()) return NotHealthyAgain;
    log->reset();
    return test::breakIn(directory).empty() ? Good : Broken;
}

TEST(LogDiskFull, RefusesOnAFullFileSystemAndFindsOutByItselfWhenSpaceIsFreed)
{
    TemporaryDirectory const folder;
    auto const child = ::fork();
    if (child == 0) ::_exit(fillSmallFileSystem(folder.path()));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == NoMount)
        GTEST_SKIP() << "needs the right to mount a tmpfs (CAP_SYS_ADMIN)";

    EXPECT_EQ(WEXITSTATUS(status), Good);
}

} // namespace
} // namespace tcds::audit
