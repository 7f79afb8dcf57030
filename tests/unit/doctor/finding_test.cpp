#include "server/doctor/finding.hpp"

#include "server/doctor/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::doctor {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 8h};

std::vector<Report> reports()
{
    Findings findings;
    findings.ok("here", "all is well");
    findings.problem("there", "a \"fault\"", "mend it");
    return {{"north", findings.take()}};
}

TEST(Text, HasOneLineAFindingAndTheCounts)
{
    EXPECT_EQ(asText(reports(), false), "ok      here: all is well.\n"
                                        "problem there: a \"fault\". Fix: mend it.\n"
                                        "1 problem, 0 notes\n");
}

TEST(Text, HasColoursOnlyWhenAsked)
{
    EXPECT_THAT(asText(reports(), false), Not(HasSubstr("\x1b")));
    EXPECT_THAT(asText(reports(), true), HasSubstr("\x1b[1;37;41mproblem\x1b[0m there"));
}

TEST(Json, HoldsEveryFinding)
{
    auto const text = asJson(reports());

    EXPECT_THAT(text, HasSubstr(R"("problems": 1)"));
    EXPECT_THAT(text, HasSubstr(R"("client": "north")"));
    EXPECT_THAT(text, HasSubstr(R"("what": "a \"fault\"")"));
    EXPECT_THAT(text, HasSubstr(R"("level": "problem")"));
}

TEST(ForeignText, CannotWriteToATerminal)
{
    EXPECT_EQ(shown("a\x1b[31mb\nc"), "a?[31mb?c");
    EXPECT_EQ(shown(std::string(121, 'x')), std::string(120, 'x') + "...");
}

// JWT-06, CTL-04: tokens are taken up to 60 s off.
TEST(Clock, IsAProblemBeyondTheSkewOfTokens)
{
    struct Row {
        char const* date;
        Level level;
    };
    for (auto const& row : {Row{"Sat, 31 Jan 2026 08:00:00 GMT", Level::Ok},
                            Row{"Sat, 31 Jan 2026 08:00:30 GMT", Level::Ok},
                            Row{"Sat, 31 Jan 2026 08:00:31 GMT", Level::Note},
                            Row{"Sat, 31 Jan 2026 08:01:00 GMT", Level::Note},
                            Row{"Sat, 31 Jan 2026 08:01:01 GMT", Level::Problem},
                            Row{"Sat, 31 Jan 2026 07:58:59 GMT", Level::Problem},
                            Row{"yesterday", Level::Note}, Row{"", Level::Note}}) {
        SCOPED_TRACE(row.date);
        Findings findings;

        judgeClock("here", row.date, kNow, findings);

        ASSERT_EQ(findings.all().size(), 1U);
        EXPECT_EQ(findings.all().front().level, row.level) << findings.all().front().what;
    }
}

TEST(Dates, AreAProblemAtTheirEndAndANoteAMonthBefore)
{
    struct Row {
        std::chrono::seconds left;
        Level level;
    };
    for (auto const& row :
         {Row{-1s, Level::Problem}, Row{0s, Level::Note},
          Row{std::chrono::days{30} - 1s, Level::Note}, Row{std::chrono::days{30}, Level::Ok}}) {
        SCOPED_TRACE(row.left.count());
        auto const end = std::chrono::floor<std::chrono::seconds>(kNow) + row.left;
        client::Certificate const certificate{"CN = a", "CN = b", {"a"}, {}, end};
        Findings findings;

        judgeDates("here", certificate, "the operator", kNow, findings);

        ASSERT_EQ(findings.all().size(), 1U);
        EXPECT_EQ(findings.all().front().level, row.level) << findings.all().front().what;
    }
}

} // namespace

} // namespace tcds::doctor
