#include "server/ops/ops_log.hpp"

#include "tests/support/json_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <vector>

namespace tcds::ops {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

/// What the log writes while `use` runs, line by line.
template <class Use>
std::vector<std::string> linesOf(std::string_view format, Use const& use)
{
    testing::internal::CaptureStderr();
    {
        OpsLog log{"debug", format};
        use(log);
    } // joins the thread that writes
    std::vector<std::string> lines;
    std::istringstream text{testing::internal::GetCapturedStderr()};
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

/// Texts of a stranger: line ends, quotes, control characters, escape sequences, other scripts.
std::vector<std::string> hostileTexts()
{
    std::vector<std::string> texts{"",
                                   "\n",
                                   "\r\n{\"event\":\"forged\"}",
                                   "\"},{\"level\":\"error",
                                   "\x1b[2J\x1b[31m",
                                   std::string("a\0b", 3),
                                   "\\",
                                   "%v %l {} {0} %n",
                                   "\u2028\u2029\u202e",
                                   "\U0001F48A",
                                   std::string(10'000, '"')};
    std::mt19937 random{20260131}; // fixed: the same texts in every run
    for (int i = 0; i < 500; ++i) {
        std::string text;
        for (auto n = random() % 40; n > 0; --n) text += static_cast<char>(random() % 0x80U);
        texts.push_back(std::move(text));
    }
    return texts;
}

TEST(OpsLog, WritesOneJsonLineForEachEventWhateverItHolds) // CTL-09
{
    auto const texts = hostileTexts();

    auto const lines = linesOf("json", [&](OpsLog& log) {
        for (auto const& text : texts) log.event(Level::Warn, "event", {Field{"what", text}});
    });

    ASSERT_EQ(lines.size(), texts.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].find('\x1b'), std::string::npos);
        EXPECT_EQ(tcds::test::at(lines[i], "/what"), texts[i]) << lines[i];
        EXPECT_EQ(tcds::test::at(lines[i], "/event"), "event");
        EXPECT_EQ(tcds::test::at(lines[i], "/level"), "warning");
    }
}

TEST(OpsLog, WritesOneLineOfTextForEachEventWhateverItHolds) // CTL-09
{
    auto const texts = hostileTexts();

    auto const lines = linesOf("text", [&](OpsLog& log) {
        for (auto const& text : texts) log.event(Level::Warn, "event", {Field{"what", text}});
    });

    ASSERT_EQ(lines.size(), texts.size());
    for (auto const& line : lines)
        for (auto const c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20U) << line;
}

} // namespace

} // namespace tcds::ops
