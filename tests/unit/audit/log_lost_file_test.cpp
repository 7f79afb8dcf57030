#include "tests/unit/audit/log_stage.hpp"

#include <thread>

namespace tcds::audit {
namespace {

using test::SetClock;
using test::TemporaryDirectory;

constexpr auto kFirst = "decisions-2026-03-03.jsonl";
constexpr auto kSecond = "decisions-2026-03-03.2.jsonl";

/// What somebody does to the file while it is written.
struct Spoiling {
    char const* name;
    void (*spoil)(std::string const& path);
};

class LogLostFile : public testing::TestWithParam<Spoiling>
{
};

TEST_P(LogLostFile, GoesOnInTheNextOneWithTheSameChain)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = test::optionsIn(folder.path());
    options.look = std::chrono::milliseconds{0};
    std::vector<std::string> news;
    options.news = [&news](LogNews const& told) { news.emplace_back(told.file); };
    auto log = Log::open(options, clock);
    ASSERT_TRUE(log) << toText(log.error());
    ASSERT_TRUE((*log)->append("decision", "\"n\":1"));

    GetParam().spoil(folder.path(kFirst));
    auto const kept = (*log)->append("decision", "\"n\":2");

    ASSERT_TRUE(kept) << toText(kept.error());
    EXPECT_TRUE((*log)->healthy());
    EXPECT_EQ(news, std::vector<std::string>{kFirst});
    auto const lines = test::linesOf(folder.path(kSecond));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find(R"("type":"start","seq":3,)"), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find(R"("cause":"lost")"), std::string::npos) << lines[0];
    EXPECT_NE(lines[1].find("\"n\":2"), std::string::npos) << lines[1];
}

INSTANTIATE_TEST_SUITE_P(
    Of, LogLostFile,
    testing::Values(
        Spoiling{"Removed", [](std::string const& path) { std::filesystem::remove(path); }},
        Spoiling{"Moved",
                 [](std::string const& path) { std::filesystem::rename(path, path + ".bak"); }},
        Spoiling{"Replaced",
                 [](std::string const& path) {
                     std::filesystem::copy_file(path, path + ".copy");
                     std::filesystem::rename(path + ".copy", path);
                 }},
        Spoiling{"Emptied", [](std::string const& path) { std::filesystem::resize_file(path, 0); }},
        Spoiling{"WrittenTo",
                 [](std::string const& path) {
                     std::ofstream{path, std::ios::app} << "half a line of somebody else";
                 }}),
    [](auto const& row) { return row.param.name; });

TEST(LogLostDirectory, RefusesUntilItIsBackAndWritesNothingToAnother)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto const place = folder.path("audit");
    auto options = test::optionsIn(place);
    options.look = std::chrono::milliseconds{0};
    options.retry = std::chrono::milliseconds{1};
    auto log = Log::open(options, clock);
    ASSERT_TRUE(log);
    std::filesystem::rename(place, folder.path("moved"));
    std::filesystem::create_directory(place);

    auto const refused = (*log)->append("decision", "\"n\":1");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::Unavailable);
    EXPECT_FALSE((*log)->healthy());
    EXPECT_TRUE(std::filesystem::is_empty(place));
    std::filesystem::remove(place);
    std::filesystem::rename(folder.path("moved"), place);
    while (!(*log)->healthy()) std::this_thread::yield();
    EXPECT_TRUE((*log)->append("decision", "\"n\":2"));
    log->reset();
    EXPECT_EQ(test::breakIn(place), "");
}

} // namespace
} // namespace tcds::audit
