#include "server/audit/line_reader.hpp"

#include "server/audit/log_directory.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <random>
#include <thread>

namespace tcds::audit {
namespace {

using test::TemporaryDirectory;

/// Compressed as the service does it, a member a block.
std::string packed(std::string const& text)
{
    GzipBlocks blocks;
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += GzipBlocks::kMostText) {
        auto const step = std::min(GzipBlocks::kMostText, text.size() - at);
        for (auto const byte : blocks.pack({text.data() + at, step}))
            bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

/// What a program of the system prints.
std::string printed(std::string const& command)
{
    std::string text;
    auto* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    std::array<char, 65536> buffer{};
    for (std::size_t got = 0; (got = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), got);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return text;
}

/// Lines of 0 to 9,999 bytes, so that blocks end inside of them; about 5 MB.
std::vector<std::string> manyLines()
{
    std::mt19937 random{303};
    std::vector<std::string> lines;
    for (int i = 0; i < 1000; ++i) {
        std::string line(random() % 10'000, ' ');
        for (auto& byte : line) byte = static_cast<char>('a' + random() % 26);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string joined(std::vector<std::string> const& lines)
{
    std::string text;
    for (auto const& line : lines) text += line + "\n";
    return text;
}

struct Read {
    std::vector<std::string> lines;
    std::vector<std::uint64_t> offsets;
    std::optional<Error> failure;
    bool partial = false;
};

Read readAll(std::string const& path, std::uint64_t from = 0)
{
    Read read;
    auto reader = LineReader::open(path);
    if (!reader) {
        read.failure = reader.error();
        return read;
    }
    if (from > 0) {
        EXPECT_TRUE(reader->skipTo(from));
    }
    for (;;) {
        auto const found = reader->next();
        if (!found) {
            read.failure = found.error();
            return read;
        }
        if (*found != LineReader::Found::Line) {
            read.partial = *found == LineReader::Found::Partial;
            return read;
        }
        read.lines.emplace_back(reader->line().data(), reader->line().size());
        read.offsets.push_back(reader->offset());
    }
}

class LineReaderOfEachForm : public testing::TestWithParam<char const*>
{
protected:
    /// Writes the text in the form of the test; returns the path.
    [[nodiscard]] std::string put(std::string const& text) const
    {
        std::string const form = GetParam();
        auto const plain = folder.path("f.jsonl");
        test::writeFile(plain, text);
        if (form == "Plain") return plain;
        if (form == "Ours")
            test::writeFile(plain + ".gz", packed(text));
        else
            printed("gzip -1 -k '" + plain + "'");
        std::filesystem::remove(plain);
        return plain + ".gz";
    }
    TemporaryDirectory folder;
};

TEST_P(LineReaderOfEachForm, GivesEveryLine)
{
    auto const lines = manyLines();

    auto const read = readAll(put(joined(lines)));

    EXPECT_FALSE(read.failure) << toText(*read.failure);
    EXPECT_EQ(read.lines, lines);
}

TEST_P(LineReaderOfEachForm, FindsALineAgainByItsOffset)
{
    auto const lines = manyLines();
    auto const path = put(joined(lines));
    auto const all = readAll(path);
    ASSERT_EQ(all.offsets.size(), lines.size());
    std::uint64_t expected = 0;

    for (std::size_t i = 0; i < lines.size(); ++i) {
        ASSERT_EQ(all.offsets[i], expected);
        expected += lines[i].size() + 1;
        if (i % 97 != 0) continue;
        auto const rest = readAll(path, all.offsets[i]);
        ASSERT_FALSE(rest.lines.empty());
        EXPECT_EQ(rest.lines.front(), lines[i]);
        EXPECT_EQ(rest.lines.size(), lines.size() - i);
        EXPECT_EQ(rest.offsets.front(), all.offsets[i]);
    }
    EXPECT_TRUE(readAll(path, expected).lines.empty());
}

TEST_P(LineReaderOfEachForm, SaysThatTheEndIsInsideALine)
{
    auto const read = readAll(put("whole\ncut"));

    EXPECT_EQ(read.lines, std::vector<std::string>{"whole"});
    EXPECT_TRUE(read.partial);
}

TEST_P(LineReaderOfEachForm, CountsTheBytesOfTheFileToItsEnd)
{
    auto const path = put(joined(manyLines()));
    auto reader = LineReader::open(path);
    ASSERT_TRUE(reader);
    for (auto found = reader->next(); found && *found == LineReader::Found::Line;)
        found = reader->next();

    EXPECT_EQ(reader->fileBytes(), std::filesystem::file_size(path));
}

INSTANTIATE_TEST_SUITE_P(Each, LineReaderOfEachForm, testing::Values("Plain", "Ours", "Gzips"),
                         [](auto const& form) { return std::string{form.param}; });

TEST(GzipBlocks, AreReadByZcat)
{
    TemporaryDirectory const folder;
    auto const text = joined(manyLines());
    auto const path = folder.path("f.jsonl.gz");
    test::writeFile(path, packed(text));

    EXPECT_EQ(printed("zcat '" + path + "'"), text);
    EXPECT_EQ(printed("gzip -t '" + path + "' && echo good"), "good\n");
}

TEST(GzipBlocks, MayBeJoinedWithFilesOfOtherPrograms)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path("a"), "second\n");
    auto const path = folder.path("f.jsonl.gz");
    test::writeFile(path, packed("first\n") + printed("gzip -c '" + folder.path("a") + "'") +
                              packed("third\n"));

    EXPECT_EQ(readAll(path).lines, (std::vector<std::string>{"first", "second", "third"}));
    EXPECT_EQ(readAll(path, 6).lines, (std::vector<std::string>{"second", "third"}));
    EXPECT_EQ(readAll(path, 13).lines, std::vector<std::string>{"third"});
}

TEST(LineReader, FindsAFileThatWasCompressedSinceItsNameWasRead)
{
    TemporaryDirectory const folder;
    test::writeFile(folder.path("decisions-2026-03-03.jsonl.gz"), packed("one\n"));

    EXPECT_EQ(readAll(folder.path("decisions-2026-03-03.jsonl")).lines,
              std::vector<std::string>{"one"});
}

TEST(LineReader, SaysThatThereIsNoSuchFile)
{
    TemporaryDirectory const folder;

    auto const read = readAll(folder.path("decisions-2026-03-03.jsonl"));

    ASSERT_TRUE(read.failure);
    EXPECT_EQ(read.failure->kind, Error::Kind::NotFound);
    EXPECT_EQ(read.failure->where, folder.path("decisions-2026-03-03.jsonl"));
}

TEST(LineReader, WaitsForNoPipeThatNobodyWritesTo)
{
    TemporaryDirectory const folder;
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);

    auto reader = LineReader::open(path);

    ASSERT_TRUE(reader) << toText(reader.error());
    EXPECT_EQ(reader->next().value(), LineReader::Found::End);
}

TEST(LineReader, ReadsWhatAShellPipesIn)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    Descriptor const out{ends[0]};
    Descriptor in{ends[1]};
    auto reader = LineReader::open("/dev/fd/" + std::to_string(out.get()));
    ASSERT_TRUE(reader) << toText(reader.error());
    std::thread writing{[in = std::move(in)] {
        std::string_view const text = "first\nsecond\n";
        EXPECT_EQ(::write(in.get(), text.data(), text.size()), 13);
    }};

    EXPECT_EQ(reader->next().value(), LineReader::Found::Line);
    EXPECT_EQ(reader->next().value(), LineReader::Found::Line);
    EXPECT_EQ(std::string(reader->line().begin(), reader->line().end()), "second");
    writing.join();
    EXPECT_EQ(reader->next().value(), LineReader::Found::End);
}

TEST(LineReader, RefusesWhatIsNoFile)
{
    TemporaryDirectory const folder;
    auto const path = folder.path("decisions-2026-03-03.jsonl");
    ASSERT_TRUE(std::filesystem::create_directory(path));

    for (auto const& each : {path, std::string{"/dev/zero"}}) {
        auto const reader = LineReader::open(each);
        ASSERT_FALSE(reader);
        EXPECT_EQ(reader.error().where, each);
        EXPECT_EQ(reader.error().what, "is no file");
    }
}

TEST(LineReader, NamesACompressedFileThatWasCutAfterGivingItsLines)
{
    TemporaryDirectory const folder;
    auto const lines = manyLines();
    auto const whole = packed(joined(lines));
    auto const path = folder.path("f.jsonl.gz");
    for (auto const size : {whole.size() - 1, whole.size() - 9, whole.size() / 2, std::size_t{5}}) {
        SCOPED_TRACE(size);
        test::writeFile(path, whole.substr(0, size));

        auto const read = readAll(path);

        ASSERT_TRUE(read.failure);
        EXPECT_EQ(read.failure->kind, Error::Kind::BadRequest);
        EXPECT_EQ(read.failure->where, path);
        EXPECT_NE(read.failure->what.find("ends in the middle"), std::string::npos);
        EXPECT_TRUE(std::equal(read.lines.begin(), read.lines.end(), lines.begin()));
        EXPECT_GE(read.lines.size() + 20, lines.size() * size / whole.size());
    }
}

TEST(LineReader, NamesACompressedFileThatIsEmptyOrOfAnotherKind)
{
    TemporaryDirectory const folder;
    auto const path = folder.path("f.jsonl.gz");
    for (auto const& bytes : {std::string{}, std::string{"{\"v\":1}\n"}, packed("a\n") + "rest",
                              std::string(1000, '\0')}) {
        test::writeFile(path, bytes);
        auto const read = readAll(path);
        ASSERT_TRUE(read.failure) << bytes;
        EXPECT_EQ(read.failure->kind, Error::Kind::BadRequest);
    }
}

// One byte of the compressed file is changed, at places over all of it: a reader that gives other
// lines than before without a word would let a forged log pass until its hashes are compared.
TEST(LineReader, SeesAChangedByteOfACompressedFile)
{
    TemporaryDirectory const folder;
    std::vector<std::string> lines(2000, "abcdefgh");
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += std::to_string(i * 7919);
    auto const whole = packed(joined(lines));
    auto const path = folder.path("f.jsonl.gz");
    for (std::size_t at = 24; at < whole.size(); at += 13) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        test::writeFile(path, changed);
        auto const read = readAll(path);
        EXPECT_TRUE(read.failure) << "byte " << at;
    }
}

} // namespace
} // namespace tcds::audit
