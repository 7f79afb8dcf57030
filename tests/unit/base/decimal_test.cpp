#include "fhir/base/decimal.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tcds {

namespace {

Decimal dec(std::string_view text)
{
    auto const parsed = Decimal::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? *parsed : Decimal{};
}

TEST(DecimalText, KeepsTheDigitsThatWereSent)
{
    std::vector<std::pair<std::string, std::string>> const rows{
        {"0", "0"},
        {"-0", "0"},
        {"0.00", "0.00"},
        {"-0.0", "0.0"},
        {"3.50", "3.50"},
        {"-3.50", "-3.50"},
        {"+2.1", "2.1"},
        {"100", "100"},
        {"0.007", "0.007"},
        {"-0.007", "-0.007"},
        {"1e3", "1000"},
        {"1.50e1", "15.0"},
        {"1.5E+3", "1500"},
        {"25e-2", "0.25"},
        {"0e5", "0"},
        {"1e60", "1" + std::string(60, '0')},
        {"1e-60", "0." + std::string(59, '0') + "1"},
        {"999999999999999999", "999999999999999999"},
        {"0.123456789012345678", "0.123456789012345678"},
        {"000000000000000000.5", ""}, // JSON has no leading zeros
    };
    for (auto const& [sent, text] : rows) {
        SCOPED_TRACE(sent);
        auto const parsed = Decimal::parse(sent);
        ASSERT_EQ(parsed.has_value(), !text.empty());
        EXPECT_EQ(parsed ? parsed->text() : "", text);
    }
}

TEST(DecimalText, MoreThan18DigitsAreRoundedHalfToEven)
{
    std::vector<std::pair<std::string, std::string>> const rows{
        {"1234567890123456784", "1234567890123456780"},      // down
        {"1234567890123456786", "1234567890123456790"},      // up
        {"1234567890123456785", "1234567890123456780"},      // half, 8 is even
        {"1234567890123456775", "1234567890123456780"},      // half, 7 is odd
        {"12345678901234567850", "12345678901234567800"},    // half with a zero behind
        {"1234567890123456785.0001", "1234567890123456790"}, // more than half
        {"0.1234567890123456785", "0.123456789012345678"},
        {"9999999999999999999", "10000000000000000000"}, // carries into a new digit
        {"-9999999999999999996", "-10000000000000000000"},
        {"3.5000000000000000000000", "3.50000000000000000"},
    };
    for (auto const& [sent, text] : rows) {
        SCOPED_TRACE(sent);
        EXPECT_EQ(dec(sent).text(), text);
    }
}

TEST(DecimalParse, RefusesWhatIsNoJsonNumber)
{
    for (std::string_view const text :
         {"",    " ",     ".",    "+",     "-",        "--1",      "+-1",     "1.",
          ".5",  "1e",    "1e+",  "1e1.5", " 1",       "1 ",       "1,5",     "01",
          "-01", "00",    "0x10", "inf",   "-inf",     "Infinity", "nan",     "NaN",
          "1f",  "1_000", "e5",   "< 3",   "3 mmol/L", "1e5e5",    "\xD9\xA3"}) {
        SCOPED_TRACE(text);
        auto const parsed = Decimal::parse(text);
        ASSERT_FALSE(parsed.has_value());
        EXPECT_EQ(parsed.error().kind, Error::Kind::BadRequest);
    }
    EXPECT_FALSE(Decimal::parse(std::string_view{"1\0", 2}).has_value());
}

TEST(DecimalParse, RefusesExponentsBeyondSixtyAndEndlessDigits)
{
    for (std::string const& text :
         {std::string{"1e61"}, std::string{"1e-61"}, std::string{"1e999999999999999999999"},
          std::string{"0e61"}, std::string(400, '9'), "0." + std::string(100, '0') + "1"})
        EXPECT_FALSE(Decimal::parse(text).has_value()) << text;
}

TEST(DecimalParse, MessageDoesNotRepeatTheNumber)
{
    auto const error = Decimal::parse("4711x").error();
    EXPECT_EQ(toText(error).find("4711"), std::string::npos);
}

struct OrderRow {
    std::string_view smaller;
    std::string_view larger;
};

TEST(DecimalOrder, IsByValue)
{
    std::vector<OrderRow> const rows{
        {"3.49", "3.5"},
        {"3.5", "3.51"},
        {"-1", "0"},
        {"-2", "-1"},
        {"-3.51", "-3.5"},
        {"-1", "1"},
        {"9", "10"},
        {"0.9", "0.10e1"},
        {"1e-60", "1e60"},
        {"0", "1e-60"},
        {"-1e60", "-1e-60"},
        {"0.999999999999999999", "1"},
        {"1", "1.00000000000000001"},
        {"99999999999999999.9", "1e17"},
    };
    for (auto const& [smaller, larger] : rows) {
        SCOPED_TRACE(std::string{smaller} + " < " + std::string{larger});
        EXPECT_LT(dec(smaller), dec(larger));
        EXPECT_GT(dec(larger), dec(smaller));
        EXPECT_NE(dec(smaller), dec(larger));
    }
}

TEST(DecimalOrder, TrailingZerosAndExponentsDoNotCount)
{
    std::vector<OrderRow> const rows{{"3.5", "3.50"},    {"0", "-0.000"},       {"1e3", "1000.0"},
                                     {"100", "1e2"},     {"-2.0", "-2"},        {"0e60", "0"},
                                     {"25e-2", "0.250"}, {"1e60", "1000000e54"}};
    for (auto const& [a, b] : rows) {
        SCOPED_TRACE(std::string{a} + " == " + std::string{b});
        EXPECT_EQ(dec(a), dec(b));
        EXPECT_TRUE(dec(a) <= dec(b) && dec(a) >= dec(b));
    }
}

TEST(DecimalOrder, HoldsWhereTheScalesLieFarApart)
{
    for (int const distance : {17, 18, 19, 37, 60}) {
        Decimal const one{1, 0};
        EXPECT_EQ(Decimal(1, -distance) <=> one, std::strong_ordering::greater) << distance;
        EXPECT_EQ(Decimal(-1, -distance) <=> one, std::strong_ordering::less) << distance;
        EXPECT_EQ(one <=> Decimal(1, distance), std::strong_ordering::greater) << distance;
        EXPECT_EQ(Decimal(0, distance) <=> Decimal(0, -distance), std::strong_ordering::equal);
        EXPECT_EQ(Decimal(-999'999'999'999'999'999, -distance) <=> Decimal(-1, 0),
                  std::strong_ordering::less);
    }
}

TEST(DecimalOrder, HoldsAtTheEndsOfTheCoefficient)
{
    constexpr auto kLow = std::numeric_limits<std::int64_t>::min();
    constexpr auto kHigh = std::numeric_limits<std::int64_t>::max();
    EXPECT_LT(Decimal(kLow, 0), Decimal(kHigh, 0));
    EXPECT_LT(Decimal(kLow, 0), Decimal(-kHigh, 0));
    EXPECT_GT(Decimal(kHigh, 0), Decimal(kHigh, 1));
    EXPECT_LT(Decimal(kHigh, std::numeric_limits<int>::max()),
              Decimal(1, -std::numeric_limits<int>::max()));
    EXPECT_EQ(Decimal(kLow, 0).text(), "-9223372036854775808");
}

struct SumRow {
    std::string_view a;
    std::string_view b;
    std::string_view sum;
    std::string_view difference;
};

TEST(DecimalSum, IsExactWithThePlacesOfTheFinerTerm)
{
    std::vector<SumRow> const rows{
        {"1.5", "2.25", "3.75", "-0.75"},
        {"2.25", "1.5", "3.75", "0.75"},
        {"0.1", "0.2", "0.3", "-0.1"},
        {"3.50", "0.50", "4.00", "3.00"},
        {"3.5", "0", "3.5", "3.5"},
        {"3", "0.00", "3.00", "3.00"},
        {"-1", "1", "0", "-2"},
        {"1e3", "1", "1001", "999"},
        {"999999999999999999", "1", "1000000000000000000", "999999999999999998"},
        {"0", "-7.1", "-7.1", "7.1"},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.a} + " and " + std::string{row.b});
        EXPECT_EQ((dec(row.a) + dec(row.b)).text(), row.sum);
        EXPECT_EQ((dec(row.a) - dec(row.b)).text(), row.difference);
    }
}

TEST(DecimalSum, OfVeryDifferentSizesIsRoundedTo18Digits)
{
    EXPECT_EQ(dec("1e60") + dec("1e-60"), dec("1e60"));
    EXPECT_EQ(dec("1e-60") - dec("1e60"), dec("-1e60"));
    // The small term decides a tie of the large one: 1234567890123456785 would round down to even.
    Decimal const tie{1234567890123456785, 0};
    EXPECT_EQ(tie + dec("1e-60"), dec("1234567890123456790"));
    EXPECT_EQ(tie - dec("1e-60"), dec("1234567890123456780"));
    Decimal const odd{1234567890123456775, 0};
    EXPECT_EQ(odd - dec("1e-60"), dec("1234567890123456770"));
    // 1 - 10^-25 needs 25 nines.
    EXPECT_EQ(dec("1") - dec("1e-25"), dec("1"));
    EXPECT_EQ(dec("100000000000000000") + dec("0.96"), dec("100000000000000001"));
}

TEST(DecimalProduct, IsExactAndAddsThePlaces)
{
    std::vector<SumRow> const rows{
        {"2", "3", "6", ""},
        {"3.50", "2.0", "7.000", ""},
        {"-0.5", "0.5", "-0.25", ""},
        {"-4", "-2.5", "10.0", ""},
        {"0", "-5", "0", ""},
        {"9.4", "0.2495", "2.34530", ""}, // calcium, mg/dL to mmol/L
        {"999999999", "999999999", "999999998000000001", ""},
        {"9999999999", "9999999999", "99999999980000000000", ""}, // 9.999999998 0000000001e19
        {"1e60", "1e-60", "1", ""},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.a} + " * " + std::string{row.b});
        EXPECT_EQ(dec(row.a) * dec(row.b), dec(row.sum));
    }
    EXPECT_EQ((dec("3.50") * dec("2.0")).text(), "7.000");
    constexpr auto kLow = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(Decimal(kLow, 0) * Decimal(kLow, 0), Decimal(850705917302346159, -20)); // 2^126
}

TEST(DecimalQuotient, HasFifteenDigitsAndNoNeedlessZeros)
{
    std::vector<SumRow> const rows{
        {"7", "2", "3.5", ""},
        {"7.00", "2", "3.50", ""},
        {"6.0", "3.0", "2", ""},
        {"100", "1", "100", ""},
        {"1", "3", "0.333333333333333", ""},
        {"2", "3", "0.666666666666667", ""},
        {"-2", "3", "-0.666666666666667", ""},
        {"20", "0.8", "25", ""},
        {"0.00", "7", "0.00", ""},
        {"1", "999999999999999999", "0.000000000000000001", ""},
        {"999999999999999999", "1", "1000000000000000000", ""}, // 15 digits
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.a} + " / " + std::string{row.b});
        auto const quotient = dec(row.a) / dec(row.b);
        EXPECT_EQ(quotient.text(), row.sum);
    }
}

TEST(DecimalQuotient, ByZeroIsABrokenInvariant)
{
    EXPECT_THROW((void)(dec("1") / dec("0.0")), std::domain_error);
}

TEST(DecimalRounding, IsHalfAwayFromZeroAndPadsToThePlaces)
{
    struct Row {
        std::string_view value;
        int decimals;
        std::string_view text;
    };
    std::vector<Row> const rows{
        {"2.345", 2, "2.35"},
        {"2.355", 2, "2.36"},
        {"2.344999", 2, "2.34"},
        {"-2.345", 2, "-2.35"},
        {"0.5", 0, "1"},
        {"-0.5", 0, "-1"},
        {"0.4", 0, "0"},
        {"-0.4", 0, "0"},
        {"9.96", 1, "10.0"},
        {"3.5", 2, "3.50"},
        {"3", 1, "3.0"},
        {"0", 2, "0.00"},
        {"0.000", 1, "0.0"},
        {"125", -1, "130"},
        {"124", -1, "120"},
        {"4", -1, "0"},
        {"1e-60", 3, "0.000"},
        {"1e3", 1, "1000.0"},
        {"123456789012345678", 2, "123456789012345678"}, // no room for more digits
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string{row.value} + " to " + std::to_string(row.decimals));
        EXPECT_EQ(dec(row.value).rounded(row.decimals).text(), row.text);
    }
}

TEST(DecimalDecimals, CountsThePlacesAfterThePoint)
{
    EXPECT_EQ(dec("3.50").decimals(), 2);
    EXPECT_EQ(dec("350").decimals(), 0);
    EXPECT_EQ(dec("1e3").decimals(), 0);
    EXPECT_TRUE(dec("-0.00").isZero());
    EXPECT_FALSE(dec("0.01").isZero());
}

} // namespace

} // namespace tcds
