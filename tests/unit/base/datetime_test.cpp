#include "fhir/base/datetime.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace tcds {

namespace {

TimeSpan span(std::string_view text, int zoneMinutes = 0)
{
    auto const parsed = parseDateTime(text, zoneMinutes);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? *parsed : TimeSpan{};
}

Instant at(std::string_view text) { return span(text).from; }

Duration duration(std::string_view text)
{
    auto const parsed = parseDuration(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? *parsed : Duration{};
}

struct SpanRow {
    std::string_view text;
    int zoneMinutes;
    std::string_view from;
    std::string_view to;
    Precision precision;
};

TEST(DateTime, CoversEveryInstantThatTheTextCanMean)
{
    std::vector<SpanRow> const rows{
        {"2026", 0, "2026-01-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z", Precision::Year},
        {"2026-02", 0, "2026-02-01T00:00:00.000Z", "2026-02-28T23:59:59.999Z", Precision::Month},
        {"2024-02", 0, "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", Precision::Month},
        {"2026-12", 0, "2026-12-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z", Precision::Month},
        {"2026-03-03", 0, "2026-03-03T00:00:00.000Z", "2026-03-03T23:59:59.999Z", Precision::Day},
        {"2026-03-03", 60, "2026-03-02T23:00:00.000Z", "2026-03-03T22:59:59.999Z", Precision::Day},
        {"2026-03-03", -300, "2026-03-03T05:00:00.000Z", "2026-03-04T04:59:59.999Z",
         Precision::Day},
        {"2026-01", 60, "2025-12-31T23:00:00.000Z", "2026-01-31T22:59:59.999Z", Precision::Month},
        {"2026-03-03T10:12:44Z", 60, "2026-03-03T10:12:44.000Z", "2026-03-03T10:12:44.999Z",
         Precision::Second},
        {"2026-03-03T10:12:44+02:00", 0, "2026-03-03T08:12:44.000Z", "2026-03-03T08:12:44.999Z",
         Precision::Second},
        {"2026-03-03T10:12:44-05:30", 0, "2026-03-03T15:42:44.000Z", "2026-03-03T15:42:44.999Z",
         Precision::Second},
        {"2026-03-03T00:00:00+14:00", 0, "2026-03-02T10:00:00.000Z", "2026-03-02T10:00:00.999Z",
         Precision::Second},
        {"2026-03-03T10:12:44", 60, "2026-03-03T09:12:44.000Z", "2026-03-03T09:12:44.999Z",
         Precision::Second}, // no zone: the one of the caller
        {"2026-03-03T10:12:44.402Z", 0, "2026-03-03T10:12:44.402Z", "2026-03-03T10:12:44.402Z",
         Precision::Millisecond},
        {"2026-03-03T10:12:44.4Z", 0, "2026-03-03T10:12:44.400Z", "2026-03-03T10:12:44.400Z",
         Precision::Millisecond},
        {"2026-03-03T10:12:44.99999999999999999999Z", 0, "2026-03-03T10:12:44.999Z",
         "2026-03-03T10:12:44.999Z", Precision::Millisecond}, // cut, not rounded
        {"2016-12-31T23:59:60Z", 0, "2016-12-31T23:59:59.000Z", "2016-12-31T23:59:59.999Z",
         Precision::Second}, // leap second
        {"1800-01-01", 0, "1800-01-01T00:00:00.000Z", "1800-01-01T23:59:59.999Z", Precision::Day},
        {"2199", 0, "2199-01-01T00:00:00.000Z", "2199-12-31T23:59:59.999Z", Precision::Year},
        {"2000-02-29", 0, "2000-02-29T00:00:00.000Z", "2000-02-29T23:59:59.999Z", Precision::Day},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.text} + " at " + std::to_string(row.zoneMinutes));
        auto const read = span(row.text, row.zoneMinutes);
        EXPECT_EQ(toText(read.from), row.from);
        EXPECT_EQ(toText(read.to), row.to);
        EXPECT_EQ(read.precision, row.precision);
        EXPECT_EQ(read.text, row.text);
        EXPECT_EQ(read.first(), read.from);
        EXPECT_EQ(read.last(), read.to);
    }
}

TEST(DateTime, RefusesWhatFhirDoesNotAllow)
{
    for (std::string_view const text : {"",
                                        " 2026",
                                        "2026 ",
                                        "26",
                                        "202",
                                        "20260303",
                                        "2026-",
                                        "2026-3",
                                        "2026-03-",
                                        "2026-03-3",
                                        "2026-00",
                                        "2026-13",
                                        "2026-01-00",
                                        "2026-01-32",
                                        "2026-04-31",
                                        "2025-02-29",
                                        "1900-02-29",
                                        "2100-02-29",
                                        "2026/03/03",
                                        "03.03.2026",
                                        "-2026",
                                        "+2026",
                                        "1799",
                                        "2200",
                                        "0000",
                                        "9999",
                                        "2026T10:00:00Z",
                                        "2026-03T10:00:00Z",
                                        "2026-03-03T",
                                        "2026-03-03 10:00:00Z",
                                        "2026-03-03t10:00:00Z",
                                        "2026-03-03T10",
                                        "2026-03-03T10:00",
                                        "2026-03-03T10:00Z",
                                        "2026-03-03T24:00:00Z",
                                        "2026-03-03T25:00:00Z",
                                        "2026-03-03T10:60:00Z",
                                        "2026-03-03T10:00:61Z",
                                        "2026-03-03T1:00:00Z",
                                        "2026-03-03T10:00:00.Z",
                                        "2026-03-03T10:00:00,5Z",
                                        "2026-03-03T10:00:00z",
                                        "2026-03-03T10:00:00ZZ",
                                        "2026-03-03T10:00:00+1:00",
                                        "2026-03-03T10:00:00+0100",
                                        "2026-03-03T10:00:00+01",
                                        "2026-03-03T10:00:00+14:01",
                                        "2026-03-03T10:00:00+15:00",
                                        "2026-03-03T10:00:00-14:30",
                                        "2026-03-03T10:00:00+01:60",
                                        "2026-03-03T10:00:00 Z",
                                        "today",
                                        "2026-03-03Z"}) {
        SCOPED_TRACE(text);
        auto const parsed = parseDateTime(text);
        ASSERT_FALSE(parsed.has_value());
        EXPECT_EQ(parsed.error().kind, Error::Kind::BadRequest);
    }
}

TEST(DateTime, MessageDoesNotRepeatTheDate)
{
    auto const error = parseDateTime("1971-02-30").error();
    EXPECT_EQ(toText(error).find("1971"), std::string::npos);
}

TEST(TimeSpanDay, IsTheDateAsSent)
{
    EXPECT_EQ(span("2026-03-03T23:30:00-05:00").day(), "2026-03-03");
    EXPECT_EQ(span("2026-03-03").day(), "2026-03-03");
    EXPECT_EQ(span("2026-03").day(), "2026-03");
    EXPECT_EQ(span("2026").day(), "2026");
}

TEST(DurationText, IsReadWithUnitAndSign)
{
    struct Row {
        std::string_view text;
        Duration expected;
        std::string_view written;
    };
    std::vector<Row> const rows{
        {"30 d", {30, Duration::Unit::Day}, "30 d"},
        {"48 h", {48, Duration::Unit::Hour}, "48 h"},
        {"6 wk", {6, Duration::Unit::Week}, "6 wk"},
        {"6 mo", {6, Duration::Unit::Month}, "6 mo"},
        {"2 a", {2, Duration::Unit::Year}, "2 a"},
        {"-7 d", {-7, Duration::Unit::Day}, "-7 d"},
        {"+7 d", {7, Duration::Unit::Day}, "7 d"},
        {"0 d", {0, Duration::Unit::Day}, "0 d"},
        {"99999 h", {99999, Duration::Unit::Hour}, "99999 h"},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.text);
        EXPECT_EQ(duration(row.text), row.expected);
        EXPECT_EQ(toText(row.expected), row.written);
    }
}

TEST(DurationText, OtherFormsAreRefused)
{
    for (std::string_view const text :
         {"", "d", "30", "30d", "30  d", " 30 d", "30 d ", "30 days", "30 D", "3.5 d", "- 30 d",
          "--3 d", "1e2 d", "30 m", "30 min", "30 y", "100000 d", "99999999999999999999 d"})
        EXPECT_FALSE(parseDuration(text).has_value()) << text;
}

TEST(InstantStep, FollowsTheClockForDaysAndTheCalendarForMonths)
{
    struct Row {
        std::string_view from;
        std::string_view step;
        std::string_view plus;
        std::string_view minus;
    };
    std::vector<Row> const rows{
        {"2026-03-03T10:00:00Z", "48 h", "2026-03-05T10:00:00.000Z", "2026-03-01T10:00:00.000Z"},
        {"2026-03-03T10:00:00Z", "30 d", "2026-04-02T10:00:00.000Z", "2026-02-01T10:00:00.000Z"},
        {"2026-03-03T10:00:00Z", "2 wk", "2026-03-17T10:00:00.000Z", "2026-02-17T10:00:00.000Z"},
        {"2026-01-31T10:00:00Z", "1 mo", "2026-02-28T10:00:00.000Z", "2025-12-31T10:00:00.000Z"},
        {"2024-03-31T23:59:59Z", "1 mo", "2024-04-30T23:59:59.000Z", "2024-02-29T23:59:59.000Z"},
        {"2026-11-15T00:00:00Z", "3 mo", "2027-02-15T00:00:00.000Z", "2026-08-15T00:00:00.000Z"},
        {"2026-12-01T00:00:00Z", "12 mo", "2027-12-01T00:00:00.000Z", "2025-12-01T00:00:00.000Z"},
        {"2024-02-29T12:00:00Z", "1 a", "2025-02-28T12:00:00.000Z", "2023-02-28T12:00:00.000Z"},
        {"2024-02-29T12:00:00Z", "4 a", "2028-02-29T12:00:00.000Z", "2020-02-29T12:00:00.000Z"},
        {"2026-03-03T10:00:00Z", "0 mo", "2026-03-03T10:00:00.000Z", "2026-03-03T10:00:00.000Z"},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.from} + " and " + std::string{row.step});
        auto const step = duration(row.step);
        EXPECT_EQ(toText(at(row.from) + step), row.plus);
        EXPECT_EQ(toText(at(row.from) - step), row.minus);
        EXPECT_EQ(toText(at(row.from) + Duration{-step.count, step.unit}), row.minus);
    }
}

TEST(InstantStep, KeepsMilliseconds)
{
    EXPECT_EQ(toText(at("2026-03-31T10:00:00.123Z") - duration("1 mo")),
              "2026-02-28T10:00:00.123Z");
}

TEST(InstantStep, EndsWithTheCalendar)
{
    auto const now = at("2026-03-03T10:00:00Z");
    constexpr auto kLow = std::numeric_limits<int>::min();
    Duration const backwards{kLow, Duration::Unit::Year};
    EXPECT_LT(now + backwards, at("1800"));
    EXPECT_GT(now - backwards, at("2199"));
}

TEST(InstantText, IsRfc3339InUtc)
{
    EXPECT_EQ(toText(Instant{}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(toText(Instant{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(toDay(Instant{std::chrono::milliseconds{-1}}), "1969-12-31");
    EXPECT_EQ(toDay(at("2026-03-03T23:30:00-05:00")), "2026-03-04");
}

TEST(Age, IsInCompletedYears)
{
    struct Row {
        std::string_view birth;
        std::string_view at;
        int years;
    };
    std::vector<Row> const rows{
        {"1980-05-10", "2026-05-09T23:59:59Z", 45},
        {"1980-05-10", "2026-05-10T00:00:00Z", 46},
        {"1980-05-10", "2026-12-31T00:00:00Z", 46},
        {"1980-05-10", "2027-01-01T00:00:00Z", 46},
        {"1980-02-29", "2025-02-28T23:59:59Z", 44}, // no 29th: the year is full on 1 March
        {"1980-02-29", "2025-03-01T00:00:00Z", 45},
        {"1980-02-29", "2024-02-29T00:00:00Z", 44},
        {"1980-02-29", "2024-02-28T23:59:59Z", 43},
        {"1980", "2026-01-01T00:00:00Z", 46}, // the first instant that the text can mean
        {"1980-06", "2026-05-31T00:00:00Z", 45},
        {"2026-03-03", "2026-03-03T00:00:00Z", 0},
        {"2026-03-03", "2026-03-02T00:00:00Z", -1},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.birth} + " at " + std::string{row.at});
        EXPECT_EQ(completedYears(span(row.birth), at(row.at)), row.years);
    }
}

TEST(Age, IsInCompletedDays)
{
    EXPECT_EQ(completedDays(span("2026-03-01"), at("2026-03-28T23:59:59Z")), 27);
    EXPECT_EQ(completedDays(span("2026-03-01"), at("2026-03-29T00:00:00Z")), 28);
    EXPECT_EQ(completedDays(span("2024-02-28"), at("2024-03-01T00:00:00Z")), 2);
    EXPECT_EQ(completedDays(span("2026-03-01"), at("2026-02-28T12:00:00Z")), -1);
}

TEST(Clock, FixedOneStandsStill)
{
    FixedClock const clock{at("2026-03-03T10:00:00.5Z")};
    EXPECT_EQ(toText(clock.now()), "2026-03-03T10:00:00.500Z");
}

} // namespace

} // namespace tcds
