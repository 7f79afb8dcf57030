#include "server/audit/compression.hpp"

#include "server/audit/gzip.hpp"
#include "server/audit/log_directory.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <thread>

namespace tcds::audit {
namespace {

using test::TemporaryDirectory;

constexpr auto kName = "decisions-2026-03-03.jsonl";
constexpr auto kPacked = "decisions-2026-03-03.jsonl.gz";
constexpr auto kUnfinished = "decisions-2026-03-03.jsonl.gz.tmp";
std::atomic<bool> const kGoOn{false};

std::string zcat(std::string const& path)
{
    std::string text;
    auto* const pipe = ::popen(("zcat '" + path + "'").c_str(), "r");
    std::array<char, 65536> buffer{};
    for (std::size_t got = 0; (got = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), got);
    EXPECT_EQ(::pclose(pipe), 0);
    return text;
}

/// More than two blocks, and no multiple of one.
std::string longText()
{
    std::string text;
    for (int i = 0; text.size() < 2'500'000; ++i)
        text += "{\"v\":1,\"n\":" + std::to_string(i * 7919) + "}\n";
    return text;
}

std::string gzipOf(std::string const& text)
{
    GzipBlocks blocks;
    std::string packed;
    for (auto const byte : blocks.pack(text)) packed.push_back(static_cast<char>(byte));
    return packed;
}

TEST(Compression, PutsTheSameTextInThePlaceOfTheFile)
{
    for (auto const& text : {longText(), std::string(2 * GzipBlocks::kMostText, 'x'),
                             std::string{"{}\n"}, std::string{}}) {
        SCOPED_TRACE(text.size());
        TemporaryDirectory const folder;
        test::writeFile(folder.path(kName), text);

        auto const made = compressFile(folder.path(), kName, kGoOn);

        ASSERT_TRUE(made) << toText(made.error());
        EXPECT_TRUE(made->done);
        EXPECT_EQ(made->before, text.size());
        EXPECT_EQ(made->after, std::filesystem::file_size(folder.path(kPacked)));
        EXPECT_EQ(zcat(folder.path(kPacked)), text);
        EXPECT_FALSE(std::filesystem::exists(folder.path(kName)));
        EXPECT_FALSE(std::filesystem::exists(folder.path(kUnfinished)));
    }
}

TEST(Compression, KeepsRightsAndAgeOfTheFile)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path(kName), "{}\n");
    ::chmod(folder.path(kName).c_str(), 0640);
    struct timespec const times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, folder.path(kName).c_str(), times, 0), 0);

    ASSERT_TRUE(compressFile(folder.path(), kName, kGoOn));

    struct stat status {
    };
    ASSERT_EQ(::stat(folder.path(kPacked).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'000'000'000);
}

TEST(Compression, FinishesWhatWasInterruptedBeforeThePlainFileWent)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path(kName), "{}\n");
    test::writeFile(folder.path(kPacked), gzipOf("{}\n"));

    auto const made = compressFile(folder.path(), kName, kGoOn);

    ASSERT_TRUE(made);
    EXPECT_TRUE(made->done);
    EXPECT_FALSE(std::filesystem::exists(folder.path(kName)));
    EXPECT_EQ(zcat(folder.path(kPacked)), "{}\n");
}

TEST(Compression, LeavesTwoFilesAloneThatDiffer)
{
    for (auto const& other : {gzipOf("{} \n"), gzipOf("{}\n{}\n"), gzipOf("{}"), gzipOf(""),
                              gzipOf("{}\n").substr(0, 20), std::string{}}) {
        TemporaryDirectory const folder;
        test::writeFile(folder.path(kName), "{}\n");
        test::writeFile(folder.path(kPacked), other);

        auto const made = compressFile(folder.path(), kName, kGoOn);

        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().kind, Error::Kind::BadRequest);
        EXPECT_EQ(made.error().where, folder.path(kPacked));
        EXPECT_EQ(test::readFile(folder.path(kName)), "{}\n");
        EXPECT_EQ(test::readFile(folder.path(kPacked)), other);
    }
}

TEST(Compression, BeginsAnewOverWhatWasLeftUnfinished)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path(kName), "{}\n");
    test::writeFile(folder.path(kUnfinished), std::string(5000, 'x'));

    ASSERT_TRUE(compressFile(folder.path(), kName, kGoOn));

    EXPECT_EQ(zcat(folder.path(kPacked)), "{}\n");
    EXPECT_FALSE(std::filesystem::exists(folder.path(kUnfinished)));
}

TEST(Compression, LeavesOffWhenItIsTold)
{
    TemporaryDirectory const folder;
    auto const text = longText();
    test::writeFile(folder.path(kName), text);
    std::atomic<bool> const stop{true};

    auto const made = compressFile(folder.path(), kName, stop);

    ASSERT_TRUE(made);
    EXPECT_FALSE(made->done);
    EXPECT_EQ(test::readFile(folder.path(kName)), text);
    EXPECT_FALSE(std::filesystem::exists(folder.path(kPacked)));
    EXPECT_FALSE(std::filesystem::exists(folder.path(kUnfinished)));
}

TEST(Compression, LeavesThePlainFileWhenThereIsNoRoom)
{
    TemporaryDirectory const folder;
    auto const text = longText();
    test::writeFile(folder.path(kName), text);
    auto const child = ::fork();
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit const limit{10'000, 10'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
        auto const made = compressFile(folder.path(), kName, kGoOn);
        ::_exit(made ? 1 : made.error().kind == Error::Kind::Unavailable ? 0 : 3);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_EQ(test::readFile(folder.path(kName)), text);
    EXPECT_FALSE(std::filesystem::exists(folder.path(kPacked)));
    EXPECT_FALSE(std::filesystem::exists(folder.path(kUnfinished)));
}

// A child compresses the same folder again and again while it is killed at any moment: what the
// files hold, plain before compressed, is the same text each time.
TEST(Compression, LosesNothingHoweverItIsKilled)
{
    TemporaryDirectory const folder;
    std::vector<std::string> texts;
    for (int day = 0; day < 3; ++day) {
        texts.push_back(longText() + std::to_string(day) + "\n");
        test::writeFile(folder.path("decisions-2026-03-0" + std::to_string(day + 1) + ".jsonl"),
                        texts.back());
    }
    for (int killed = 0; killed < 30; ++killed) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        auto const child = ::fork();
        if (child == 0) {
            (void)!::write(ends[1], "x", 1);
            removeUnfinished(folder.path());
            auto const names = logFilesIn(folder.path());
            for (auto const& name : *names)
                if (!readFileName(name)->compressed) (void)compressFile(folder.path(), name, kGoOn);
            ::_exit(0);
        }
        char begun = 0;
        ASSERT_EQ(::read(ends[0], &begun, 1), 1);
        // Any moment of the work will do: it takes about a tenth of a second.
        std::this_thread::sleep_for(std::chrono::milliseconds{killed * 3});
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ::close(ends[0]);
        ::close(ends[1]);

        auto const names = logFilesIn(folder.path());
        ASSERT_TRUE(names);
        ASSERT_EQ(names->size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            auto const path = folder.path((*names)[i]);
            ASSERT_EQ(readFileName((*names)[i])->compressed ? zcat(path) : test::readFile(path),
                      texts[i])
                << "after " << killed;
        }
    }
}

TEST(Compression, LeftoversAreTakenAwayAndNothingElse)
{
    TemporaryDirectory const folder;
    for (auto const* name : {kName, kPacked, kUnfinished, "notes.tmp", "decisions-2026.gz.tmp",
                             "decisions-2026-03-03.jsonl.tmp"})
        test::writeFile(folder.path(name), "x");

    removeUnfinished(folder.path());

    EXPECT_FALSE(std::filesystem::exists(folder.path(kUnfinished)));
    for (auto const* name :
         {kName, kPacked, "notes.tmp", "decisions-2026.gz.tmp", "decisions-2026-03-03.jsonl.tmp"})
        EXPECT_TRUE(std::filesystem::exists(folder.path(name))) << name;
}

} // namespace
} // namespace tcds::audit
